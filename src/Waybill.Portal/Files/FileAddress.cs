namespace Waybill.Portal.Files;

/// <summary>The address of a path: customers choose names, and a name may hold whatever means something in an address.</summary>
internal static class FileAddress
{
    /// <summary>A path in the vault as the end of an address, with a slash at its beginning; nothing for the root.</summary>
    public static string Of(string path) => string.Concat(path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(static name => "/" + Uri.EscapeDataString(name)));

    /// <summary>
    /// A name for the disk of whoever downloads: without what another system takes for a folder or a drive, or what turns the shown name around, so that a program
    /// looks like a document.
    /// </summary>
    public static string DownloadName(string path)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        return string.Create(name.Length, name, static (to, from) =>
        {
            for (var i = 0; i < from.Length; i++)
            {
                to[i] = from[i] is '\\' or ':' or '<' or '>' or '"' or '|' or '?' or '*'
                    || char.GetUnicodeCategory(from[i]) is System.Globalization.UnicodeCategory.Control or System.Globalization.UnicodeCategory.Format
                        or System.Globalization.UnicodeCategory.LineSeparator or System.Globalization.UnicodeCategory.ParagraphSeparator
                    ? '_' : from[i];
            }
        });
    }
}
