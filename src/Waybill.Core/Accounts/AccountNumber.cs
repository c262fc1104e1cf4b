using System.Buffers;

namespace Waybill.Core.Accounts;

/// <summary>Account numbers: text of 1 to 32 letters, digits, dots and underscores, the first a letter or digit; so one is also a safe name of a directory.</summary>
public static class AccountNumber
{
    /// <summary>The longest.</summary>
    public const int MaximumLength = 32;

    private static readonly SearchValues<char> Allowed = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._");

    private static readonly SearchValues<byte> AllowedBytes = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._"u8);

    /// <summary>What is wrong with it, or null.</summary>
    public static Problem? Check(string number) => IsWellFormed(number, MaximumLength)
        ? null
        : Problem.Invalid($"'{Words.Show(number)}' is no account number: use 1 to {MaximumLength} of A-Z a-z 0-9 . _ and begin with a letter or digit.");

    internal static bool IsWellFormed(string text, int maximumLength) =>
        text.Length >= 1 && text.Length <= maximumLength && char.IsAsciiLetterOrDigit(text[0]) && !text.AsSpan().ContainsAnyExcept(Allowed);

    /// <summary>Whether a name of a path could be an account number; nothing else is looked up, so that no letter beyond ASCII folds to one that is.</summary>
    internal static bool IsWellFormed(ReadOnlySpan<byte> name) =>
        name.Length is >= 1 and <= MaximumLength && char.IsAsciiLetterOrDigit((char)name[0]) && !name.ContainsAnyExcept(AllowedBytes);

    /// <summary>The form in which numbers are compared.</summary>
    internal static string Fold(string number) => number.ToLowerInvariant();
}
