using System.Security.Cryptography;

namespace Waybill.SshKeys.Keys;

/// <summary>
/// A passphrase that nobody can guess and everybody can say on the telephone: <c>k7pq-x3mh-9w2c-tn4v-e8rj</c>. Its bytes lie in one place and are wiped on disposal.
/// </summary>
public sealed class KeyPassphrase : IDisposable
{
    /// <summary>Random bits: 20 characters of 5. PPK version 2 costs a guess only two SHA-1, and 2^100 of those are out of reach.</summary>
    public const int Bits = Groups * CharactersInGroup * 5;

    /// <summary>Characters, with what separates the groups.</summary>
    public const int Length = (Groups * (CharactersInGroup + 1)) - 1;

    private const int Groups = 5;
    private const int CharactersInGroup = 4;

    private readonly byte[] _characters = GC.AllocateArray<byte>(Length, pinned: true);

    private KeyPassphrase()
    {
    }

    /// <summary>Crockford's base 32: no i, l, o or u, so that 1 and 0 are always digits.</summary>
    private static ReadOnlySpan<byte> Alphabet => "0123456789abcdefghjkmnpqrstvwxyz"u8;

    /// <summary>The characters, as ASCII.</summary>
    public ReadOnlySpan<byte> Characters => _characters;

    /// <summary>A new one.</summary>
    public static KeyPassphrase Generate()
    {
        var passphrase = new KeyPassphrase();
        Span<byte> random = stackalloc byte[Length];
        RandomNumberGenerator.Fill(random);
        for (var i = 0; i < Length; i++)
        {
            passphrase._characters[i] = i % (CharactersInGroup + 1) == CharactersInGroup ? (byte)'-' : Alphabet[random[i] % Alphabet.Length];
        }

        CryptographicOperations.ZeroMemory(random);
        return passphrase;
    }

    /// <inheritdoc/>
    public void Dispose() => CryptographicOperations.ZeroMemory(_characters);
}
