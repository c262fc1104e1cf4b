namespace Waybill.TestKit.Sftp;

/// <summary>The operations of version 3 and of OpenSSH's extensions, one call each; every call returns the reply, good or bad.</summary>
public sealed partial class RawSftpClient
{
    public Task<SftpReply> OpenAsync(string path, SftpOpen flags, SftpAttributes? attributes = null) => RequestAsync(SftpPacket.Open, request =>
    {
        request.String(path).UInt32((uint)flags);
        (attributes ?? SftpAttributes.None).WriteTo(request);
    });

    public Task<SftpReply> CloseAsync(byte[] handle) => RequestAsync(SftpPacket.Close, request => request.String(handle));

    public Task<SftpReply> ReadAsync(byte[] handle, ulong offset, uint length) =>
        RequestAsync(SftpPacket.Read, request => request.String(handle).UInt64(offset).UInt32(length));

    public Task<SftpReply> WriteAsync(byte[] handle, ulong offset, ReadOnlyMemory<byte> data) =>
        RequestAsync(SftpPacket.Write, request => request.String(handle).UInt64(offset).String(data.Span));

    public Task<SftpReply> LStatAsync(string path) => RequestAsync(SftpPacket.LStat, request => request.String(path));

    public Task<SftpReply> FStatAsync(byte[] handle) => RequestAsync(SftpPacket.FStat, request => request.String(handle));

    public Task<SftpReply> SetStatAsync(string path, SftpAttributes attributes) => RequestAsync(SftpPacket.SetStat, request => attributes.WriteTo(request.String(path)));

    public Task<SftpReply> FSetStatAsync(byte[] handle, SftpAttributes attributes) =>
        RequestAsync(SftpPacket.FSetStat, request => attributes.WriteTo(request.String(handle)));

    public Task<SftpReply> OpenDirAsync(string path) => RequestAsync(SftpPacket.OpenDir, request => request.String(path));

    public Task<SftpReply> ReadDirAsync(byte[] handle) => RequestAsync(SftpPacket.ReadDir, request => request.String(handle));

    public Task<SftpReply> RemoveAsync(string path) => RequestAsync(SftpPacket.Remove, request => request.String(path));

    public Task<SftpReply> MkDirAsync(string path, SftpAttributes? attributes = null) =>
        RequestAsync(SftpPacket.MkDir, request => (attributes ?? SftpAttributes.None).WriteTo(request.String(path)));

    public Task<SftpReply> RmDirAsync(string path) => RequestAsync(SftpPacket.RmDir, request => request.String(path));

    public Task<SftpReply> RealPathAsync(string path) => RequestAsync(SftpPacket.RealPath, request => request.String(path));

    public Task<SftpReply> StatAsync(string path) => RequestAsync(SftpPacket.Stat, request => request.String(path));

    public Task<SftpReply> RenameAsync(string from, string to) => RequestAsync(SftpPacket.Rename, request => request.String(from).String(to));

    public Task<SftpReply> ReadLinkAsync(string path) => RequestAsync(SftpPacket.ReadLink, request => request.String(path));

    /// <summary>In OpenSSH's order: the target's text first.</summary>
    public Task<SftpReply> SymLinkAsync(string target, string link) => RequestAsync(SftpPacket.SymLink, request => request.String(target).String(link));

    public Task<SftpReply> ExtendedAsync(string name, Action<MessageBuilder>? fields = null) => RequestAsync(SftpPacket.Extended, request =>
    {
        request.String(name);
        fields?.Invoke(request);
    });

    public Task<SftpReply> PosixRenameAsync(string from, string to) => ExtendedAsync("posix-rename@openssh.com", request => request.String(from).String(to));

    public Task<SftpReply> HardLinkAsync(string existing, string link) => ExtendedAsync("hardlink@openssh.com", request => request.String(existing).String(link));

    public Task<SftpReply> FSyncAsync(byte[] handle) => ExtendedAsync("fsync@openssh.com", request => request.String(handle));

    public Task<SftpReply> StatVfsAsync(string path) => ExtendedAsync("statvfs@openssh.com", request => request.String(path));

    public Task<SftpReply> FStatVfsAsync(byte[] handle) => ExtendedAsync("fstatvfs@openssh.com", request => request.String(handle));

