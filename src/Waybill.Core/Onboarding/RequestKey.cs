using System.Text;
using Waybill.SshKeys.Keys;

namespace Waybill.Core.Onboarding;

/// <summary>The public key of a request.</summary>
/// <param name="Line">One OpenSSH line: type and base64, without a comment, whatever form it came in.</param>
/// <param name="Type">Its type, as <c>ssh-ed25519</c>.</param>
/// <param name="Bits">Bits as OpenSSH counts them.</param>
/// <param name="Sha256">Its fingerprint, as <c>SHA256:...</c>.</param>
/// <param name="Md5">The same in old notation, as PuTTY before 0.75 shows it.</param>
/// <param name="Comment">The comment of its file.</param>
public sealed record RequestKey(string Line, string Type, int Bits, string Sha256, string Md5, string Comment)
{
    internal static RequestKey Of(SshPublicKey key, string? comment) => new(
        $"{key.KeyType} {Convert.ToBase64String(key.Blob.Span)}", key.KeyType, key.Bits, KeyFingerprint.Sha256(key.Blob.Span), KeyFingerprint.Md5(key.Blob.Span),
        RequestRules.Cleaned(comment) ?? "");

    /// <summary>The key itself, as it was read when it came in.</summary>
    internal Result<SshPublicKey> Parse() => PublicKeyFile.Read(Encoding.ASCII.GetBytes(Line)) is { IsKey: true } reading
        ? reading.Key
        : Problem.Unusable("The key of the request cannot be read any more: somebody changed the database. Ask for the key again with `waybill request ask`.");
}
