namespace Waybill.Core.Backup;

/// <summary>
/// What a backup holds of the vaults so far, by a few bytes for each name: whoever renames while it is made shows two things under one name, or one below what is a
/// file, and no restore would take both.
/// </summary>
internal sealed class BackupPlaces
{
    private readonly HashSet<UInt128> _directories = [];
    private readonly HashSet<UInt128> _above = [];
    private readonly HashSet<UInt128> _others = [];

    /// <summary>Takes the place of something; false when it is another's already.</summary>
    public bool Take(BackupFile file)
    {
        // Both lie under numbers of their own; above a hidden file are the directories of the place that it is for.
        if (file.Kind == BackupFile.Aside)
        {
            return true;
        }

        List<UInt128> above = [];
        for (var slash = file.Path.LastIndexOf('/'); slash > 0; slash = file.Path.LastIndexOf('/', slash - 1))
        {
            above.Add(MemberName.Short(file.Path[..slash]));
        }

        var place = MemberName.Short(file.Path);
        if (above.Exists(_others.Contains)
            || (file.Kind == BackupFile.Directory && (_others.Contains(place) || !_directories.Add(place)))
            || (file.Kind is BackupFile.File or BackupFile.Link && (_directories.Contains(place) || _above.Contains(place) || !_others.Add(place))))
        {
            return false;
        }

        _above.UnionWith(above);
        return true;
    }
}
