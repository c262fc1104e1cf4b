namespace Waybill.Storage.Access;

/// <summary>The files of one session of SCP or FTP: every question to the store goes through here, behind the same permissions and the same audit as in SFTP.</summary>
public class SessionFiles(IFileStore store, IAccessRules rules, IFileJournal journal)
{
    /// <summary>The store.</summary>
    public IFileStore Store => store;

    /// <summary>What the login may do where.</summary>
    public IAccessRules Rules => rules;

    /// <summary>The rights at a path.</summary>
    public FileRights RightsAt(VaultPath path) => rules.RightsAt(path);

    /// <summary>What lies at the end of a path; a link is followed. Where the login has no right at all, nothing does.</summary>
    public async ValueTask<StoreResult<FileAttributes>> LookAsync(VaultPath path) =>
        rules.RightsAt(path) == FileRights.None ? StoreError.NotFound : await store.GetAttributesAsync(path, followLink: true).ConfigureAwait(false);

    /// <summary>Opens a file, as SFTP's OPEN does.</summary>
    public async ValueTask<(AccessAnswer Answer, IOpenFile? File)> OpenAsync(VaultPath path, OpenModes modes, int? permissions = null, long? expectedSize = null)
    {
        var (answer, file) = await OpenPolicy.OpenAsync(store, rules, path, modes, permissions, expectedSize).ConfigureAwait(false);
        return (await JudgedAsync(answer, modes.HasFlag(OpenModes.Write) ? FileOperation.Upload : FileOperation.Download, path).ConfigureAwait(false), file);
    }

    /// <summary>Opens a directory, as SFTP's OPENDIR does.</summary>
    public async ValueTask<(AccessAnswer Answer, IDirectoryListing? Listing)> ListAsync(VaultPath path)
    {
        var answer = await RequireAsync(path, FileRights.List, FileOperation.List).ConfigureAwait(false);
        if (!answer.IsOk)
        {
            return (answer, null);
        }

        var opened = await store.OpenDirectoryAsync(path).ConfigureAwait(false);
        return (await JudgedAsync(opened.Error, FileOperation.List, path).ConfigureAwait(false), opened.Value);
    }

    /// <summary>Makes a directory, as SFTP's MKDIR does.</summary>
    public async ValueTask<AccessAnswer> MakeDirectoryAsync(VaultPath path, int permissions)
    {
        var needs = FileRights.MakeDirectory;
        var answer = await JudgedAsync(
            rules.RightsAt(path).HasFlag(needs) ? AccessAnswer.Ok : NewNames.Refusal(rules, path, needs), FileOperation.MakeDirectory, path).ConfigureAwait(false);
        if (answer.IsOk)
        {
            answer = await JudgedAsync(
                await store.MakeDirectoryAsync(path, permissions).ConfigureAwait(false), FileOperation.MakeDirectory, path).ConfigureAwait(false);
        }

        return answer.IsOk ? await RecordAsync(new FileEvent(FileOperation.MakeDirectory, path)).ConfigureAwait(false) : answer;
    }

    /// <summary>Sets attributes of a directory, as SFTP's SETSTAT does.</summary>
    public async ValueTask<AccessAnswer> SetAttributesAsync(VaultPath path, AttributeChanges changes)
    {
        var answer = await JudgedAsync(
            await store.SetAttributesAsync(path, changes, followLink: true).ConfigureAwait(false), FileOperation.SetAttributes, path).ConfigureAwait(false);
        return answer.IsOk ? await RecordAsync(new FileEvent(FileOperation.SetAttributes, path)).ConfigureAwait(false) : answer;
    }

    /// <summary>Removes a file, as SFTP's REMOVE does.</summary>
    public async ValueTask<AccessAnswer> RemoveAsync(VaultPath path) => await ChangeAsync(
        await RequireAsync(path, FileRights.Delete, FileOperation.Remove).ConfigureAwait(false), () => store.RemoveAsync(path), FileOperation.Remove, path).ConfigureAwait(false);

    /// <summary>Removes a directory, as SFTP's RMDIR does.</summary>
    public async ValueTask<AccessAnswer> RemoveDirectoryAsync(VaultPath path) => await ChangeAsync(
        await RequireAsync(path, FileRights.RemoveDirectory, FileOperation.RemoveDirectory).ConfigureAwait(false),
        () => store.RemoveDirectoryAsync(path), FileOperation.RemoveDirectory, path).ConfigureAwait(false);

