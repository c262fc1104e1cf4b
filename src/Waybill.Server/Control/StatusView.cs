namespace Waybill.Server.Control;

/// <summary>How the running server is: what an operator watches, and what tells a leak from work.</summary>
/// <param name="ProcessId">Its process.</param>
/// <param name="Since">When it was started.</param>
/// <param name="Sessions">Logged-in connections.</param>
/// <param name="ResidentBytes">Memory that the process holds.</param>
/// <param name="HeapBytes">Of it, the managed heap as the last collection left it.</param>
/// <param name="BufferBytes">Of it, network buffers that wait to be used again.</param>
/// <param name="AllocatedBytes">Managed memory allocated since the start; it hardly grows while files are moved.</param>
/// <param name="Collections">Garbage collections since the start.</param>
/// <param name="Threads">Threads of the thread pool.</param>
internal sealed record StatusView(
    int ProcessId, DateTimeOffset Since, int Sessions, long ResidentBytes, long HeapBytes, long BufferBytes, long AllocatedBytes, int Collections, int Threads)
{
    /// <summary>How this process is now.</summary>
    public static StatusView Take(int sessions, long bufferBytes)
    {
        // Taken first and precisely: each thread's unfinished allocation context would hide up to 8 KiB.
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        return new StatusView(
            Environment.ProcessId,
            process.StartTime.ToUniversalTime(),
            sessions,
            Environment.WorkingSet,
            GC.GetGCMemoryInfo(GCKind.Any).HeapSizeBytes,
            bufferBytes,
            allocated,
            GC.CollectionCount(0),
            ThreadPool.ThreadCount);
    }
}
