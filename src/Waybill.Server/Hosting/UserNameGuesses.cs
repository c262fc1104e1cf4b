using System.Text.RegularExpressions;

namespace Waybill.Server.Hosting;

/// <summary>
/// What somebody may have meant by a user name that no login has: blanks from a mail, the host behind an @, a Windows domain before it. Names are compared
/// without case everywhere, so that case alone never makes a stranger.
/// </summary>
internal static partial class UserNameGuesses
{
    /// <summary>Names to look for, each with how it differs; at most four, none of them the name itself.</summary>
    /// <param name="name">As it came, or as <see cref="Net.Logging.PeerText"/> shows one with control characters.</param>
    public static IEnumerable<(string Name, string Difference)> Of(string name)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { name };
        var bare = Bare(name);
        var at = bare.IndexOf('@', StringComparison.Ordinal);
        var slash = bare.LastIndexOfAny(['\\', '/']);
        (string Name, string Difference)[] guesses =
        [
            (bare, "by blanks, quotes or invisible characters"),
            (at > 0 ? bare[..at] : "", at > 0 ? $"by `{bare[at..]}`" : ""),
            (bare[(slash + 1)..], slash >= 0 ? $"by `{bare[..(slash + 1)]}`" : ""),
            (at > slash ? bare[(slash + 1)..at] : "", "by what stands around it"),
        ];
        return guesses.Where(guess => guess.Name.Length > 0 && seen.Add(guess.Name));
    }

    private static string Bare(string name) => string.Concat(Escape().Replace(name, "").Where(letter => !char.IsWhiteSpace(letter) && letter is not ('"' or '\'' or '`')));

    [GeneratedRegex(@"\\u\{[0-9a-f]{1,6}\}")]
    private static partial Regex Escape();
}
