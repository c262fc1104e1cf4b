using System.Collections.Concurrent;
using Waybill.SshKeys.Keys;

namespace Waybill.SshKeys.Tests.Keys;

/// <summary>Whatever PuTTYgen and ssh-keygen of today can write, we read: the public half, or what it is and whose, when it is the private one.</summary>
[Collection("key tools")]
public sealed class KeyFormatsTests(KeyTools tools)
{
    private static readonly string[] OpenSshKeys = ["ed25519", "rsa2048", "rsa3072", "ecdsa256", "ecdsa384", "ecdsa521"];
    private static readonly string[] PuttyKeys = ["putty-ed25519", "putty-ecdsa256", "putty-ecdsa521", "putty-rsa"];
    private readonly ConcurrentDictionary<string, string> _failures = new();
    private int _fixtures;

    [Fact]
    public async Task Fifty_files_and_more_of_both_programs_in_every_format_they_have_are_read()
    {
        var passphrase = await tools.WriteAsync("formats-passphrase", "correct horse"u8.ToArray());
        foreach (var name in OpenSshKeys)
        {
            Public(name, "as ssh-keygen writes it", tools.Read(name + ".pub"));
            foreach (var form in name == "ed25519" ? (string[])["RFC4716"] : name.StartsWith("rsa", StringComparison.Ordinal) ? ["RFC4716", "PKCS8", "PEM"] : ["RFC4716", "PKCS8"])
            {
                Public(name, form, KeyTools.Bytes(await KeyTools.SshKeygenAsync("-e", "-m", form, "-f", tools.PathOf(name + ".pub"))));
            }

            Private(name, "openssh-key-v1", tools.Read(name), PublicKeyMistake.OpenSshPrivateKey);
            foreach (var (passphraseWords, form) in ((string, string)[])[("correct horse", "RFC4716"), ("", "PKCS8"), ("correct horse", "PKCS8"), ("", "PEM"), ("correct horse", "PEM")])
            {
                if (name == "ed25519" && form != "RFC4716")
                {
                    continue; // ssh-keygen writes openssh-key-v1 for it whatever is asked for
                }

                var file = await tools.WriteAsync($"formats-{name}", tools.Read(name));
                await KeyTools.SshKeygenAsync("-p", "-P", "", "-N", passphraseWords, "-m", form, "-f", file);
                var isOpen = form == "RFC4716" || passphraseWords.Length == 0;
                Private(
                    name, $"{form}, {(passphraseWords.Length == 0 ? "open" : "encrypted")}", File.ReadAllBytes(file),
                    form == "RFC4716" ? PublicKeyMistake.OpenSshPrivateKey : PublicKeyMistake.PemPrivateKey, isOpen);
            }
        }

        foreach (var name in PuttyKeys)
        {
            foreach (var form in (string[])["public", "public-openssh"])
            {
                Public(name, form, KeyTools.Bytes(await KeyTools.PuttygenAsync(tools.PathOf(name + ".ppk"), "-O", form)));
            }

            foreach (var protection in (string[])["/dev/null", passphrase])
            {
                foreach (var version in (string[])["2", "3"])
                {
                    Private(name, $"PPK {version}", await ConvertAsync(name, protection, "private", "--reencrypt", "--ppk-param", "version=" + version), PublicKeyMistake.PuttyPrivateKey);
                }

                Private(name, "private-openssh-new", await ConvertAsync(name, protection, "private-openssh-new"), PublicKeyMistake.OpenSshPrivateKey);
                if (name != "putty-ed25519")
                {
                    Private(name, "private-openssh", await ConvertAsync(name, protection, "private-openssh"), PublicKeyMistake.PemPrivateKey, isOpen: protection == "/dev/null");
                }
            }
        }

        Assert.Empty(_failures);
        Assert.InRange(_fixtures, 50, 100);
    }

    private async Task<byte[]> ConvertAsync(string name, string passphrase, string form, params string[] arguments)
    {
        var file = tools.PathOf($"formats-{name}");
        await KeyTools.PuttygenAsync([tools.PathOf(name + ".ppk"), "-O", form, "--new-passphrase", passphrase, "-o", file, .. arguments]);
        return File.ReadAllBytes(file);
    }

    private void Public(string name, string form, byte[] file)
    {
        _fixtures++;
        var reading = PublicKeyFile.Read(file);
        if (!reading.IsKey || !reading.Key.Blob.Span.SequenceEqual(tools.BlobOf(name)))
        {
            _failures[$"{name}, {form}"] = reading.Message;
        }
    }

    private void Private(string name, string form, byte[] file, PublicKeyMistake mistake, bool isOpen = true)
    {
        _fixtures++;
        var reading = PublicKeyFile.Read(file);
        if (reading.Mistake != mistake || reading.PublicHalfFingerprint != (isOpen ? KeyFingerprint.Sha256(tools.BlobOf(name)) : null))
        {
            _failures[$"{name}, {form}"] = $"{reading.Mistake} {reading.PublicHalfFingerprint}";
        }
    }
}