    /// <summary>Renames, and replaces where the login may, as SFTP's posix-rename does.</summary>
    public async ValueTask<AccessAnswer> RenameAsync(VaultPath source, VaultPath target)
    {
        var answer = await RequireAsync(source, FileRights.Rename, FileOperation.Rename, target).ConfigureAwait(false);
        if (answer.IsOk && !rules.RightsAt(target).HasFlag(FileRights.Rename))
        {
            answer = await JudgedAsync(NewNames.Refusal(rules, target, FileRights.Rename), FileOperation.Rename, source, target).ConfigureAwait(false);
        }

        if (answer.IsOk && source.Equals(target))
        {
            // Onto itself: nothing to do, if it is there.
            return (await store.GetAttributesAsync(source, followLink: false).ConfigureAwait(false)).Error;
        }

        var mayReplace = rules.RightsAt(target).HasFlag(FileRights.Overwrite);
        if (!answer.IsOk)
        {
            return answer;
        }

        var (error, renamed) = await Renaming.RenameAsync(store, source, target, mayReplace).ConfigureAwait(false);
        error = !mayReplace && error == StoreError.AlreadyExists ? StoreError.PermissionDenied : error;
        answer = await JudgedAsync(error, FileOperation.Rename, source, target).ConfigureAwait(false);
        return answer.IsOk ? await RecordAsync(renamed).ConfigureAwait(false) : answer;
    }

    /// <summary>Whether a file of this size surely does not fit: not even with the room of the version that it replaces, which a quota gives back.</summary>
    public async ValueTask<AccessAnswer> FitsAsync(VaultPath path, long size)
    {
        ArgumentNullException.ThrowIfNull(path);
        var usage = await store.GetUsageAsync(path.Parent).ConfigureAwait(false);
        if (!usage.Succeeded)
        {
            return AccessAnswer.Ok;
        }

        // A block more: a quota need not be a whole number of them.
        var room = (UInt128)(usage.Value.FreeBlocks + 1) * usage.Value.BlockSize;
        if (room < (UInt128)size && usage.Value.ByQuota && await LookAsync(path).ConfigureAwait(false) is { Succeeded: true, Value: { Kind: FileKind.File } replaced })
        {
            room += (UInt128)replaced.Size;
        }

        return room >= (UInt128)size ? AccessAnswer.Ok : usage.Value.ByQuota ? StoreError.QuotaExceeded : StoreError.NoSpace;
    }

    /// <summary>With the numbers of the quota that stood against it.</summary>
    public AccessAnswer Explained(AccessAnswer answer) => answer.Explained(store);

    /// <summary>Ends an upload that came whole: <see cref="UploadEnd"/>.</summary>
    public ValueTask<AccessAnswer> CommitAsync(IOpenFile file, in UploadFacts facts) => UploadEnd.CommitAsync(file, journal, facts);

    /// <summary>Ends an upload that did not: <see cref="UploadEnd"/>.</summary>
    public ValueTask<AccessAnswer> AbandonAsync(IOpenFile file, in UploadFacts facts, bool keeps = true) => UploadEnd.AbandonAsync(file, journal, facts, keeps);

    /// <summary>Records what was done. What is not recorded is not acknowledged (promise D1).</summary>
    public async ValueTask<AccessAnswer> RecordAsync(FileEvent fileEvent) =>
        await journal.RecordAsync(fileEvent).ConfigureAwait(false) == StoreError.None ? AccessAnswer.Ok : new AccessAnswer(AccessOutcome.NotRecorded);

    /// <summary>Demands rights; a refusal is recorded.</summary>
    public ValueTask<AccessAnswer> RequireAsync(VaultPath path, FileRights needs, FileOperation operation, VaultPath? target = null)
    {
        var rights = rules.RightsAt(path);
        var answer = rights == FileRights.None ? AccessAnswer.Hidden : (rights & needs) == needs ? AccessAnswer.Ok : StoreError.PermissionDenied;
        return JudgedAsync(answer, operation, path, target);
    }

    private async ValueTask<AccessAnswer> ChangeAsync(AccessAnswer allowed, Func<ValueTask<StoreError>> change, FileOperation operation, VaultPath path)
    {
        if (!allowed.IsOk)
        {
            return allowed;
        }

        var answer = await JudgedAsync(await change().ConfigureAwait(false), operation, path).ConfigureAwait(false);
        return answer.IsOk ? await RecordAsync(new FileEvent(operation, path)).ConfigureAwait(false) : answer;
    }

    // A refusal that could not be recorded is still a refusal.
    private async ValueTask<AccessAnswer> JudgedAsync(AccessAnswer answer, FileOperation operation, VaultPath path, VaultPath? target = null)
    {
        if (answer.IsRefusal)
        {
            answer = answer.Advised(rules);
            await RecordAsync(new FileEvent(operation, path, target, Outcome: StoreError.PermissionDenied)).ConfigureAwait(false);
        }

        return answer;
    }
}
