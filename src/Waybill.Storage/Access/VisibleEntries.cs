namespace Waybill.Storage.Access;

/// <summary>Which entries of a directory a login is shown: one on which it has no right is not, so that the parent of an allowed folder does not tell of its other children.</summary>
public static class VisibleEntries
{
    /// <summary>Bytes of the longest name that is shown: 255 foreign bytes, each escaped in four.</summary>
    public const int LongestName = 4 * VaultPath.MaximumNameLength;

    /// <summary>Moves those that are shown to the front, and returns how many they are.</summary>
    public static int Keep(IAccessRules rules, VaultPath directory, Span<DirectoryEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(rules);
        var shown = 0;
        foreach (var entry in entries)
        {
            var name = entry.Name.Span;
            if (name.SequenceEqual("."u8) || name.SequenceEqual(".."u8)
                || (name.Length <= LongestName && (VaultPath.TryParse(name, directory, out var path) switch
                {
                    VaultPathError.None => rules.RightsAt(path!) != FileRights.None,
                    VaultPathError.NameTooLong or VaultPathError.TooLong => true,
                    _ => false,
                })))
            {
                entries[shown++] = entry;
            }
        }

        return shown;
    }
}
