using Waybill.Sftp.Wire;
using Waybill.Storage;

namespace Waybill.Sftp;

/// <summary>
/// What of a SETSTAT or FSETSTAT is done. Owners are never changed; permissions of an own fresh upload are left alone where the login may not set them, and
/// the client is told that all is well, since it would report a good upload as failed otherwise.
/// </summary>
internal static class SftpAttributePolicy
{
    public static SftpAnswer Decide(in SftpAttributes wanted, FileRights rights, bool own, bool mayResize, out AttributeChanges changes)
    {
        changes = default;
        var maySet = rights.HasFlag(FileRights.SetAttributes);
        if (!maySet && !own)
        {
            return StoreError.PermissionDenied;
        }

        if (wanted.Size > long.MaxValue)
        {
            return SftpOutcome.OutOfRange;
        }

        if (wanted.Size is not null && !mayResize)
        {
            return StoreError.PermissionDenied;
        }

        changes = new AttributeChanges((long?)wanted.Size, maySet ? (int?)(wanted.Permissions & 0x1FF) : null, wanted.AccessTime, wanted.ModificationTime);
        return SftpOutcome.Ok;
    }
}
