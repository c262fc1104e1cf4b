namespace Waybill.Storage.Local;

/// <summary>Counters of the local store since the program started.</summary>
public sealed class LocalStoreStatistics
{
    private long _operations;
    private long _retries;
    private long _exhausted;

    /// <summary>Paths that were resolved in the jail.</summary>
    public long Operations => Interlocked.Read(ref _operations);

    /// <summary>Resolutions repeated because the tree changed under them (EAGAIN of openat2, or a name that was swapped meanwhile).</summary>
    public long Retries => Interlocked.Read(ref _retries);

    /// <summary>Resolutions given up after 128 repetitions.</summary>
    public long Exhausted => Interlocked.Read(ref _exhausted);

    internal void CountOperation() => Interlocked.Increment(ref _operations);

    internal void CountRetry() => Interlocked.Increment(ref _retries);

    internal void CountExhausted() => Interlocked.Increment(ref _exhausted);
}
