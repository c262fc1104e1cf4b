using Waybill.Net.Buffers;

namespace Waybill.Ssh.Channels;

/// <summary>
/// The buffers that programs write into. One store for all threads, not <see cref="System.Buffers.ArrayPool{T}.Shared"/>, which keeps one for each thread
/// that ever returned one; a program moves from thread to thread.
/// </summary>
internal static class OutputBuffers
{
    /// <summary>Bytes of a buffer: an SFTP DATA reply of 255 KiB behind the 128 KiB of replies that an SFTP session gathers at most.</summary>
    public const int Size = 384 * 1024;

    /// <summary>Buffers kept while nobody uses them: 7.5 MiB.</summary>
    public const int MaximumIdle = 20;

    private static readonly IdleItems<byte[]> Idle = new(MaximumIdle);

    /// <summary>A buffer of at least that many bytes, with whatever was in it; more than <see cref="Size"/> is made anew.</summary>
    public static byte[] Rent(int minimum) =>
        minimum > Size ? GC.AllocateUninitializedArray<byte>(minimum)
        : Idle.Take() ?? GC.AllocateUninitializedArray<byte>(Size, pinned: true);

    /// <summary>Gives it back; the caller must have forgotten it.</summary>
    public static void Return(byte[] buffer)
    {
        if (buffer.Length == Size)
        {
            Idle.Give(buffer);
        }
    }
}
