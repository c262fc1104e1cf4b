using System.Buffers;
using Waybill.Sftp.Wire;
using Waybill.Storage;
using Waybill.Storage.Access;

namespace Waybill.Sftp.Handlers;

/// <summary>OPENDIR, READDIR, MKDIR and RMDIR.</summary>
internal static class DirectoryHandlers
{
    /// <summary>string path.</summary>
    public static async ValueTask<SftpAnswer> OpenAsync(SftpSession session, SftpRequest request)
    {
        if (session.Handles.IsFull)
        {
            return SftpOutcome.TooManyHandles;
        }

        var opened = await session.Store.OpenDirectoryAsync(request.Path!).ConfigureAwait(false);
        if (!opened.Succeeded)
        {
            return opened.Error;
        }

        var handle = new SftpHandle(request.Path!, request.Rights, opened.Value);
        session.Handles.Add(handle);
        session.Output.Handle(request.Id, handle);
        return SftpOutcome.Sent;
    }

    /// <summary>string handle. A reply holds one batch, so that a directory of any length takes the same memory.</summary>
    public static async ValueTask<SftpAnswer> ReadAsync(SftpSession session, SftpRequest request)
    {
        var handle = request.Handle!;
        var batch = BatchOf(session);
        var entries = ArrayPool<DirectoryEntry>.Shared.Rent(batch);
        try
        {
            while (true)
            {
                var result = await handle.Directory!.ReadAsync(entries.AsMemory(0, batch)).ConfigureAwait(false);
                if (result.Error != StoreError.None || result.Value == 0)
                {
                    return result.Error == StoreError.None ? SftpOutcome.EndOfFile : result.Error;
                }

                var shown = VisibleEntries.Keep(session.Rules, handle.Path, entries.AsSpan(0, result.Value));
                if (shown > 0)
                {
                    Reply(session, request.Id, entries.AsSpan(0, shown));
                    return SftpOutcome.Sent;
                }
            }
        }
        finally
        {
            ArrayPool<DirectoryEntry>.Shared.Return(entries, clearArray: true);
        }
    }

    /// <summary>string path, ATTRS.</summary>
    public static async ValueTask<SftpAnswer> MakeAsync(SftpSession session, SftpRequest request)
    {
        if (!FileHandlers.TryReadAttributes(request, out var attributes))
        {
            return SftpOutcome.Malformed;
        }

        SftpAnswer answer = await session.Store.MakeDirectoryAsync(request.Path!, (int?)(attributes.Permissions & 0x1FF)).ConfigureAwait(false);
        return answer.IsOk ? await session.RecordAsync(new FileEvent(FileOperation.MakeDirectory, request.Path!)).ConfigureAwait(false) : answer;
    }

    /// <summary>string path.</summary>
    public static async ValueTask<SftpAnswer> RemoveAsync(SftpSession session, SftpRequest request)
    {
        SftpAnswer answer = await session.Store.RemoveDirectoryAsync(request.Path!).ConfigureAwait(false);
        return answer.IsOk ? await session.RecordAsync(new FileEvent(FileOperation.RemoveDirectory, request.Path!)).ConfigureAwait(false) : answer;
    }

    // As many as surely fit into a message, however long their names are.
    private static int BatchOf(SftpSession session)
    {
        var longest = 8 + VisibleEntries.LongestName + LongName.Bound(VisibleEntries.LongestName, session.OwnerName.Length, session.GroupName.Length) + SftpAttributes.WrittenLength;
        return Math.Max(1, Math.Min(session.Options.EntriesPerReply, (session.Options.Message - 13) / longest));
    }

    // uint32 count, then count times: string filename, string longname, ATTRS.
    private static void Reply(SftpSession session, uint id, ReadOnlySpan<DirectoryEntry> entries)
    {
        var (owner, group) = (session.OwnerName, session.GroupName);
        var bound = 13;
        foreach (var entry in entries)
        {
            bound += 8 + entry.Name.Length + LongName.Bound(entry.Name.Length, owner.Length, group.Length) + SftpAttributes.WrittenLength;
        }

        var now = session.TimeProvider.GetUtcNow().ToUnixTimeSeconds();
        Span<byte> longName = stackalloc byte[LongName.Bound(VisibleEntries.LongestName, owner.Length, group.Length)];
        var reply = new SftpWriter(session.Output.GetSpan(bound));
        reply.Begin(SftpMessageType.Name, id);
        reply.WriteUInt32((uint)entries.Length);
        foreach (var entry in entries)
        {
            reply.WriteString(entry.Name.Span);
            reply.WriteString(longName[..LongName.Write(longName, entry.Name.Span, entry.Attributes, now, owner, group)]);
            SftpAttributes.Write(ref reply, entry.Attributes);
        }

        session.Output.Commit(reply.End());
    }
}
