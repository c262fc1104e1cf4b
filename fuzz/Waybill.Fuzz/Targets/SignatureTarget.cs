using Waybill.SshKeys.Keys;
using Waybill.SshKeys.Wire;
using Waybill.TestKit;

namespace Waybill.Fuzz.Targets;

/// <summary>
/// Signatures: string key blob, string algorithm, string data, string signature blob. A signature that verifies although it was never made is a forgery
/// and fails the target.
/// </summary>
internal sealed class SignatureTarget : IFuzzTarget
{
    private readonly Lazy<HashSet<string>> _made;

    // What the corpus holds was signed by its keys; those of its inputs that are wrong do not verify in any case.
    public SignatureTarget() => _made = new Lazy<HashSet<string>>(() => [.. Corpus.Load(this).Select(Essence)]);

    public string Name => "signature";

    public int Inputs => 6_400;

    public IReadOnlyCollection<string> Outcomes { get; } = 
    [
        "NoInput", .. Enum.GetNames<SignatureVerdict>(),
        .. Enum.GetValues<PublicKeyError>().Where(error => error != PublicKeyError.None).Select(KeyRefused),
    ];

    public IReadOnlyList<string> Dictionary { get; } =
    [
        "ssh-ed25519", "ssh-rsa", "rsa-sha2-256", "rsa-sha2-512", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-dss", "nistp256",
    ];

    public ValueTask<string> RunAsync(ReadOnlyMemory<byte> input)
    {
        var reader = new SshReader(input.Span);
        var blob = reader.ReadString();
        var algorithm = System.Text.Encoding.Latin1.GetString(reader.ReadString());
        var data = reader.ReadString();
        var signature = reader.ReadString();
        if (!reader.SucceededToTheEnd)
        {
            return ValueTask.FromResult("NoInput");
        }

        var error = SshPublicKeys.TryParse(blob, out var key);
        if (error != PublicKeyError.None)
        {
            return ValueTask.FromResult(KeyRefused(error));
        }

        var verdict = key!.Judge(algorithm, data, signature);
        return verdict != SignatureVerdict.Good || _made.Value.Contains(Essence(input.ToArray()))
            ? ValueTask.FromResult(verdict.ToString())
            : throw new InvalidOperationException("A forged signature verified.");
    }

    public IEnumerable<(string Name, byte[] Input)> Record()
    {
        foreach (var (name, blob) in new KeyBlobTarget().Record().Where(input => input.Name is "sk" or "rsa-1024" or "rsa-16392" or "rsa-e1" or "p256-off-curve"))
        {
            yield return ("key-" + name, new MessageBuilder().String(blob).String("ssh-rsa").String("data").String("").ToArray());
        }

        using var rsa = SshPrivateKeys.GenerateRsa(2048);
        foreach (var (name, key) in FuzzKeys.All.Append(("rsa", rsa)))
        {
            foreach (var algorithm in key.PublicKey.SignatureAlgorithms)
            {
                var data = System.Text.Encoding.UTF8.GetBytes($"signed by {name} with {algorithm}");
                yield return ($"{name}-{algorithm}", new MessageBuilder()
                    .String(key.PublicKey.Blob.Span).String(algorithm).String(data).String(key.Sign(algorithm, data)).ToArray());
            }
        }
    }

    private static string KeyRefused(PublicKeyError error) => "Key" + error;

    /// <summary>An RSA signature may come without its leading zeros (some signers strip them), so those do not make another one.</summary>
    private static string Essence(byte[] input)
    {
        var reader = new SshReader(input);
        var head = Convert.ToHexString(reader.ReadString()) + '.' + Convert.ToHexString(reader.ReadString()) + '.' + Convert.ToHexString(reader.ReadString());
        var signature = new SshReader(reader.ReadString());
        var name = Convert.ToHexString(signature.ReadString());
        return $"{head}.{name}.{Convert.ToHexString(signature.ReadString().TrimStart((byte)0))}";
    }
}
