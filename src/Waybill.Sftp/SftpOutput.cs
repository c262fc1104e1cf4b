using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Waybill.Sftp.Wire;
using Waybill.Storage;
using FileAttributes = Waybill.Storage.FileAttributes;

namespace Waybill.Sftp;

/// <summary>
/// Replies, gathered in the channel's own outgoing buffer in the order of the requests. The session flushes it; what is not flushed is bounded by
/// <see cref="SftpOptions.FlushThreshold"/> and one reply.
/// </summary>
internal sealed class SftpOutput(PipeWriter writer)
{
    /// <summary>Bytes before the data of SSH_FXP_DATA: length, type, id, length of the data.</summary>
    public const int DataHeader = 13;

    private static ReadOnlySpan<byte> Language => "en"u8;

    /// <summary>Bytes gathered since the last flush.</summary>
    public int Unflushed { get; private set; }

    /// <summary>Room for a reply of at most <paramref name="length"/> bytes; <see cref="Commit"/> says how many it became.</summary>
    public Span<byte> GetSpan(int length) => writer.GetSpan(length);

    /// <summary>As <see cref="GetSpan"/>, for the store to read into.</summary>
    public Memory<byte> GetMemory(int length) => writer.GetMemory(length);

    public void Commit(int length)
    {
        writer.Advance(length);
        Unflushed += length;
    }

    /// <summary>Hands the replies to the channel, and waits while the client does not read them.</summary>
    /// <returns>False when nobody will read them any more.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> FlushAsync()
    {
        Unflushed = 0;
        try
        {
            var result = await writer.FlushAsync().ConfigureAwait(false);
            return !result.IsCompleted && !result.IsCanceled;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>byte SSH_FXP_STATUS, uint32 id, uint32 code, string message, string language.</summary>
    public void Status(uint id, SftpAnswer answer)
    {
        var words = SftpStatusTexts.WordsOf(answer);
        var reply = new SftpWriter(GetSpan(32 + words.Length));
        reply.Begin(SftpMessageType.Status, id);
        reply.WriteUInt32((uint)SftpStatusTexts.CodeOf(answer));
        reply.WriteString(words);
        reply.WriteString(Language);
        Commit(reply.End());
    }

    /// <summary>byte SSH_FXP_HANDLE, uint32 id, string handle.</summary>
    public void Handle(uint id, SftpHandle handle)
    {
        var reply = new SftpWriter(GetSpan(13 + SftpHandle.Length));
        reply.Begin(SftpMessageType.Handle, id);
        reply.WriteString(handle.Bytes);
        Commit(reply.End());
    }

    /// <summary>byte SSH_FXP_ATTRS, uint32 id, ATTRS.</summary>
    public void Attributes(uint id, in FileAttributes attributes)
    {
        var reply = new SftpWriter(GetSpan(9 + SftpAttributes.WrittenLength));
        reply.Begin(SftpMessageType.Attrs, id);
        SftpAttributes.Write(ref reply, attributes);
        Commit(reply.End());
    }

    /// <summary>SSH_FXP_NAME with one name and empty attributes, as REALPATH and READLINK are answered: the long name is the name.</summary>
    public void Name(uint id, ReadOnlySpan<byte> name)
    {
        var reply = new SftpWriter(GetSpan(25 + (2 * name.Length)));
        reply.Begin(SftpMessageType.Name, id);
        reply.WriteUInt32(1);
        reply.WriteString(name);
        reply.WriteString(name);
        reply.WriteUInt32(0);
        Commit(reply.End());
    }

    /// <summary>The reply of statvfs@openssh.com and fstatvfs@openssh.com, OpenSSH PROTOCOL section 4.4.</summary>
    public void Usage(uint id, in FileSystemUsage usage)
    {
        const uint NoSetUserId = 2;
        var reply = new SftpWriter(GetSpan(9 + (11 * 8)));
        reply.Begin(SftpMessageType.ExtendedReply, id);
        reply.WriteUInt64(usage.BlockSize);
        reply.WriteUInt64(usage.BlockSize);
        reply.WriteUInt64(usage.Blocks);
        reply.WriteUInt64(usage.FreeBlocks);
        reply.WriteUInt64(usage.FreeBlocks);
        reply.WriteUInt64(usage.Files);
        reply.WriteUInt64(usage.FreeFiles);
        reply.WriteUInt64(usage.FreeFiles);
        reply.WriteUInt64(usage.FileSystemId);
        reply.WriteUInt64(NoSetUserId);
        reply.WriteUInt64(usage.MaximumNameLength);
        Commit(reply.End());
    }
}
