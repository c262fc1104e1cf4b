using System.Runtime.CompilerServices;
using Waybill.Sftp.Wire;
using Waybill.Storage;
using Waybill.Storage.Access;

namespace Waybill.Sftp.Handlers;

/// <summary>OPEN, CLOSE, READ, WRITE, FSTAT, FSETSTAT, fsync@openssh.com and copy-data.</summary>
internal static class FileHandlers
{
    /// <summary>string path, uint32 pflags, ATTRS.</summary>
    public static async ValueTask<SftpAnswer> OpenAsync(SftpSession session, SftpRequest request)
    {
        if (!TryReadOpen(request, out var flags, out var attributes))
        {
            return SftpOutcome.Malformed;
        }

        if (session.Handles.IsFull)
        {
            return SftpOutcome.TooManyHandles;
        }

        var path = request.Path!;
        var modes = SftpOpenPolicy.ModesOf(flags);
        var writes = modes.HasFlag(OpenModes.Write);
        request.Audit = writes ? FileOperation.Upload : FileOperation.Download;
        // SIZE is only what the client expects (WinSCP always sends it): it neither extends nor cuts. Times of an OPEN are nothing at all (ProFTPD #2110).
        var expected = attributes.Size <= long.MaxValue ? (long?)attributes.Size : null;
        var (answer, file) = await OpenPolicy.OpenAsync(
            session.Store, session.Rules, path, modes, (int?)(attributes.Permissions & 0x1FF), expected).ConfigureAwait(false);
        if (file is null)
        {
            return answer;
        }

        if (writes && (request.Rights & (FileRights.List | FileRights.SetAttributes)) != (FileRights.List | FileRights.SetAttributes))
        {
            session.OwnUploads.Add(path);
        }

        var handle = new SftpHandle(path, request.Rights, file, modes, expected);
        session.Handles.Add(handle);
        session.Output.Handle(request.Id, handle);
        return SftpOutcome.Sent;
    }

