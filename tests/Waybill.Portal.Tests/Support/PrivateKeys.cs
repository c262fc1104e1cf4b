using System.Buffers.Binary;
using System.Text;
using System.Text.RegularExpressions;
using Waybill.TestKit;

namespace Waybill.Portal.Tests.Support;

/// <summary>Private keys in every form in which the tools of customers write them, made at test time, each with the line of its public half.</summary>
internal static partial class PrivateKeys
{
    private const string Passphrase = "a passphrase";

    public static async Task<IReadOnlyList<Sample>> MakeAsync(TemporaryDirectory directory)
    {
        List<Sample> samples = [];

        // OpenSSH's own form shows the public half whatever the passphrase is; PEM and PKCS#8 hide it behind one.
        foreach (var (type, bits, form, passphrase) in ((string, string, string, string)[])
            [
                ("ed25519", "256", "RFC4716", ""), ("ed25519", "256", "RFC4716", Passphrase), ("rsa", "2048", "RFC4716", ""), ("ecdsa", "521", "RFC4716", Passphrase),
                ("rsa", "2048", "PEM", ""), ("rsa", "3072", "PEM", Passphrase), ("ecdsa", "256", "PEM", ""), ("ecdsa", "384", "PEM", ""), ("ecdsa", "521", "PEM", ""),
                ("rsa", "2048", "PKCS8", ""), ("ecdsa", "256", "PKCS8", ""), ("ecdsa", "384", "PKCS8", ""), ("ecdsa", "521", "PKCS8", ""), ("ecdsa", "256", "PKCS8", Passphrase),
            ])
        {
            var name = $"{type}-{bits}-{form}-{passphrase.Length}";
            var file = directory.Combine(name);
            await RunAsync("ssh-keygen", "-q", "-t", type, "-b", bits, "-m", form, "-N", passphrase, "-C", "", "-f", file);
            var isLocked = form != "RFC4716" && passphrase.Length > 0;
            var line = (await RunAsync("ssh-keygen", "-y", "-P", passphrase, "-f", file)).Trim();
            samples.Add(new Sample(name, await File.ReadAllTextAsync(file), isLocked ? null : line, isLocked));
        }

        var origin = directory.Combine("ed25519-256-RFC4716-0");
        var locked = directory.Write("passphrase", Passphrase);
        foreach (var (name, form, words) in ((string, string, string[])[])
            [
                ("ppk 3", "private", ["--new-passphrase", locked]), ("ppk 2", "private", ["--ppk-param", "version=2"]), ("puttygen openssh", "private-openssh", []),
            ])
        {
            var file = directory.Combine(name);
            await RunAsync("puttygen", [origin, "-O", form, "-o", file, .. words]);
            samples.Add(new Sample(name, await File.ReadAllTextAsync(file), samples[0].Line, IsLocked: false));
        }

        var rsa = directory.Combine("rsa-2048-PEM-0");
        var tectia = directory.Combine("ssh.com");
        await RunAsync("puttygen", rsa, "-O", "private-sshcom", "-o", tectia);
        samples.Add(new Sample("ssh.com", await File.ReadAllTextAsync(tectia), null, IsLocked: false));

        // As openssl makes them; the ssh-keygen of Debian 12 reads no Ed25519 of it.
        var raw = directory.Combine("openssl-ed25519");
        await RunAsync("openssl", "genpkey", "-algorithm", "ed25519", "-out", raw);
        await RunAsync("openssl", "pkey", "-in", raw, "-pubout", "-outform", "DER", "-out", raw + ".der");
        samples.Add(new Sample("openssl ed25519", await File.ReadAllTextAsync(raw), Ed25519Line((await File.ReadAllBytesAsync(raw + ".der"))[^32..]), IsLocked: false));
        var named = directory.Combine("openssl-ec");
        await RunAsync("openssl", "ecparam", "-name", "prime256v1", "-genkey", "-out", named);
        File.SetUnixFileMode(named, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        samples.Add(new Sample("openssl ec", await File.ReadAllTextAsync(named), (await RunAsync("ssh-keygen", "-y", "-f", named)).Trim(), IsLocked: false));

        // Without its point, which SEC1 leaves open, and of a curve that SSH has not.
        await RunAsync("openssl", "ec", "-in", named, "-no_public", "-out", named + ".short");
        samples.Add(new Sample("openssl ec without its point", await File.ReadAllTextAsync(named + ".short"), null, IsLocked: false));
        await RunAsync("openssl", "ecparam", "-name", "secp256k1", "-genkey", "-noout", "-out", named + ".other");
        samples.Add(new Sample("openssl ec of another curve", await File.ReadAllTextAsync(named + ".other"), null, IsLocked: false));

        // Cut off in the middle.
        samples.Add(new Sample("cut off", samples[4].Content.Remove(200, 64), null, IsLocked: false));

        // The same without armour, and a store of keys.
        foreach (var sample in samples.Take(samples.Count - 1).ToList())
        {
            if (Armour().Match(sample.Content) is { Success: true } armour)
            {
                samples.Add(sample with { Name = sample.Name + " in bytes", Content = Encoding.Latin1.GetString(Convert.FromBase64String(armour.Groups[1].Value)), IsBinary = true });
            }
        }

        var store = directory.Combine("openssl.p12");
        await RunAsync("openssl", "pkcs12", "-export", "-nocerts", "-inkey", raw, "-passout", "pass:" + Passphrase, "-out", store);
        samples.Add(new Sample("PKCS#12", Encoding.Latin1.GetString(await File.ReadAllBytesAsync(store)), null, IsLocked: false, IsBinary: true));
        return samples;
    }

    [GeneratedRegex("-----BEGIN (?:OPENSSH |RSA |EC |ENCRYPTED |)PRIVATE KEY-----([^-:]*)-----END")]
    private static partial Regex Armour();

    private static string Ed25519Line(byte[] point)
    {
        var type = "ssh-ed25519"u8;
        byte[] blob = new byte[4 + type.Length + 4 + point.Length];
        BinaryPrimitives.WriteInt32BigEndian(blob, type.Length);
        type.CopyTo(blob.AsSpan(4));
        BinaryPrimitives.WriteInt32BigEndian(blob.AsSpan(4 + type.Length), point.Length);
        point.CopyTo(blob.AsSpan(8 + type.Length));
        return $"{Encoding.ASCII.GetString(type)} {Convert.ToBase64String(blob)}";
    }

    private static async Task<string> RunAsync(string program, params string[] words)
    {
        var outcome = await ExternalProcess.RunAsync(program, words, timeout: TimeSpan.FromSeconds(60));
        Assert.True(outcome.ExitCode == 0, $"{program} {string.Join(' ', words)}: {outcome}");
        return outcome.Output;
    }

    /// <summary>A private key.</summary>
    /// <param name="Name">What it is called when a test fails.</param>
    /// <param name="Content">The file.</param>
    /// <param name="Line">The line of its public half; null where that cannot be taken.</param>
    /// <param name="IsLocked">Because of its passphrase.</param>
    /// <param name="IsBinary">It cannot be pasted; the content is its bytes in Latin-1.</param>
    internal sealed record Sample(string Name, string Content, string? Line, bool IsLocked, bool IsBinary = false);
}
