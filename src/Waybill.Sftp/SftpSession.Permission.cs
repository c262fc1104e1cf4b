using Waybill.Storage;
using Waybill.Storage.Access;

namespace Waybill.Sftp;

/// <summary>
/// The permission check: one place, from the table, before any handler runs. It judges the path as written; where a link leads elsewhere the store asks for the
/// rights of that place too, since only the kernel knows it without a race.
/// </summary>
internal sealed partial class SftpSession
{
    private SftpAnswer Permit()
    {
        var request = _request;
        var operation = request.Operation;
        if (operation.MakesLinks && !Options.Links)
        {
            return SftpOutcome.LinksOff;
        }

        if (request.Path is { } path)
        {
            request.Rights = Rules.RightsAt(path);
            var answer = Judge(path, operation.Needs, request.Rights, isNewName: operation.MakesName && operation.Subject != SftpSubject.TwoPaths);
            if (!answer.IsOk)
            {
                return answer;
            }
        }

        if (request.Target is { } target)
        {
            request.TargetRights = Rules.RightsAt(target);
            return Judge(target, operation.TargetNeeds, request.TargetRights, isNewName: true);
        }

        return SftpOutcome.Ok;
    }

    private SftpAnswer Judge(VaultPath path, FileRights needs, FileRights rights, bool isNewName)
    {
        var operation = _request.Operation;
        if (operation.NeedsDependOnFields || (rights != FileRights.None && (rights & needs) == needs))
        {
            return SftpOutcome.Ok;
        }

        if (isNewName)
        {
            return NewNames.Refusal(Rules, path, needs);
        }

        if (rights == FileRights.None)
        {
            return SftpOutcome.Hidden;
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

    // A refusal that could not be recorded is still a refusal.
    private async ValueTask RecordRefusalAsync()
    {
        if (_request is { Audit: { } operation, Path: var path, Target: var target, Handle: var handle } && (path ?? handle?.Path) is { } where)
        {
            await RecordAsync(new FileEvent(operation, where, target, Outcome: StoreError.PermissionDenied)).ConfigureAwait(false);
        }
    }
}
