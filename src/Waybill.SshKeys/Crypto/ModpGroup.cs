using System.Security.Cryptography;

namespace Waybill.SshKeys.Crypto;

/// <summary>A finite-field group of RFC 3526 with generator 2; the numbers are OpenSSL's.</summary>
internal sealed unsafe class ModpGroup
{
    // Twice the strength of the strongest key derived from it (256 bits), as RFC 4419 section 6.2 asks; far above what RFC 7919 asks for these groups.
    private const int ExponentLength = 512 / 8;

    // Kept for the life of the process.
    private readonly nint _prime;
    private readonly byte[] _primeMinusOne;

    private ModpGroup(nint prime)
    {
        _prime = LibCrypto.Check(prime, "BN_get_rfc3526_prime");
        Length = (LibCrypto.BN_num_bits(prime) + 7) / 8;
        _primeMinusOne = new byte[Length];
        Export(prime, _primeMinusOne);
        _primeMinusOne[^1]--;
    }

    /// <summary>2,048 bits.</summary>
    public static Lazy<ModpGroup> Group14 { get; } = new(() => Create(&Prime2048));

    /// <summary>4,096 bits.</summary>
    public static Lazy<ModpGroup> Group16 { get; } = new(() => Create(&Prime4096));

    /// <summary>Bytes of the modulus.</summary>
    public int Length { get; }

    /// <summary>From 2 to p - 2: 0, 1 and p - 1 make a secret that everyone knows (RFC 4253 section 8, RFC 8268 section 4).</summary>
    public bool IsInRange(ReadOnlySpan<byte> magnitude)
    {
        magnitude = magnitude.TrimStart((byte)0);
        return magnitude.Length switch
        {
            0 => false,
            1 => magnitude[0] >= 2,
            _ => magnitude.Length < Length || (magnitude.Length == Length && magnitude.SequenceCompareTo(_primeMinusOne) < 0),
        };
    }

    /// <summary>A fresh private exponent.</summary>
    public static BigNumberHandle NewExponent()
    {
        Span<byte> bytes = stackalloc byte[ExponentLength];
        RandomNumberGenerator.Fill(bytes);

        // The top bit makes every exponent as long as the next one, so that the time of an exponentiation says nothing.
        bytes[0] |= 0x80;
        var exponent = Import(bytes, LibCrypto.Check(LibCrypto.BN_secure_new(), nameof(LibCrypto.BN_secure_new)));
        CryptographicOperations.ZeroMemory(bytes);
        return exponent;
    }

    /// <summary>2 to the exponent.</summary>
    public byte[] PublicValue(BigNumberHandle exponent) => Power([2], exponent);

    /// <summary>The value to the exponent, in constant time, as long as the modulus.</summary>
    public byte[] Power(ReadOnlySpan<byte> value, BigNumberHandle exponent)
    {
        using var number = Import(value, LibCrypto.Check(LibCrypto.BN_new(), nameof(LibCrypto.BN_new)));
        using var result = new BigNumberHandle(LibCrypto.Check(LibCrypto.BN_secure_new(), nameof(LibCrypto.BN_secure_new)));
        using var numberUse = new HandleUse(number);
        using var resultUse = new HandleUse(result);
        using var exponentUse = new HandleUse(exponent);
        var context = LibCrypto.Check(LibCrypto.BN_CTX_secure_new(), nameof(LibCrypto.BN_CTX_secure_new));
        try
        {
            LibCrypto.Check(
                LibCrypto.BN_mod_exp_mont_consttime(resultUse.Pointer, numberUse.Pointer, exponentUse.Pointer, _prime, context, 0),
                nameof(LibCrypto.BN_mod_exp_mont_consttime));
        }
        finally
        {
            LibCrypto.BN_CTX_free(context);
        }

        var bytes = new byte[Length];
        Export(resultUse.Pointer, bytes);
        return bytes;
    }

    private static ModpGroup Create(delegate*<nint> prime)
    {
        CryptoLibrary.EnsureLoaded();
        return new ModpGroup(prime());
    }

    private static nint Prime2048() => LibCrypto.BN_get_rfc3526_prime_2048(0);

    private static nint Prime4096() => LibCrypto.BN_get_rfc3526_prime_4096(0);

    private static BigNumberHandle Import(ReadOnlySpan<byte> magnitude, nint number)
    {
        var handle = new BigNumberHandle(number);
        fixed (byte* bytes = magnitude)
        {
            LibCrypto.Check(LibCrypto.BN_bin2bn(bytes, magnitude.Length, number), nameof(LibCrypto.BN_bin2bn));
        }

        return handle;
    }

    private static void Export(nint number, Span<byte> destination)
    {
        fixed (byte* bytes = destination)
        {
            if (LibCrypto.BN_bn2binpad(number, bytes, destination.Length) != destination.Length)
            {
                LibCrypto.Fail(nameof(LibCrypto.BN_bn2binpad));
            }
        }
    }
}
