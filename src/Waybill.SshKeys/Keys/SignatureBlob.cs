using System.Text;
using Waybill.SshKeys.Wire;

namespace Waybill.SshKeys.Keys;

/// <summary>The signature blob of RFC 4253 section 6.6: string algorithm, string signature.</summary>
internal static class SignatureBlob
{
    private const int LengthField = 4;

    /// <summary>
    /// The signature, when the name in the blob is exactly <paramref name="algorithm"/> and nothing is left over. The name is compared because a
    /// signature of another algorithm than the negotiated one must not count.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> blob, string algorithm, out ReadOnlySpan<byte> signature)
    {
        // string algorithm
        // string signature
        var reader = new SshReader(blob);
        var name = reader.ReadString();
        signature = reader.ReadString();
        return reader.SucceededToTheEnd && Ascii.Equals(name, algorithm);
    }

    public static byte[] Write(string algorithm, ReadOnlySpan<byte> signature)
    {
        var blob = new byte[LengthField + algorithm.Length + LengthField + signature.Length];
        var writer = new SshWriter(blob);
        writer.WriteString(algorithm);
        writer.WriteString(signature);
        return blob;
    }
}
