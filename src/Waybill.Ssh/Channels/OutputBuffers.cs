using System.Collections.Concurrent;

namespace Waybill.Ssh.Channels;

/// <summary>
/// The buffers that programs write into. One queue for all threads, not <see cref="System.Buffers.ArrayPool{T}.Shared"/>, which keeps one for each thread
/// that ever returned one; a program moves from thread to thread.
/// </summary>
internal static class OutputBuffers
{
    /// <summary>Bytes of a buffer: an SFTP DATA reply of 255 KiB behind the 128 KiB of replies that an SFTP session gathers at most.</summary>
    public const int Size = 384 * 1024;

    /// <summary>Buffers kept while nobody uses them: 7.5 MiB.</summary>
    public const int MaximumIdle = 20;

    private static readonly ConcurrentQueue<byte[]> Idle = new();
    private static int _idleCount;

    /// <summary>A buffer of at least that many bytes, with whatever was in it; more than <see cref="Size"/> is made anew.</summary>
    public static byte[] Rent(int minimum)
    {
        if (minimum > Size)
        {
            return GC.AllocateUninitializedArray<byte>(minimum);
        }

        if (Idle.TryDequeue(out var buffer))
        {
            Interlocked.Decrement(ref _idleCount);
            return buffer;
        }

        return GC.AllocateUninitializedArray<byte>(Size, pinned: true);
    }

    /// <summary>Gives it back; the caller must have forgotten it.</summary>
    public static void Return(byte[] buffer)
    {
        if (buffer.Length != Size)
        {
            return;
        }

        if (Interlocked.Increment(ref _idleCount) > MaximumIdle)
        {
            Interlocked.Decrement(ref _idleCount);
            return;
        }

        Idle.Enqueue(buffer);
    }
}
