using System.Numerics;
using System.Security.Cryptography;
using Waybill.SshKeys.Wire;

namespace Waybill.SshKeys.Keys;

/// <summary>ssh-rsa keys (RFC 4253 section 6.6), used only with SHA-2 (RFC 8332).</summary>
public sealed class RsaPublicKey : SshPublicKey
{
    /// <summary>Below it a key is refused.</summary>
    public const int MinBits = 2048;

    /// <summary>Beyond it a key is refused: a verification would cost too much (CVE-2026-39829).</summary>
    public const int MaxBits = 16384;

    internal const string Name = "ssh-rsa";
    internal const string Sha512 = "rsa-sha2-512";
    internal const string Sha256 = "rsa-sha2-256";

    /// <summary>OpenSSL's bound beyond 3,072 bits of modulus; one bound for all lengths is easier to explain.</summary>
    private const int MaxExponentLength = 8;

    private const int ByteBits = 8;

    private static readonly string[] Algorithms = [Sha512, Sha256];

    private readonly RSAParameters _parameters;
    private readonly byte[] _blob;
    private readonly Spare<RSA> _spare;

    private RsaPublicKey(ReadOnlySpan<byte> modulus, ReadOnlySpan<byte> exponent)
    {
        _parameters = new RSAParameters { Modulus = modulus.ToArray(), Exponent = exponent.ToArray() };
        _spare = new Spare<RSA>(() => RSA.Create(_parameters));
        Bits = BitLength(modulus);

        var scratch = new byte[4 + Name.Length + 4 + 1 + exponent.Length + 4 + 1 + modulus.Length];
        var writer = new SshWriter(scratch);
        writer.WriteString(Name);
        writer.WriteMpint(exponent);
        writer.WriteMpint(modulus);
        _blob = writer.Written.ToArray();
    }

    /// <inheritdoc/>
    public override string KeyType => Name;

    /// <inheritdoc/>
    public override ReadOnlyMemory<byte> Blob => _blob;

    /// <inheritdoc/>
    public override int Bits { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> SignatureAlgorithms => Algorithms;

    /// <summary>Modulus and exponent.</summary>
    public RSAParameters ExportParameters() => new() { Modulus = [.. _parameters.Modulus!], Exponent = [.. _parameters.Exponent!] };

    internal override SignatureVerdict Judge(string algorithm, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        if (!TryGetHash(algorithm, out var hash))
        {
            return SignatureVerdict.WrongAlgorithm;
        }

        if (!SignatureBlob.TryRead(signature, algorithm, out var number))
        {
            return SignatureVerdict.Malformed;
        }

        // Some signers strip leading zeros; OpenSSH pads such a signature (ssh-rsa.c), RFC 8332 section 3 asks for the full length. Longer is refused.
        var length = _parameters.Modulus!.Length;
        if (number.Length > length)
        {
            return SignatureVerdict.WrongLength;
        }

        Span<byte> padded = stackalloc byte[length];
        padded.Clear();
        number.CopyTo(padded[(length - number.Length)..]);
        try
        {
            var key = _spare.Take();
            var verified = key.VerifyData(data, padded, hash, RSASignaturePadding.Pkcs1);
            _spare.Return(key);
            return verified ? SignatureVerdict.Good : SignatureVerdict.Mismatch;
        }
        catch (CryptographicException)
        {
            return SignatureVerdict.Mismatch;
        }
    }

    internal static bool TryGetHash(string algorithm, out HashAlgorithmName hash)
    {
        hash = algorithm switch
        {
            Sha512 => HashAlgorithmName.SHA512,
            Sha256 => HashAlgorithmName.SHA256,
            _ => default,
        };
        return hash.Name is not null;
    }

    internal static PublicKeyError TryParse(ref SshReader reader, out SshPublicKey? key)
    {
        // mpint e
        // mpint n
        var exponent = reader.ReadPositiveMpint();
        var modulus = reader.ReadPositiveMpint();
        if (!reader.SucceededToTheEnd)
        {
            key = null;
            return PublicKeyError.Malformed;
        }

        var error = TryCreate(modulus, exponent, out var rsa);
        key = rsa;
        return error;
    }

    /// <summary>From magnitudes without leading zeros.</summary>
    internal static PublicKeyError TryCreate(ReadOnlySpan<byte> modulus, ReadOnlySpan<byte> exponent, out RsaPublicKey? key)
    {
        key = null;
        var bits = BitLength(modulus);
        if (bits < MinBits)
        {
            return PublicKeyError.TooShort;
        }

        if (bits > MaxBits)
        {
            return PublicKeyError.TooLong;
        }

        var isExponentGood = exponent.Length is > 0 and <= MaxExponentLength && (exponent[^1] & 1) == 1 && !exponent.SequenceEqual<byte>([1]);
        if (!isExponentGood || (modulus[^1] & 1) == 0)
        {
            return PublicKeyError.BadNumber;
        }

        key = new RsaPublicKey(modulus, exponent);
        return PublicKeyError.None;
    }

    private static int BitLength(ReadOnlySpan<byte> magnitude) =>
        magnitude.IsEmpty ? 0 : (magnitude.Length * ByteBits) - (BitOperations.LeadingZeroCount((uint)magnitude[0]) - (32 - ByteBits));
}
