using System.Globalization;
using System.Security.Cryptography;
using Waybill.Core.Keys;
using Waybill.SshKeys.Keys;

namespace Waybill.Portal.Api;

/// <summary>
/// A private key in a body where none belongs, or that cannot be read: it has been on its way here all the same. Nothing of it is kept but its public fingerprint, which is
/// refused from now on.
/// </summary>
internal static class StrayKey
{
    /// <summary>How such a key came here, for the audit.</summary>
    public const string How = "a private key was sent to the REST API";

    /// <summary>JSON in JSON, as programs make it that send what another one wrote.</summary>
    internal const int Layers = 2;

    private const int HexDigits = 4;

    /// <summary>Looks for one and refuses it for good; null when there is none.</summary>
    /// <param name="call">Who sent it.</param>
    /// <param name="body">All of the body.</param>
    /// <param name="problem">What else is wrong with the body. Null for nothing: then words that only speak of private keys are no key.</param>
    public static async ValueTask<ApiProblem?> RefuseAsync(ApiCall call, ReadOnlyMemory<byte> body, ApiProblem? problem)
    {
        if (Find(body.Span) is not { } found || (problem is null && found.PublicHalfFingerprint is null))
        {
            return null;
        }

        // Not ended by a caller who goes away.
        var burnt = await call.Get<BurntKeys>().AddAsync(found, How, call.Actor, CancellationToken.None);
        if (!burnt.Succeeded)
        {
            return ApiProblem.Of(burnt.Problem);
        }

        return ApiProblem.With(problem?.Status ?? 422, "private-key", problem is null ? found.Message : $"{found.Message} {problem.Detail}");
    }

    /// <summary>The private key of a text, best with its fingerprint: as it stands, and as what its strings say.</summary>
    internal static PublicKeyReading? Find(ReadOnlySpan<byte> body)
    {
        var text = body[..Math.Min(body.Length, PublicKeyFile.MaxFileLength)].ToArray();
        try
        {
            PublicKeyReading? found = null;
            for (var layer = 0; ; layer++)
            {
                var reading = PublicKeyFile.Read(text);
                found = reading.IsPrivate && (found is null || reading.PublicHalfFingerprint is not null) ? reading : found;
                if (found?.PublicHalfFingerprint is not null || layer == Layers)
                {
                    return found;
                }

                Unescape(text);
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(text);
        }
    }

    /// <summary>In place: what RFC 8259 section 7 escapes stands for itself, and each string begins a line, as a key's file does.</summary>
    private static void Unescape(Span<byte> text)
    {
        var to = 0;
        for (var from = 0; from < text.Length; from++)
        {
            var next = text[from];
            if (next == '\\' && from + 1 < text.Length)
            {
                next = text[++from] switch
                {
                    (byte)'n' or (byte)'r' => (byte)'\n',
                    (byte)'t' => (byte)' ',
                    (byte)'u' when from + HexDigits < text.Length
                        && byte.TryParse(text.Slice(from + 1, HexDigits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code) => Skip(code, ref from),
                    var other => other,
                };
            }
            else if (next is (byte)'"' or (byte)'\'')
            {
                next = (byte)'\n';
            }

            text[to++] = next;
        }

        text[to..].Fill((byte)'\n');

        static byte Skip(byte code, ref int from)
        {
            from += HexDigits;
            return code;
        }
    }
}
