using System.Security.Cryptography;
using Waybill.Interop.Tests.Clients;

namespace Waybill.Interop.Tests;

/// <summary>OpenSSH's client made to use one algorithm at a time, against the listener that offers all of them.</summary>
public sealed class AlgorithmTests(WaybillServer server)
{
    private const int Size = 5 * 1024 * 1024;

    [Theory]
    [InlineData("Ciphers", "chacha20-poly1305@openssh.com")]
    [InlineData("Ciphers", "aes256-gcm@openssh.com")]
    [InlineData("Ciphers", "aes128-gcm@openssh.com")]
    [InlineData("Ciphers", "aes256-ctr")]
    [InlineData("Ciphers", "aes192-ctr")]
    [InlineData("Ciphers", "aes128-ctr")]
    [InlineData("MACs", "hmac-sha2-512-etm@openssh.com")]
    [InlineData("MACs", "hmac-sha2-256-etm@openssh.com")]
    [InlineData("MACs", "hmac-sha2-512")]
    [InlineData("MACs", "hmac-sha2-256")]
    [InlineData("KexAlgorithms", "curve25519-sha256")]
    [InlineData("KexAlgorithms", "curve25519-sha256@libssh.org")]
    [InlineData("KexAlgorithms", "diffie-hellman-group16-sha512")]
    [InlineData("KexAlgorithms", "diffie-hellman-group14-sha256")]
    [InlineData("KexAlgorithms", "ecdh-sha2-nistp256")]
    [InlineData("KexAlgorithms", "ecdh-sha2-nistp384")]
    [InlineData("KexAlgorithms", "ecdh-sha2-nistp521")]
    [InlineData("HostKeyAlgorithms", "ssh-ed25519")]
    [InlineData("HostKeyAlgorithms", "rsa-sha2-512")]
    [InlineData("HostKeyAlgorithms", "rsa-sha2-256")]
    [InlineData("HostKeyAlgorithms", "ecdsa-sha2-nistp256")]
    public async Task A_file_goes_up_and_down_with_the_one_algorithm_that_the_client_allows(string kind, string name)
    {
        // A cipher with a MAC of its own would leave the MAC list unused.
        string[] options = kind == "MACs" ? ["-o", "Ciphers=aes128-ctr", "-o", $"MACs={name}"] : ["-o", $"{kind}={name}"];
        var client = new OpenSshSftp(server) { Compat = true, MoreOptions = ["-v", .. options] };
        await Transfers.RoundTripAsync(server, client, $"algorithm-{kind}-{name}", Size);
        Assert.Contains(client.LastErrorOutput.Split('\n'), line => line.StartsWith("debug1: kex: ", StringComparison.Ordinal) && line.TrimEnd().Split(' ').Contains(name));
    }

    [Theory]
    [InlineData("aes256-gcm@openssh.com")]
    [InlineData("chacha20-poly1305@openssh.com")]
    [InlineData("aes128-ctr")]
    public async Task A_client_that_asks_for_new_keys_after_every_MiB_gets_them_in_the_middle_of_its_transfers(string cipher)
    {
        const int Rekeys = 20;
        var source = server.Directory.Write("rekey-" + cipher, RandomNumberGenerator.GetBytes(Rekeys << 20));

        // What is under way when the client asks is sent first and counts for the keys after it: with eight requests of 32 KiB at most a quarter of a MiB.
        var client = new OpenSshSftp(server) { Compat = true, MoreOptions = ["-v", "-R", "8", "-B", "32768", "-o", $"Ciphers={cipher}", "-o", "RekeyLimit=1M"] };
        await client.PutAsync(source, "/upload/rekey-" + cipher);
        AssertRekeyed(client.LastErrorOutput);
        var fetched = source + ".fetched";
        await client.GetAsync("/upload/rekey-" + cipher, fetched);
        AssertRekeyed(client.LastErrorOutput);
        Assert.Equal(Transfers.Hash(source), Transfers.Hash(Path.Combine(server.Vault, "upload", "rekey-" + cipher)));
        Assert.Equal(Transfers.Hash(source), Transfers.Hash(fetched));

        static void AssertRekeyed(string log) => Assert.InRange(log.Split("SSH2_MSG_NEWKEYS received").Length - 1, Rekeys * 3 / 4, Rekeys * 3);
    }
}
