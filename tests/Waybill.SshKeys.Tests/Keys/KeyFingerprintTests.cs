using Waybill.SshKeys.Keys;

namespace Waybill.SshKeys.Tests.Keys;

[Collection("key tools")]
public sealed class KeyFingerprintTests(KeyTools tools)
{
    private const string Ed25519Line = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILxrGzJkawn65ukNbV+xrNDwA61pDGZKnVE4RKHygg+F";

    private const string EcdsaLine =
        "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBCzZ8J1lMs7kk6OCbs16/T5QeC844/AYRhnPTj4K7+vILPhULQwpjynT7817GPJ33EfnqXax9/ZWBK8Oi8KPmTk=";

    private const string Host = "sftp.example.com";

    private static readonly SshPublicKey Ed25519 = Parse(Ed25519Line);
    private static readonly SshPublicKey Ecdsa = Parse(EcdsaLine);

    [Fact]
    public void OpenSSH_notation_of_the_known_keys()
    {
        Assert.Equal("256 SHA256:VThZiFM7Ip1QVDbzMItSdUWtZJYuQZg9WgZ99eW1Qs8", KeyFingerprint.OpenSsh(Ed25519));
        Assert.Equal("256 SHA256:DS+Je9awf6H2pX8n904IHJMqy4zrSz64DxOm6b7FtiY", KeyFingerprint.OpenSsh(Ecdsa));
        Assert.Equal("256 MD5:3b:93:3f:34:10:b9:b9:6e:b0:94:10:1a:e6:13:79:6b", KeyFingerprint.OpenSshMd5(Ed25519));
        Assert.Equal("256 MD5:9f:6c:01:a9:ff:fd:09:30:33:b6:94:bf:c5:e0:0f:52", KeyFingerprint.OpenSshMd5(Ecdsa));
        Assert.Equal(Ed25519Line, HostKeyNotation.OpenSshLine(Ed25519));
        Assert.Equal(EcdsaLine + " a comment", HostKeyNotation.OpenSshLine(Ecdsa, "a comment"));
    }

    [Fact]
    public void PuTTY_and_WinSCP_notation_of_the_known_keys()
    {
        Assert.Equal("ssh-ed25519 255 SHA256:VThZiFM7Ip1QVDbzMItSdUWtZJYuQZg9WgZ99eW1Qs8", KeyFingerprint.Putty(Ed25519));
        Assert.Equal("ecdsa-sha2-nistp256 256 SHA256:DS+Je9awf6H2pX8n904IHJMqy4zrSz64DxOm6b7FtiY", KeyFingerprint.Putty(Ecdsa));
        Assert.Equal("ssh-ed25519 255 VThZiFM7Ip1QVDbzMItSdUWtZJYuQZg9WgZ99eW1Qs8", KeyFingerprint.WinScp(Ed25519));
        Assert.Equal("ecdsa-sha2-nistp256 256 DS+Je9awf6H2pX8n904IHJMqy4zrSz64DxOm6b7FtiY", KeyFingerprint.WinScp(Ecdsa));
        Assert.Equal("ssh-ed25519-VThZiFM7Ip1QVDbzMItSdUWtZJYuQZg9WgZ99eW1Qs8", KeyFingerprint.WinScpUrl(Ed25519));
        Assert.Equal("ecdsa-sha2-nistp256-DS-Je9awf6H2pX8n904IHJMqy4zrSz64DxOm6b7FtiY", KeyFingerprint.WinScpUrl(Ecdsa));
        Assert.Equal("ssh-ed25519 255 3b:93:3f:34:10:b9:b9:6e:b0:94:10:1a:e6:13:79:6b", KeyFingerprint.PuttyMd5(Ed25519));
    }

    [Fact]
    public void PuTTY_cache_entries_of_the_known_keys()
    {
        Assert.Equal("ssh-ed25519@2222:sftp.example.com", HostKeyNotation.PuttyCacheName(Host, 2222, Ed25519));
        Assert.Equal("ecdsa-sha2-nistp256@2222:sftp.example.com", HostKeyNotation.PuttyCacheName(Host, 2222, Ecdsa));
        Assert.Equal(
            "0x7ac06d440f8d8496f80c36975abd4772e43280338eeb6a42ea40f08170c154f3,0x50f82f2a14438519d4a660c69ad03f0d0acb15f6d0de9e6fa096b64321b6bbc",
            HostKeyNotation.PuttyCacheValue(Ed25519));
        Assert.Equal(
            "nistp256,0x2cd9f09d6532cee493a3826ecd7afd3e50782f38e3f0184619cf4e3e0aefebc8,0x2cf8542d0c298f29d3efcd7b18f277dc47e7a976b1f7f65604af0e8bc28f9939",
            HostKeyNotation.PuttyCacheValue(Ecdsa));
    }

