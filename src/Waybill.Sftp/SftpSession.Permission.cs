using Waybill.Storage;

namespace Waybill.Sftp;

/// <summary>The permission check: one place, from the table, before any handler runs.</summary>
internal sealed partial class SftpSession
{
    private async ValueTask<SftpAnswer> PermitAsync()
    {
        var request = _request;
        var operation = request.Operation;
        if (operation.MakesLinks && !Options.Links)
        {
            return SftpOutcome.LinksOff;
        }

        if (request.Path is { } path)
        {
            request.Rights = await RightsAsync(path, operation.FollowsLink).ConfigureAwait(false);
            var answer = Judge(path, operation.Needs, request.Rights);
            if (!answer.IsOk)
            {
                return answer;
            }
        }

        if (request.Target is { } target)
        {
            request.TargetRights = await RightsAsync(target, followLink: false).ConfigureAwait(false);
            return Judge(target, operation.TargetNeeds, request.TargetRights);
        }

        return SftpOutcome.Ok;
    }

    private SftpAnswer Judge(VaultPath path, FileRights needs, FileRights rights)
    {
        var operation = _request.Operation;
        if (rights == FileRights.None)
        {
            return SftpOutcome.Hidden;
        }

        var held = operation.ChangesDirectory ? rights & Rules.RightsAt(path.Parent) : rights;
        if ((held & needs) == needs)
        {
            return SftpOutcome.Ok;
        }

        if (operation.ForOwnUpload && OwnUploads.Contains(path))
        {
            _request.OwnUpload = true;
            return SftpOutcome.Ok;
        }

        if (operation.ForUsableDirectory)
        {
            _request.DirectoriesOnly = true;
            return SftpOutcome.Ok;
        }

        return StoreError.PermissionDenied;
    }

    // Where links can be made, a link must not lend the rights of the place it stands in: those of the place it leads to are needed as well.
    private async ValueTask<FileRights> RightsAsync(VaultPath path, bool followLink)
    {
        var rights = Rules.RightsAt(path);
        if (!Options.Links || rights == FileRights.None || path.IsRoot)
        {
            return rights;
        }

        var resolved = await Store.ResolveAsync(followLink ? path : path.Parent).ConfigureAwait(false);
        if (resolved.Value is not { } real)
        {
            return rights;
        }

        if (!followLink && VaultPath.TryParse(path.Name, real, out var child) == VaultPathError.None)
        {
            real = child!;
        }

        return rights & Rules.RightsAt(real);
    }

    // A refusal that could not be recorded is still a refusal.
    private async ValueTask RecordRefusalAsync()
    {
        if (_request is { Audit: { } operation, Path: var path, Target: var target, Handle: var handle } && (path ?? handle?.Path) is { } where)
        {
            await RecordAsync(new FileEvent(operation, where, target, Outcome: StoreError.PermissionDenied)).ConfigureAwait(false);
        }
    }
}
