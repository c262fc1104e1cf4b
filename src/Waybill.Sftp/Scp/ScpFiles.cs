using Waybill.Storage;
using FileAttributes = Waybill.Storage.FileAttributes;

namespace Waybill.Sftp.Scp;

/// <summary>The files of one SCP session: every question to the store goes through here, behind the same permissions and the same audit as in SFTP.</summary>
internal sealed class ScpFiles(IFileStore store, IAccessRules rules, IFileJournal journal, ScpOptions options)
{
    public ScpOptions Options => options;

    public FileRights RightsAt(VaultPath path) => rules.RightsAt(path);

    /// <summary>A path as the client wrote it.</summary>
    public SftpAnswer Parse(ReadOnlySpan<byte> text, out VaultPath? path) => SftpSession.ParsePath(text, options.StartDirectory, out path);

    /// <summary>What lies at the end of a path; a link is followed. Where the login has no right at all, nothing does.</summary>
    public async ValueTask<StoreResult<FileAttributes>> LookAsync(VaultPath path) =>
        rules.RightsAt(path) == FileRights.None ? StoreError.NotFound : await store.GetAttributesAsync(path, followLink: true).ConfigureAwait(false);

    /// <summary>Opens a file, as SFTP's OPEN does.</summary>
    public async ValueTask<(SftpAnswer Answer, IOpenFile? File)> OpenAsync(VaultPath path, OpenModes modes, int? permissions = null, long? expectedSize = null)
    {
        var (answer, file) = await SftpOpenPolicy.OpenAsync(store, rules, path, modes, permissions, expectedSize).ConfigureAwait(false);
        return (await JudgedAsync(answer, modes.HasFlag(OpenModes.Write) ? FileOperation.Upload : FileOperation.Download, path).ConfigureAwait(false), file);
    }

    /// <summary>Opens a directory, as SFTP's OPENDIR does.</summary>
    public async ValueTask<(SftpAnswer Answer, IDirectoryListing? Listing)> ListAsync(VaultPath path)
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
    public async ValueTask<SftpAnswer> MakeDirectoryAsync(VaultPath path, int permissions)
    {
        var needs = FileRights.MakeDirectory;
        var answer = await JudgedAsync(
            rules.RightsAt(path).HasFlag(needs) ? SftpOutcome.Ok : SftpNewNames.Refusal(rules, path, needs), FileOperation.MakeDirectory, path).ConfigureAwait(false);
        if (answer.IsOk)
        {
            answer = await JudgedAsync(
                await store.MakeDirectoryAsync(path, permissions).ConfigureAwait(false), FileOperation.MakeDirectory, path).ConfigureAwait(false);
        }

        return answer.IsOk ? await RecordAsync(new FileEvent(FileOperation.MakeDirectory, path)).ConfigureAwait(false) : answer;
    }

    /// <summary>Sets attributes of a directory, as SFTP's SETSTAT does.</summary>
    public async ValueTask<SftpAnswer> SetAttributesAsync(VaultPath path, AttributeChanges changes)
    {
        var answer = await JudgedAsync(
            await store.SetAttributesAsync(path, changes, followLink: true).ConfigureAwait(false), FileOperation.SetAttributes, path).ConfigureAwait(false);
        return answer.IsOk ? await RecordAsync(new FileEvent(FileOperation.SetAttributes, path)).ConfigureAwait(false) : answer;
    }

    /// <summary>Whether a file of this size surely does not fit: not even with the room of the version that it replaces, which a quota gives back.</summary>
    public async ValueTask<SftpAnswer> FitsAsync(VaultPath path, long size)
    {
        var usage = await store.GetUsageAsync(path.Parent).ConfigureAwait(false);
        if (!usage.Succeeded)
        {
            return SftpOutcome.Ok;
        }

        // A block more: a quota need not be a whole number of them.
        var room = (UInt128)(usage.Value.FreeBlocks + 1) * usage.Value.BlockSize;
        if (room < (UInt128)size && usage.Value.ByQuota && await LookAsync(path).ConfigureAwait(false) is { Succeeded: true, Value: { Kind: FileKind.File } replaced })
        {
            room += (UInt128)replaced.Size;
        }

        return room >= (UInt128)size ? SftpOutcome.Ok : usage.Value.ByQuota ? StoreError.QuotaExceeded : StoreError.NoSpace;
    }

    /// <summary>With the numbers of the quota that stood against it.</summary>
    public SftpAnswer Explained(SftpAnswer answer) => answer.Explained(store);

    /// <summary>Records what was done. What is not recorded is not acknowledged (promise D1).</summary>
    public async ValueTask<SftpAnswer> RecordAsync(FileEvent fileEvent) =>
        await journal.RecordAsync(fileEvent).ConfigureAwait(false) == StoreError.None ? SftpOutcome.Ok : SftpOutcome.NotRecorded;

    /// <summary>Demands rights; a refusal is recorded.</summary>
    public ValueTask<SftpAnswer> RequireAsync(VaultPath path, FileRights needs, FileOperation operation)
    {
        var rights = rules.RightsAt(path);
        SftpAnswer answer = rights == FileRights.None ? SftpOutcome.Hidden : (rights & needs) == needs ? SftpOutcome.Ok : StoreError.PermissionDenied;
        return JudgedAsync(answer, operation, path);
    }

    // A refusal that could not be recorded is still a refusal.
    private async ValueTask<SftpAnswer> JudgedAsync(SftpAnswer answer, FileOperation operation, VaultPath path)
    {
        if (answer.IsRefusal)
        {
            answer = SftpNewNames.Advise(rules, answer);
            await RecordAsync(new FileEvent(operation, path, Outcome: StoreError.PermissionDenied)).ConfigureAwait(false);
        }

        return answer;
    }
}
