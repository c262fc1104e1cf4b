using System.Buffers;
using Waybill.Storage.Local.Native;

namespace Waybill.Storage.Local;

/// <summary>Copies between open files, in the kernel where the file system can. A long copy lets other sessions' work onto the thread in between.</summary>
internal static class RangeCopy
{
    private const int Piece = 8 * 1024 * 1024;
    private const int BufferSize = 256 * 1024;

    /// <summary>Copies <paramref name="count"/> bytes; fewer only when the source ends.</summary>
    public static async ValueTask<(StoreError Error, long Copied)> CopyAsync(
        UploadCalls calls, FileDescriptor source, long sourceOffset, FileDescriptor target, long targetOffset, long count,
        CancellationToken cancellationToken = default)
    {
        var done = 0L;
        while (done < count)
        {
            if (done > 0)
            {
                await Task.Yield();
            }

            // A sparse file may be many terabytes: nobody is there any more who could ask for its copy.
            if (cancellationToken.IsCancellationRequested)
            {
                return (StoreError.Abandoned, done);
            }

            var piece = Math.Min(Piece, count - done);
            var errno = calls.CopyRange(source, sourceOffset + done, target, targetOffset + done, piece, out var copied);
            if (errno is Errno.CrossDevice or Errno.Invalid or Errno.NotSupported or Errno.NoSystemCall)
            {
                errno = CopyByHand(source, sourceOffset + done, target, targetOffset + done, piece, out copied);
            }

            if (errno != Errno.None)
            {
                return (Errno.ToStoreError(errno), done);
            }

            if (copied == 0)
            {
                break;
            }

            done += copied;
        }

        return (StoreError.None, done);
    }

    private static int CopyByHand(FileDescriptor source, long sourceOffset, FileDescriptor target, long targetOffset, long count, out long copied)
    {
        copied = 0;
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            while (copied < count)
            {
                var piece = buffer.AsSpan(0, (int)Math.Min(BufferSize, count - copied));
                var errno = Kernel.Read(source, sourceOffset + copied, piece, out var read);
                if (errno != Errno.None || read == 0)
                {
                    return errno;
                }

                errno = Kernel.Write(target, targetOffset + copied, piece[..read]);
                if (errno != Errno.None)
                {
                    return errno;
                }

                copied += read;
            }

            return Errno.None;
        }
        finally
        {
            // Another session may rent this buffer next.
            buffer.AsSpan().Clear();
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
