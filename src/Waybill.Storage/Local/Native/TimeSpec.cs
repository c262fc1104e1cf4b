using System.Runtime.InteropServices;

namespace Waybill.Storage.Local.Native;

/// <summary><c>struct timespec</c> on 64-bit Linux.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TimeSpec
{
    /// <summary>Tells utimensat to leave this time alone.</summary>
    private const long Omit = (1L << 30) - 2;

    public long Seconds;
    public long Nanoseconds;

    public static TimeSpec From(long? seconds) => new() { Seconds = seconds ?? 0, Nanoseconds = seconds is null ? Omit : 0 };
}
