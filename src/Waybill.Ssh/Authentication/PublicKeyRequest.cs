using Waybill.SshKeys.Wire;

namespace Waybill.Ssh.Authentication;

/// <summary>The fields of method <c>publickey</c> (RFC 4252 section 7): a query without, an attempt with a signature.</summary>
internal readonly ref struct PublicKeyRequest
{
    private PublicKeyRequest(bool hasSignature, ReadOnlySpan<byte> algorithm, ReadOnlySpan<byte> blob, ReadOnlySpan<byte> signature)
    {
        HasSignature = hasSignature;
        Algorithm = algorithm;
        Blob = blob;
        Signature = signature;
    }

    public bool HasSignature { get; }

    public ReadOnlySpan<byte> Algorithm { get; }

    public ReadOnlySpan<byte> Blob { get; }

    public ReadOnlySpan<byte> Signature { get; }

    /// <summary>Reads what follows the method name, to the message's end.</summary>
    public static bool TryParse(ReadOnlySpan<byte> fields, out PublicKeyRequest request)
    {
        // boolean   FALSE, or TRUE when a signature follows
        // string    public key algorithm name
        // string    public key blob
        // string    signature                              (only after TRUE)
        var reader = new SshReader(fields);
        var hasSignature = reader.ReadBoolean();
        var algorithm = reader.ReadString();
        var blob = reader.ReadString();
        var signature = hasSignature ? reader.ReadString() : default;
        request = new PublicKeyRequest(hasSignature, algorithm, blob, signature);
        return reader.SucceededToTheEnd;
    }

    /// <summary>
    /// The key type that a signature algorithm belongs to (RFC 8332 section 3: rsa-sha2-256 and rsa-sha2-512 are made with an <c>ssh-rsa</c> key; all
    /// others have the name of their key).
    /// </summary>
    public static string KeyTypeOf(string algorithm) => algorithm.StartsWith("rsa-sha2-", StringComparison.Ordinal) ? "ssh-rsa" : algorithm;

    /// <summary>Whether the blob begins with that key type; nothing else of it is read.</summary>
    public bool BlobHasType(string keyType)
    {
        var reader = new SshReader(Blob);
        return System.Text.Ascii.Equals(reader.ReadString(), keyType) && reader.Succeeded;
    }
}