    /// <summary>string handle. For an upload: committed, recorded, answered, in this order; without the record the old version comes back (promise D3). The handle is gone whatever the outcome.</summary>
    public static async ValueTask<SftpAnswer> CloseAsync(SftpSession session, SftpRequest request)
    {
        var handle = request.Handle!;
        session.Handles.Remove(handle);
        try
        {
            var answer = await session.RecordDownloadAsync(handle).ConfigureAwait(false);
            if (handle.File is not { } file)
            {
                return answer;
            }

            if (!handle.Kinds.HasFlag(SftpHandleKinds.Write))
            {
                SftpAnswer closed = await file.CommitAsync().ConfigureAwait(false);
                return answer.IsOk ? closed : answer;
            }

            var committed = await session.CommitAsync(handle).ConfigureAwait(false);
            return committed.IsOk ? answer : committed;
        }
        finally
        {
            await handle.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>string handle, uint64 offset, uint32 len. Exactly the length asked except at the end: OpenSSH's client shrinks its requests after a short answer.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<SftpAnswer> ReadAsync(SftpSession session, SftpRequest request)
    {
        if (!TryReadRead(request, out var offset, out var wanted))
        {
            return SftpOutcome.Malformed;
        }

        var length = (int)Math.Min(wanted, (uint)session.Options.Transfer);
        if (offset > long.MaxValue && length > 0)
        {
            return SftpOutcome.EndOfFile;
        }

        // The store reads straight into the channel's outgoing buffer, behind the room for the header.
        var reply = session.Output.GetMemory(SftpOutput.DataHeader + length);
        var read = 0;
        if (length > 0)
        {
            var result = await request.Handle!.File!.ReadAsync((long)offset, reply.Slice(SftpOutput.DataHeader, length)).ConfigureAwait(false);
            if (result.Error != StoreError.None)
            {
                return result.Error;
            }

            read = result.Value;
            if (read == 0)
            {
                return SftpOutcome.EndOfFile;
            }
        }

        WriteDataHeader(reply.Span, request.Id, read);
        session.Output.Commit(SftpOutput.DataHeader + read);
        session.Statistics.CountRead(read);
        request.Handle!.NoteRead((long)offset, read);
        return SftpOutcome.Sent;
    }

    /// <summary>string handle, uint64 offset, string data. The data goes to the store from where the channel put it.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<SftpAnswer> WriteAsync(SftpSession session, SftpRequest request)
    {
        if (!TryReadWrite(request, out var offset, out var start, out var length))
        {
            return SftpOutcome.Malformed;
        }

        var data = request.Message.Slice(start, length);
        if (offset > (ulong)(long.MaxValue - length))
        {
            return SftpOutcome.OutOfRange;
        }

        var handle = request.Handle!;
        var error = length == 0 ? StoreError.None : await handle.File!.WriteAsync((long)offset, data).ConfigureAwait(false);
        if (error == StoreError.None)
        {
            session.Statistics.CountWritten(length);
            handle.BytesWritten += length;
        }

        return error;
    }

    /// <summary>string handle.</summary>
    public static async ValueTask<SftpAnswer> StatAsync(SftpSession session, SftpRequest request)
    {
        var attributes = await request.Handle!.File!.GetAttributesAsync().ConfigureAwait(false);
        if (attributes.Error != StoreError.None)
        {
            return attributes.Error;
        }

        session.Output.Attributes(request.Id, attributes.Value);
        return SftpOutcome.Sent;
    }

    /// <summary>string handle, ATTRS. Through the handle of an upload times and size are part of the upload.</summary>
    public static async ValueTask<SftpAnswer> SetStatAsync(SftpSession session, SftpRequest request)
    {
        if (!TryReadAttributes(request, out var wanted))
        {
            return SftpOutcome.Malformed;
        }

        var handle = request.Handle!;
        var own = handle.Kinds.HasFlag(SftpHandleKinds.Write);
        var answer = SftpAttributePolicy.Decide(wanted, handle.Rights, own, mayResize: own, out var changes);
        if (!answer.IsOk || changes.IsEmpty)
        {
            return answer;
        }

        answer = await handle.File!.SetAttributesAsync(changes).ConfigureAwait(false);
        return answer.IsOk && !own ? await session.RecordAsync(new FileEvent(FileOperation.SetAttributes, handle.Path, Changes: changes)).ConfigureAwait(false) : answer;
    }

    /// <summary>string handle.</summary>
    public static async ValueTask<SftpAnswer> SyncAsync(SftpSession session, SftpRequest request) => await request.Handle!.File!.SyncAsync().ConfigureAwait(false);

    /// <summary>string read-from-handle, uint64 read-from-offset, uint64 read-data-length (0: to the end), string write-to-handle, uint64 write-to-offset.</summary>
    public static async ValueTask<SftpAnswer> CopyAsync(SftpSession session, SftpRequest request)
    {
        if (!TryReadCopy(session, request, out var offset, out var length, out var target, out var targetOffset))
        {
            return SftpOutcome.Malformed;
        }

        var source = request.Handle!;
        if (target is null || !target.Kinds.HasFlag(SftpHandleKinds.Write))
        {
            return target is null ? SftpOutcome.UnknownHandle : SftpOutcome.WrongKindOfHandle;
        }

        // As OpenSSH: a file copied onto itself would grow for ever.
        if (target == source || target.Path.Equals(source.Path))
        {
            return SftpOutcome.SameFile;
        }

        if (offset > long.MaxValue || length > long.MaxValue || targetOffset > long.MaxValue)
        {
            return SftpOutcome.OutOfRange;
        }

        var attributes = await source.File!.GetAttributesAsync().ConfigureAwait(false);
        if (attributes.Error != StoreError.None)
        {
            return attributes.Error;
        }

        var available = Math.Max(0, attributes.Value.Size - (long)offset);
        var copied = length == 0 ? available : Math.Min(available, (long)length);
        if (copied > long.MaxValue - (long)targetOffset)
        {
            return SftpOutcome.OutOfRange;
        }

        var error = await source.File.CopyToAsync((long)offset, (long)length, target.File!, (long)targetOffset, session.Lost).ConfigureAwait(false);
        if (error == StoreError.None)
        {
            source.NoteRead((long)offset, copied);
            target.BytesWritten += copied;
        }

        return error;
    }

    /// <summary>ATTRS up to the end.</summary>
    public static bool TryReadAttributes(SftpRequest request, out SftpAttributes attributes)
    {
        var reader = request.Fields;
        attributes = SftpAttributes.Read(ref reader);
        return reader.EndsHere;
    }

    private static bool TryReadOpen(SftpRequest request, out SftpOpenFlags flags, out SftpAttributes attributes)
    {
        var reader = request.Fields;
        flags = (SftpOpenFlags)reader.ReadUInt32();
        attributes = SftpAttributes.Read(ref reader);
        return reader.EndsHere;
    }

    private static bool TryReadRead(SftpRequest request, out ulong offset, out uint length)
    {
        var reader = request.Fields;
        offset = reader.ReadUInt64();
        length = reader.ReadUInt32();
        return reader.EndsHere;
    }

    // Bytes behind the data are ignored, in this message only: rclone 1.60 (pkg/sftp 1.13.5) fills the last WRITE of a file up to 32 KiB with what its
    // buffer held before.
    private static bool TryReadWrite(SftpRequest request, out ulong offset, out int start, out long length)
    {
        var reader = request.Fields;
        offset = reader.ReadUInt64();
        length = reader.ReadUInt32();
        start = request.Position + reader.Position;
        return reader.Succeeded && request.Message.Length - start >= length;
    }

    private static bool TryReadCopy(
        SftpSession session, SftpRequest request, out ulong offset, out ulong length, out SftpHandle? target, out ulong targetOffset)
    {
        var reader = request.Fields;
        offset = reader.ReadUInt64();
        length = reader.ReadUInt64();
        target = session.Handles.Find(reader.ReadString());
        targetOffset = reader.ReadUInt64();
        return reader.EndsHere;
    }

    private static void WriteDataHeader(Span<byte> reply, uint id, int length)
    {
        var writer = new SftpWriter(reply);
        writer.WriteUInt32((uint)(SftpOutput.DataHeader - 4 + length));
        writer.WriteByte((byte)SftpMessageType.Data);
        writer.WriteUInt32(id);
        writer.WriteUInt32((uint)length);
    }
}