    [Fact]
    public void SSHFP_records_of_the_known_keys()
    {
        Assert.Equal(
            ["4 1 961386565bf338071101e5ffb397cca492d627d5", "4 2 55385988533b229d505436f3308b527545ad64962e41983d5a067df5e5b542cf"],
            HostKeyNotation.Sshfp(Ed25519).Select(record => record.ToString()));
        Assert.Equal(
            ["3 1 3c1497be88bbf3b85dfc196fb71b70d724a11630", "3 2 0d2f897bd6b07fa1f6a57f27f74e081c932acb8ceb4b3eb80f13a6e9bec5b626"],
            HostKeyNotation.Sshfp(Ecdsa).Select(record => record.ToString()));
    }

    [Fact]
    public void A_known_hosts_line_names_the_port_unless_it_is_22()
    {
        Assert.Equal($"sftp.example.com {Ed25519Line}", HostKeyNotation.KnownHostsLine(Host, 22, Ed25519));
        Assert.Equal($"[sftp.example.com]:2222 {Ed25519Line}", HostKeyNotation.KnownHostsLine(Host, 2222, Ed25519));
    }

    [Theory]
    [MemberData(nameof(KeyTools.Names), MemberType = typeof(KeyTools))]
    public async Task Fingerprints_equal_those_of_ssh_keygen_and_puttygen(string name)
    {
        var key = tools.KeyOf(name);
        Assert.StartsWith(KeyFingerprint.OpenSsh(key) + " ", await KeyTools.SshKeygenAsync("-l", "-E", "sha256", "-f", tools.PathOf(name + ".pub")));
        Assert.StartsWith(KeyFingerprint.OpenSshMd5(key) + " ", await KeyTools.SshKeygenAsync("-l", "-E", "md5", "-f", tools.PathOf(name + ".pub")));
        Assert.StartsWith(KeyFingerprint.Putty(key), await KeyTools.PuttygenAsync("-O", "fingerprint", "-E", "sha256", tools.PathOf(name + ".pub")));
        Assert.StartsWith(KeyFingerprint.PuttyMd5(key), await KeyTools.PuttygenAsync("-O", "fingerprint", "-E", "md5", tools.PathOf(name + ".pub")));
    }

    [Theory]
    [MemberData(nameof(KeyTools.Names), MemberType = typeof(KeyTools))]
    public async Task SSHFP_records_equal_those_of_ssh_keygen(string name)
    {
        var lines = (await KeyTools.SshKeygenAsync("-r", Host, "-f", tools.PathOf(name + ".pub"))).TrimEnd().Split('\n');
        Assert.Equal(lines, HostKeyNotation.Sshfp(tools.KeyOf(name)).Select(record => record.ToZoneLine(Host)));
    }

    [Theory]
    [MemberData(nameof(KeyTools.Names), MemberType = typeof(KeyTools))]
    public async Task PuTTY_cache_values_hold_the_numbers_that_puttygen_shows(string name)
    {
        var numbers = (await KeyTools.PuttygenAsync("-O", "text", tools.PathOf(name + ".pub"))).Split('\n')
            .Select(line => line.Split('=')).Where(pair => pair.Length == 2).ToDictionary(pair => pair[0], pair => pair[1].Trim());
        var key = tools.KeyOf(name);
        var expected = key.KeyType switch
        {
            "ssh-rsa" => $"{numbers["public_exponent"]},{numbers["public_modulus"]}",
            "ssh-ed25519" => $"{numbers["public_affine_x"]},{numbers["public_affine_y"]}",
            _ => $"{key.KeyType["ecdsa-sha2-".Length..]},{numbers["public_affine_x"]},{numbers["public_affine_y"]}",
        };
        Assert.Equal(expected, HostKeyNotation.PuttyCacheValue(key));
    }

    [Fact]
    public async Task Known_hosts_lines_are_found_by_ssh_keygen()
    {
        var file = await tools.WriteAsync("known_hosts", KeyTools.Bytes(HostKeyNotation.KnownHostsLine(Host, 2222, Ed25519) + "\n"));
        Assert.Contains("AAAAC3NzaC1lZDI1NTE5", await KeyTools.SshKeygenAsync("-F", "[sftp.example.com]:2222", "-f", file));
    }

    private static SshPublicKey Parse(string line) => PublicKeyFile.Read(KeyTools.Bytes(line)).Key!;
}
