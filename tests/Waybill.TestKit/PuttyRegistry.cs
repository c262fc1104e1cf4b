using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Waybill.TestKit;

/// <summary>Does to PuTTY's folder on Unix (<c>PUTTYDIR</c>) what opening a <c>.reg</c> file does to the registry of Windows.</summary>
public static partial class PuttyRegistry
{
    /// <summary>Reads the file, which must be as Windows wants it, and returns the names of its sessions.</summary>
    public static async Task<IReadOnlyList<string>> ImportAsync(string file, string puttyFolder)
    {
        ArgumentNullException.ThrowIfNull(puttyFolder);
        var text = Encoding.Unicode.GetString(await File.ReadAllBytesAsync(file));
        if (!text.StartsWith("\ufeffWindows Registry Editor Version 5.00\r\n\r\n[", StringComparison.Ordinal))
        {
            throw new FormatException($"{file} is no registry file: {text[..Math.Min(text.Length, 60)]}");
        }

        Directory.CreateDirectory(Path.Combine(puttyFolder, "sessions"));
        List<string> sessions = [];
        var session = "";
        foreach (var line in text.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Skip(1))
        {
            if (line.StartsWith('['))
            {
                session = line.TrimEnd(']').Split(@"\Sessions\") is [_, var name] ? Uri.UnescapeDataString(name) : "";
                sessions.AddRange(session.Length > 0 ? [session] : []);
                continue;
            }

            var entry = Entry().Match(line);
            if (!entry.Success)
            {
                throw new FormatException($"no entry of a registry file: {line}");
            }

            var value = entry.Groups["number"].Success
                ? int.Parse(entry.Groups["number"].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture)
                : Escaped().Replace(entry.Groups["text"].Value, "$1");
            await File.AppendAllTextAsync(
                session.Length > 0 ? Path.Combine(puttyFolder, "sessions", UnixName(session)) : Path.Combine(puttyFolder, "sshhostkeys"),
                session.Length > 0 ? $"{entry.Groups["name"].Value}={value}\n" : $"{entry.Groups["name"].Value} {value}\n");
        }

        return sessions;
    }

    // PuTTY on Unix escapes more than in the registry.
    private static string UnixName(string name) => string.Concat(Encoding.UTF8.GetBytes(name).Select(each =>
        char.IsAsciiLetterOrDigit((char)each) || "+-.@_".Contains((char)each, StringComparison.Ordinal) ? ((char)each).ToString() : $"%{each:X2}"));

    [GeneratedRegex("""^"(?<name>[^"]+)"=(?:dword:(?<number>[0-9a-f]{8})|"(?<text>.*)")$""")]
    private static partial Regex Entry();

    [GeneratedRegex(@"\\(.)")]
    private static partial Regex Escaped();
}
