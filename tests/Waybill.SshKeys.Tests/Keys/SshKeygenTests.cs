using System.Security.Cryptography;
using System.Text;
using Waybill.SshKeys.Keys;
using Waybill.SshKeys.Wire;
using Waybill.TestKit;

namespace Waybill.SshKeys.Tests.Keys;

/// <summary>Signatures made by ssh-keygen verify here, and ours verify there (its SSHSIG form carries plain SSH signatures).</summary>
public sealed class SshKeygenTests
{
    private const string Namespace = "test";
    private const string Armour = "SSH SIGNATURE";
    private static readonly byte[] Magic = "SSHSIG"u8.ToArray();
    private static readonly byte[] Message = "what is signed"u8.ToArray();

    [Theory]
    [InlineData("ed25519", "256")]
    [InlineData("ecdsa", "256")]
    [InlineData("ecdsa", "384")]
    [InlineData("ecdsa", "521")]
    [InlineData("rsa", "2048")]
    [InlineData("rsa", "3072")]
    public async Task What_ssh_keygen_signs_verifies(string type, string bits)
    {
        using var folder = new TemporaryDirectory();
        var keyFile = folder.Combine("key");
        var made = await ExternalProcess.RunAsync("ssh-keygen", ["-q", "-t", type, "-b", bits, "-N", "", "-C", "comment", "-f", keyFile]);
        Assert.True(made.ExitCode == 0, made.ToString());
        var message = folder.Write("message", Message);
        var signed = await ExternalProcess.RunAsync("ssh-keygen", ["-Y", "sign", "-f", keyFile, "-n", Namespace, message]);
        Assert.True(signed.ExitCode == 0, signed.ToString());

        var blob = Convert.FromBase64String((await File.ReadAllTextAsync(keyFile + ".pub")).Split(' ')[1]);
        Assert.Equal(PublicKeyError.None, SshPublicKeys.TryParse(blob, out var key));
        Assert.Equal(int.Parse(bits, null), key!.Bits);

        var lines = (await File.ReadAllLinesAsync(message + ".sig"))[1..^1];
        var reader = new SshReader(Convert.FromBase64String(string.Concat(lines)));
        Assert.True(reader.ReadBytes(Magic.Length).SequenceEqual(Magic));
        Assert.Equal(1u, reader.ReadUInt32());
        Assert.True(reader.ReadString().SequenceEqual(blob));
        Assert.True(reader.ReadString().SequenceEqual(Blobs.Text(Namespace)));
        Assert.True(reader.ReadString().IsEmpty);
        Assert.True(reader.ReadString().SequenceEqual("sha512"u8));
        var signature = reader.ReadString();
        Assert.True(reader.SucceededToTheEnd);
        Assert.True(key.Verify(key.SignatureAlgorithms[0], Signed(), signature));
    }

    [Theory]
    [MemberData(nameof(PublicKeyParsingTests.KeyTypes), MemberType = typeof(PublicKeyParsingTests))]
    public async Task What_we_sign_ssh_keygen_verifies(string type)
    {
        using var folder = new TemporaryDirectory();
        using var key = PublicKeyParsingTests.Make(type);
        foreach (var algorithm in key.PublicKey.SignatureAlgorithms)
        {
            byte[] file =
            [
                .. Magic, 0, 0, 0, 1,
                .. Blobs.Strings(key.PublicKey.Blob.ToArray(), Blobs.Text(Namespace), [], Blobs.Text("sha512"), key.Sign(algorithm, Signed())),
            ];
            var path = folder.Write("signature", new string(PemEncoding.Write(Armour, file)) + "\n");
            var outcome = await ExternalProcess.RunAsync(
                "ssh-keygen", ["-Y", "check-novalidate", "-n", Namespace, "-s", path], Encoding.ASCII.GetString(Message));
            Assert.True(outcome.ExitCode == 0, $"{algorithm}: {outcome}");
        }
    }

    private static byte[] Signed() => [.. Magic, .. Blobs.Strings(Blobs.Text(Namespace), [], Blobs.Text("sha512"), SHA512.HashData(Message))];
}
