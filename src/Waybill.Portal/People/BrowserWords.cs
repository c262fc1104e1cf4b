using System.Text.RegularExpressions;

namespace Waybill.Portal.People;

/// <summary>Core's words for whoever has only a browser: a sentence that says which command or option helps is for the command line, and the page has a button or a field for it.</summary>
internal static partial class BrowserWords
{
    /// <summary>What is left of a message; all of it when it is of nothing but commands.</summary>
    public static string Of(string message)
    {
        var sentences = SentenceEnd().Split(Aside().Replace(message, ""));
        var kept = Array.FindAll(sentences, static sentence => !Command().IsMatch(sentence));
        return kept.Length == 0 ? message : string.Join(' ', kept);
    }

    [GeneratedRegex(@"(?<=[.?!]) (?=[A-Z0-9`'])")]
    private static partial Regex SentenceEnd();

    [GeneratedRegex(@"`waybill |(?<![\w`'-])--[a-z]")]
    private static partial Regex Command();

    [GeneratedRegex(@" \(at the command line [^()]*\)")]
    private static partial Regex Aside();
}
