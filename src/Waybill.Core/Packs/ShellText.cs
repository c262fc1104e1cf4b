namespace Waybill.Core.Packs;

/// <summary>Words of a POSIX shell.</summary>
internal static class ShellText
{
    private const string Home = "~/";
    private const string Plain = "/._-+:@,=";

    /// <summary>One word, whatever it holds; a home directory at its beginning stays one.</summary>
    public static string Word(string text)
    {
        var rest = text.StartsWith(Home, StringComparison.Ordinal) ? text[Home.Length..] : text;
        var quoted = rest.All(static each => char.IsAsciiLetterOrDigit(each) || Plain.Contains(each, StringComparison.Ordinal))
            ? rest
            : $"'{rest.Replace("'", @"'\''", StringComparison.Ordinal)}'";
        return rest.Length == text.Length ? quoted : Home + quoted;
    }
}
