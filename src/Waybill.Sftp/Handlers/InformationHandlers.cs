using System.Buffers.Binary;
using Waybill.Sftp.Wire;
using Waybill.Storage;

namespace Waybill.Sftp.Handlers;

/// <summary>statvfs@openssh.com, fstatvfs@openssh.com, limits@openssh.com and users-groups-by-id@openssh.com.</summary>
internal static class InformationHandlers
{
    /// <summary>string path.</summary>
    public static async ValueTask<SftpAnswer> UsageAsync(SftpSession session, SftpRequest request) =>
        Answer(session, request, await session.Store.GetUsageAsync(request.Path!).ConfigureAwait(false));

    /// <summary>string handle.</summary>
    public static async ValueTask<SftpAnswer> UsageOfHandleAsync(SftpSession session, SftpRequest request) =>
        Answer(session, request, await request.Handle!.File!.GetUsageAsync().ConfigureAwait(false));

    /// <summary>Nothing. Answers uint64 max-packet-length, max-read-length, max-write-length, max-open-handles: OpenSSH goes from 32 KiB to 255 KiB requests.</summary>
    public static ValueTask<SftpAnswer> LimitsAsync(SftpSession session, SftpRequest request)
    {
        var options = session.Options;
        var reply = new SftpWriter(session.Output.GetSpan(9 + (4 * 8)));
        reply.Begin(SftpMessageType.ExtendedReply, request.Id);
        reply.WriteUInt64((ulong)options.Message);
        reply.WriteUInt64((ulong)options.Transfer);
        reply.WriteUInt64((ulong)options.Transfer);
        reply.WriteUInt64((ulong)options.Handles);
        session.Output.Commit(reply.End());
        return new(SftpOutcome.Sent);
    }

    /// <summary>
    /// string uids, string gids, each a row of uint32; answers string usernames, string groupnames, each a row of strings. Only the ids that listings show have
    /// a name, the others an empty one, as OpenSSH does for an unknown id.
    /// </summary>
    public static async ValueTask<SftpAnswer> NamesOfIdsAsync(SftpSession session, SftpRequest request)
    {
        var shown = await session.Store.GetAttributesAsync(session.Options.StartDirectory, followLink: true).ConfigureAwait(false);
        var reader = request.Fields;
        var users = reader.ReadString();
        var groups = reader.ReadString();
        if (!reader.EndsHere || users.Length % 4 != 0 || groups.Length % 4 != 0)
        {
            return SftpOutcome.Malformed;
        }

        var bound = 17L + (users.Length / 4 * (4L + session.OwnerName.Length)) + (groups.Length / 4 * (4L + session.GroupName.Length));
        if (bound > session.Options.Message)
        {
            return SftpOutcome.TooManyIds;
        }

        var reply = new SftpWriter(session.Output.GetSpan((int)bound));
        reply.Begin(SftpMessageType.ExtendedReply, request.Id);
        WriteNames(ref reply, users, shown.Succeeded ? shown.Value.UserId : null, session.OwnerName);
        WriteNames(ref reply, groups, shown.Succeeded ? shown.Value.GroupId : null, session.GroupName);
        session.Output.Commit(reply.End());
        return SftpOutcome.Sent;
    }

    private static void WriteNames(ref SftpWriter reply, ReadOnlySpan<byte> ids, uint? shown, ReadOnlySpan<byte> name)
    {
        var known = 0;
        for (var i = 0; i < ids.Length; i += 4)
        {
            known += BinaryPrimitives.ReadUInt32BigEndian(ids[i..]) == shown ? 1 : 0;
        }

        reply.WriteUInt32((uint)(ids.Length + (known * name.Length)));
        for (var i = 0; i < ids.Length; i += 4)
        {
            reply.WriteString(BinaryPrimitives.ReadUInt32BigEndian(ids[i..]) == shown ? name : default);
        }
    }

    private static SftpAnswer Answer(SftpSession session, SftpRequest request, StoreResult<FileSystemUsage> usage)
    {
        if (usage.Error != StoreError.None)
        {
            return usage.Error;
        }

        session.Output.Usage(request.Id, usage.Value);
        return SftpOutcome.Sent;
    }
}
