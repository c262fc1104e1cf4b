using System.Security.Cryptography;
using Waybill.SshKeys.Crypto;
using Waybill.SshKeys.Wire;

namespace Waybill.SshKeys.Keys;

/// <summary>ssh-ed25519 (RFC 8709).</summary>
public sealed class Ed25519PublicKey : SshPublicKey
{
    internal const string Name = "ssh-ed25519";
    private static readonly string[] Algorithms = [Name];

    private readonly byte[] _blob;
    private EvpKeyHandle? _handle;

    internal Ed25519PublicKey(ReadOnlySpan<byte> key)
    {
        _blob = new byte[4 + Name.Length + 4 + EvpKeys.KeyLength];
        var writer = new SshWriter(_blob);
        writer.WriteString(Name);
        writer.WriteString(key);
    }

    /// <inheritdoc/>
    public override string KeyType => Name;

    /// <inheritdoc/>
    public override ReadOnlyMemory<byte> Blob => _blob;

    /// <inheritdoc/>
    public override int Bits => 256;

    /// <inheritdoc/>
    public override IReadOnlyList<string> SignatureAlgorithms => Algorithms;

    /// <summary>The 32 bytes of RFC 8032 section 5.1.5.</summary>
    public ReadOnlySpan<byte> Key => _blob.AsSpan(_blob.Length - EvpKeys.KeyLength);

    internal override SignatureVerdict Judge(string algorithm, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        if (algorithm != Name)
        {
            return SignatureVerdict.WrongAlgorithm;
        }

        if (!SignatureBlob.TryRead(signature, algorithm, out var bytes))
        {
            return SignatureVerdict.Malformed;
        }

        if (bytes.Length != EvpKeys.SignatureLength)
        {
            return SignatureVerdict.WrongLength;
        }

        try
        {
            return EvpKeys.Verify(Handle(), data, bytes) ? SignatureVerdict.Good : SignatureVerdict.Mismatch;
        }
        catch (CryptographicException)
        {
            return SignatureVerdict.Mismatch;
        }
    }

    internal static PublicKeyError TryParse(ref SshReader reader, out SshPublicKey? key)
    {
        // string key
        var bytes = reader.ReadString();
        if (!reader.SucceededToTheEnd || bytes.Length != EvpKeys.KeyLength)
        {
            key = null;
            return PublicKeyError.Malformed;
        }

        if (EdwardsPoint.HasSmallOrder(bytes))
        {
            key = null;
            return PublicKeyError.BadPoint;
        }

        key = new Ed25519PublicKey(bytes);
        return PublicKeyError.None;
    }

    private EvpKeyHandle Handle()
    {
        if (_handle is { } ready)
        {
            return ready;
        }

        var made = EvpKeys.ImportPublic(EvpKeys.Ed25519, Key);
        if (Interlocked.CompareExchange(ref _handle, made, null) is not { } earlier)
        {
            return made;
        }

        made.Dispose();
        return earlier;
    }
}
