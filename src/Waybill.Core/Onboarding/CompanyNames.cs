namespace Waybill.Core.Onboarding;

/// <summary>Whether two names may mean the same company: <c>ACME Telecom Ltd.</c> and <c>Acme Telecom Limited</c>.</summary>
internal static class CompanyNames
{
    private static readonly HashSet<string> Forms = new(StringComparer.Ordinal)
    {
        "ltd", "limited", "inc", "incorporated", "llc", "llp", "lp", "plc", "pty", "co", "corp", "corporation", "company", "gmbh", "mbh", "ag", "kg", "ug", "sa", "sarl", "sas",
        "srl", "spa", "bv", "nv", "ab", "as", "oy", "the", "and", "of", "group", "holdings", "holding", "uk", "usa", "us",
    };

    /// <summary>Half of the words of the shorter one, at least one, stand in the other; or one is the other without its blanks.</summary>
    public static bool Alike(string one, string other)
    {
        var (left, right) = (WordsOf(one), WordsOf(other));
        if (left.Count == 0 || right.Count == 0)
        {
            return string.Equals(one.Trim(), other.Trim(), StringComparison.OrdinalIgnoreCase);
        }

        var common = left.Intersect(right).Count();
        return (common > 0 && 2 * common >= Math.Min(left.Count, right.Count)) || string.Concat(left) == string.Concat(right);
    }

    private static List<string> WordsOf(string name)
    {
        var words = new string([.. name.ToLowerInvariant().Replace(".", "", StringComparison.Ordinal).Select(static each => char.IsLetterOrDigit(each) ? each : ' ')])
            .Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct().ToList();
        var meaning = words.FindAll(static word => !Forms.Contains(word));
        return meaning.Count > 0 ? meaning : words;
    }
}
