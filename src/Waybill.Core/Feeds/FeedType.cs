namespace Waybill.Core.Feeds;

/// <summary>A stream of files that the provider publishes to accounts.</summary>
/// <param name="Name">Its name in commands and paths, as <c>cdr</c>.</param>
/// <param name="Folder">Where its files lie in each vault.</param>
/// <param name="FileTypes">The endings that it carries, lower case and without the dot, as <c>csv</c> or <c>csv.gz</c>.</param>
/// <param name="DetectSameContent">Whether a file with the content of another one of the account is held as a duplicate, whatever its name.</param>
/// <param name="OpenToParents">Whether parent accounts publish it to their children themselves; else what lies in its folder is the provider's.</param>
public sealed record FeedType(string Name, string Folder, IReadOnlyList<string> FileTypes, bool DetectSameContent = false, bool OpenToParents = false)
{
    /// <summary>The file type of a name, the longest that fits; null when the feed carries no such files.</summary>
    public string? FileTypeOf(string fileName)
    {
        ArgumentNullException.ThrowIfNull(fileName);
        return FileTypes.Where(type => fileName.Length > type.Length + 1 && fileName.EndsWith('.' + type, StringComparison.OrdinalIgnoreCase)).MaxBy(static type => type.Length);
    }
}
