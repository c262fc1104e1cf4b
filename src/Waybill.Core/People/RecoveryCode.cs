using System.Security.Cryptography;

namespace Waybill.Core.People;

/// <summary>Codes for whoever has lost the telephone: sixteen letters and digits of base32 (80 bits), in fours.</summary>
internal static class RecoveryCode
{
    private const int Length = 16;
    private const int Bytes = 10;
    private const int Group = 4;

    public static string New() => string.Join('-', Base32.Encode(RandomNumberGenerator.GetBytes(Bytes)).Chunk(Group).Select(static each => new string(each)));

    /// <summary>What was typed in the form that is hashed; null when it cannot be a code.</summary>
    public static string? Normalise(string typed)
    {
        const int Longest = 40;
        var code = typed.Length > Longest ? "" : string.Concat(typed.ToUpperInvariant().Where(static c => c is not (' ' or '-')));
        return code.Length == Length && code.All(char.IsAsciiLetterOrDigit) ? code : null;
    }
}