    public Task<SftpReply> LSetStatAsync(string path, SftpAttributes attributes) =>
        ExtendedAsync("lsetstat@openssh.com", request => attributes.WriteTo(request.String(path)));

    public Task<SftpReply> LimitsAsync() => ExtendedAsync("limits@openssh.com");

    public Task<SftpReply> ExpandPathAsync(string path) => ExtendedAsync("expand-path@openssh.com", request => request.String(path));

    public Task<SftpReply> HomeDirectoryAsync(string user) => ExtendedAsync("home-directory", request => request.String(user));

    public Task<SftpReply> CopyDataAsync(byte[] from, ulong offset, ulong length, byte[] to, ulong toOffset) =>
        ExtendedAsync("copy-data", request => request.String(from).UInt64(offset).UInt64(length).String(to).UInt64(toOffset));

    /// <summary>Opens for writing, writes in pieces with several requests on the way, closes; throws where any reply is not OK.</summary>
    public async Task PutAsync(
        string path, ReadOnlyMemory<byte> content, int piece = 32 * 1024, int pipeline = 16, SftpOpen flags = SftpOpen.Write | SftpOpen.Create | SftpOpen.Truncate)
    {
        var handle = Demand(await OpenAsync(path, flags), SftpPacket.Handle).Handle;
        var waiting = new Queue<uint>();
        for (var offset = 0; offset < content.Length; offset += piece)
        {
            if (waiting.Count >= pipeline)
            {
                DemandOk(await ReceiveReplyAsync(waiting.Dequeue()));
            }

            var (at, data) = ((ulong)offset, content.Slice(offset, Math.Min(piece, content.Length - offset)));
            waiting.Enqueue(await SendRequestAsync(SftpPacket.Write, request => request.String(handle).UInt64(at).String(data.Span)));
        }

        while (waiting.TryDequeue(out var id))
        {
            DemandOk(await ReceiveReplyAsync(id));
        }

        DemandOk(await CloseAsync(handle));
    }

    /// <summary>Opens for reading, reads to the end, closes; throws where any reply is not as it must be.</summary>
    public async Task<byte[]> GetAsync(string path, int piece = 32 * 1024, int pipeline = 16)
    {
        var handle = Demand(await OpenAsync(path, SftpOpen.Read), SftpPacket.Handle).Handle;
        using var content = new MemoryStream();
        var waiting = new Queue<uint>();
        var (asked, ended) = (0UL, false);
        while (!ended || waiting.Count > 0)
        {
            while (!ended && waiting.Count < pipeline)
            {
                var at = asked;
                waiting.Enqueue(await SendRequestAsync(SftpPacket.Read, request => request.String(handle).UInt64(at).UInt32((uint)piece)));
                asked += (ulong)piece;
            }

            var reply = await ReceiveReplyAsync(waiting.Dequeue());
            if (reply.Status == SftpStatus.Eof)
            {
                ended = true;
            }
            else if (Demand(reply, SftpPacket.Data).Data is { Length: var length } data)
            {
                content.Write(data);
                if (length < piece)
                {
                    // A short read is the end of the file: the server promises full reads.
                    ended = true;
                }
            }
        }

        DemandOk(await CloseAsync(handle));
        return content.ToArray();
    }

    /// <summary>Lists a directory to its end; throws where a reply is not as it must be.</summary>
    public async Task<IReadOnlyList<SftpName>> ListAsync(string path)
    {
        var handle = Demand(await OpenDirAsync(path), SftpPacket.Handle).Handle;
        var names = new List<SftpName>();
        SftpReply reply;
        while ((reply = await ReadDirAsync(handle)).Type == SftpPacket.Name)
        {
            names.AddRange(reply.Names);
        }

        if (reply.Status != SftpStatus.Eof)
        {
            throw new InvalidOperationException($"The listing of {path} ended with {reply}.");
        }

        DemandOk(await CloseAsync(handle));
        return names;
    }

    private static SftpReply Demand(SftpReply reply, byte type) =>
        reply.Type == type ? reply : throw new InvalidOperationException($"Wanted a packet of type {type}, got {reply}.");

    private static void DemandOk(SftpReply reply)
    {
        if (!reply.IsOk)
        {
            throw new InvalidOperationException($"Wanted OK, got {reply}.");
        }
    }
}
