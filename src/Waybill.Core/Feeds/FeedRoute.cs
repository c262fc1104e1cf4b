namespace Waybill.Core.Feeds;

/// <summary>Which account and feed a file is for, by its name; configuration (<c>Feeds:Routes</c>).</summary>
/// <param name="Pattern">A file name with <c>{account}</c> in it once; <c>*</c> stands for any text and <c>?</c> for one character, compared without case.</param>
/// <param name="Feed">The feed; null where the folder or the command says it.</param>
public sealed record FeedRoute(string Pattern, string? Feed = null)
{
    /// <summary>Stands for the account number.</summary>
    public const string AccountToken = "{account}";

    /// <summary>What is wrong with it, or null.</summary>
    public Problem? Check(FeedTypes types)
    {
        ArgumentNullException.ThrowIfNull(types);
        var parts = Pattern.Split(AccountToken);
        return parts.Length != 2 || Pattern.Contains('/', StringComparison.Ordinal)
            ? Problem.Invalid($"'{Words.Show(Pattern)}' is no pattern of file names: write it as *_{AccountToken}_*.csv, with {AccountToken} in it once.")
            : Feed is null ? null : types.Find(Feed).Problem;
    }

    /// <summary>
    /// The account numbers that the name may hold where the pattern says. There can be several, since numbers may hold dots and underscores too: which of them is an
    /// account is for the caller to find out.
    /// </summary>
    public IReadOnlyCollection<string> Candidates(string fileName)
    {
        ArgumentNullException.ThrowIfNull(fileName);
        var parts = Pattern.Split(AccountToken);
        HashSet<string> found = new(StringComparer.OrdinalIgnoreCase);
        for (var start = 0; start < fileName.Length; start++)
        {
            if ((start > 0 && char.IsAsciiLetterOrDigit(fileName[start - 1])) || !Matches(parts[0], fileName.AsSpan(0, start)))
            {
                continue;
            }

            for (var end = start + 1; end <= Math.Min(fileName.Length, start + Accounts.AccountNumber.MaximumLength); end++)
            {
                // A number ends where a letter or digit does: 100 is not found in 10042.
                if ((end == fileName.Length || !char.IsAsciiLetterOrDigit(fileName[end])) && Accounts.AccountNumber.Check(fileName[start..end]) is null
                    && Matches(parts[1], fileName.AsSpan(end)))
                {
                    found.Add(fileName[start..end]);
                }
            }
        }

        return found;
    }

    /// <summary>Whether a text is of a pattern; goes back to the last star only, so that no pattern is slow.</summary>
    private static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        var (p, t, star, retry) = (0, 0, -1, 0);
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                (star, retry) = (p++, t);
            }
            else if (p < pattern.Length && (pattern[p] == '?' || char.ToLowerInvariant(pattern[p]) == char.ToLowerInvariant(text[t])))
            {
                (p, t) = (p + 1, t + 1);
            }
            else if (star >= 0)
            {
                (p, t) = (star + 1, ++retry);
            }
            else
            {
                return false;
            }
        }

        while (p < pattern.Length && pattern[p] == '*')
        {
            p++;
        }

        return p == pattern.Length;
    }
}
