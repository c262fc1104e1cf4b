namespace Waybill.Storage.Access;

/// <summary>Which rights the opening of a file needs, and how the store is asked for it: the one operation whose right depends on how it is asked.</summary>
public static class OpenPolicy
{
    /// <summary>Asks the policy, then the store. Whether a file is there is only looked up where the answer depends on it.</summary>
    public static async ValueTask<(AccessAnswer Answer, IOpenFile? File)> OpenAsync(
        IFileStore store, IAccessRules rules, VaultPath path, OpenModes modes, int? permissions, long? expectedSize)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(rules);
        var rights = rules.RightsAt(path);
        if (modes.HasFlag(OpenModes.Create) && (rights & (FileRights.Create | FileRights.Overwrite)) == 0)
        {
            return (NewNames.Refusal(rules, path, FileRights.Create), null);
        }

        if (rights == FileRights.None)
        {
            return (AccessAnswer.Hidden, null);
        }

        var exists = false;
        var isUnfinished = false;
        if (DependsOnExistence(modes, rights))
        {
            var there = await store.GetAttributesAsync(path, followLink: true).ConfigureAwait(false);
            isUnfinished = there.Succeeded && there.Value.IsUnfinished;
            exists = there.Succeeded && !isUnfinished;
            if (!there.Succeeded && there.Error != StoreError.NotFound)
            {
                return (there.Error, null);
            }
        }

        var answer = Permit(ref modes, rights, exists, isUnfinished);
        if (!answer.IsOk)
        {
            var isNewName = !exists && modes.HasFlag(OpenModes.Create) && !rights.HasFlag(FileRights.Create);
            return (isNewName ? NewNames.Refusal(rules, path, FileRights.Create) : answer, null);
        }

        var opened = await store.OpenAsync(path, modes, permissions, expectedSize).ConfigureAwait(false);
        return (opened.Error, opened.Value);
    }

    /// <summary>Whether the answer depends on whether the file exists: with both rights, or without writing, it does not.</summary>
    public static bool DependsOnExistence(OpenModes modes, FileRights rights) =>
        modes.HasFlag(OpenModes.Write) && (rights & (FileRights.Create | FileRights.Overwrite)) != (FileRights.Create | FileRights.Overwrite);

    /// <summary>
    /// Decides. Modes are narrowed to what the login may do, so that a file which comes or goes between the question and the opening changes nothing: without
    /// the right to replace files only a new name is taken, without the right to make files only one that is there. To go on with a cut-off upload of its own is to
    /// make a file: the store sees to it that nothing is replaced.
    /// </summary>
    public static AccessAnswer Permit(ref OpenModes modes, FileRights rights, bool exists, bool isUnfinished = false)
    {
        if (modes.HasFlag(OpenModes.Read) && !rights.HasFlag(FileRights.Read))
        {
            return StoreError.PermissionDenied;
        }

        if (!DependsOnExistence(modes, rights))
        {
            return AccessAnswer.Ok;
        }

        if (isUnfinished && (modes & (OpenModes.Truncate | OpenModes.Exclusive)) == 0)
        {
            return rights.HasFlag(FileRights.Create) ? AccessAnswer.Ok : StoreError.PermissionDenied;
        }

        if (!exists && !modes.HasFlag(OpenModes.Create))
        {
            return rights.HasFlag(FileRights.Overwrite) ? StoreError.NotFound : StoreError.PermissionDenied;
        }

        if (!rights.HasFlag(exists ? FileRights.Overwrite : FileRights.Create))
        {
            return StoreError.PermissionDenied;
        }

        modes = exists ? modes & ~(OpenModes.Create | OpenModes.Exclusive) : modes | OpenModes.Exclusive;
        return AccessAnswer.Ok;
    }
}
