namespace Waybill.Server.CommandLine;

/// <summary>Words of commands that a person is to paste.</summary>
internal static class ShellWord
{
    /// <summary>One word for a shell, whatever a directory is called.</summary>
    public static string Of(string word) => IsPlain(word) ? word : $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    /// <summary>Whether a shell takes it as it is.</summary>
    public static bool IsPlain(string word) =>
        word.Length > 0 && word.All(character => char.IsAsciiLetterOrDigit(character) || "/._-+:@,=".Contains(character, StringComparison.Ordinal));

    /// <summary>A command that works on the same data wherever it is pasted.</summary>
    public static string Command(DataDirectory data, string words) => $"./waybill {words} --data {Of(data.Root)}";
}
