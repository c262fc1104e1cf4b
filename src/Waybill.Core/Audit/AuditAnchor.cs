using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Waybill.Core.Database;

namespace Waybill.Core.Audit;

/// <summary>How an anchor was found.</summary>
internal enum AnchorState
{
    /// <summary>It holds a head that the key confirms.</summary>
    Good,

    /// <summary>There is no file.</summary>
    Missing,

    /// <summary>No slot of it is confirmed by the key.</summary>
    Forged,
}

/// <summary>What an anchor file says.</summary>
internal readonly record struct AnchorReading(AnchorState State, long Generation, AuditHead Head);

/// <summary>
/// The head of the chain in a small file beside the database: whoever cuts the log's tail or puts back an old database would have to forge this too.
/// Two slots are written in turn, each with a generation and an HMAC, so that a torn write leaves the older one. Each commit group's head is written before the
/// group is acknowledged, and synced within a second: a killed process loses nothing of it, and that a power cut may leave it a second behind does no harm, since
/// it is never ahead of what is durable in the database. A sync for each group would double the time of every upload: docs/decisions/0005.
/// </summary>
internal sealed class AuditAnchor : IDisposable
{
    // One slot for each 4 KiB page: no disk tears the other one.
    private const int SlotDistance = 4096;
    private const int SlotLength = 256;
    private const string Magic = "waybill-audit-anchor-1";

    /// <summary>How often the lock is tried, <see cref="LockPause"/> apart: another process holds it for the time of one write, so five seconds mean that it hangs.</summary>
    private const int LockTries = 2500;

    private static readonly TimeSpan SyncInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(2);

    private readonly string _path;
    private readonly byte[] _key;
    private readonly Lock _syncLock = new();
    private readonly Timer _timer;
    private readonly Confirmed?[] _decoded = new Confirmed?[2];
    private long _lastSync;
    private bool _unsynced;
    private bool _disposed;

    public AuditAnchor(string path, byte[] key)
    {
        _path = path;
        _key = key;
        _timer = new Timer(static anchor => ((AuditAnchor)anchor!).TrySync(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether something written is not synced yet: never for longer than <see cref="SyncInterval"/>.</summary>
    public bool IsUnsynced
    {
        get
        {
            lock (_syncLock)
            {
                return _unsynced;
            }
        }
    }

    /// <summary>Reads without waiting for a writer: a slot that is being written fails its HMAC, and the other one counts.</summary>
    /// <param name="toWrite">It will be written next: that it cannot be is found before anything is committed.</param>
    public AnchorReading Read(bool toWrite = false)
    {
        try
        {
            using var file = File.OpenHandle(_path, FileMode.Open, toWrite ? FileAccess.ReadWrite : FileAccess.Read, FileShare.ReadWrite);
            return Read(file);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return new AnchorReading(AnchorState.Missing, 0, AuditHead.Empty);
        }
    }

    /// <summary>
    /// Moves the anchor to <paramref name="head"/>, unless another process has moved it further meanwhile. <paramref name="replaced"/> is a reading that
    /// was found not to fit this database: only then may the count go down.
    /// </summary>
    public void Write(AuditHead head, AnchorReading? replaced)
    {
        using var lockFile = PrivateFile.Lock(_path + ".lock", LockTries, LockPause);
        using var file = PrivateFile.Open(_path, FileMode.OpenOrCreate, FileShare.ReadWrite);
        var now = Read(file.SafeFileHandle);
        var mayGoDown = replaced is { } old && old.State == now.State && old.Generation == now.Generation;
        if (now.State == AnchorState.Good && now.Head.Count >= head.Count && !mayGoDown)
        {
            return;
        }

        var generation = now.Generation + 1;
        RandomAccess.Write(file.SafeFileHandle, Encode(generation, head), generation % 2 * SlotDistance);

        lock (_syncLock)
        {
            // Real time, not the clock that tests set: it bounds what a power cut can undo.
            if (!_disposed && _lastSync != 0 && Stopwatch.GetElapsedTime(_lastSync) < SyncInterval)
            {
                if (!_unsynced)
                {
                    _unsynced = true;
                    _timer.Change(SyncInterval, Timeout.InfiniteTimeSpan);
                }

                return;
            }

            Flush(file);
        }
    }

    /// <summary>Syncs what was written since the last time, and from now on each write.</summary>
    public void Dispose()
    {
        lock (_syncLock)
        {
            _disposed = true;
        }

        _timer.Dispose();
        TrySync();
    }

    private void TrySync()
    {
        lock (_syncLock)
        {
            if (!_unsynced)
            {
                return;
            }

            try
            {
                using var file = new FileStream(_path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
                Flush(file);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Every row was acknowledged with its anchor written. The next group writes and syncs it, or says that it cannot.
                (_lastSync, _unsynced) = (0, false);
            }
        }
    }

    private void Flush(FileStream file)
    {
        RandomAccess.FlushToDisk(file.SafeFileHandle);
        (_lastSync, _unsynced) = (Stopwatch.GetTimestamp(), false);
    }

    private AnchorReading Read(SafeFileHandle file)
    {
        var best = new AnchorReading(AnchorState.Forged, 0, AuditHead.Empty);
        Span<byte> slot = stackalloc byte[SlotLength];
        for (var i = 0; i < 2; i++)
        {
            var length = RandomAccess.Read(file, slot, i * SlotDistance);
            if (DecodeOnce(i, slot[..length]) is { } reading && (best.State != AnchorState.Good || reading.Generation > best.Generation))
            {
                best = reading;
            }
        }

        return best;
    }

    private byte[] Encode(long generation, AuditHead head)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{Magic} {generation} {head.Count} {Convert.ToHexStringLower(head.Hash)}");
        var proof = HMACSHA256.HashData(_key, Encoding.ASCII.GetBytes(text));
        return Encoding.ASCII.GetBytes($"{text} {Convert.ToHexStringLower(proof)}".PadRight(SlotLength - 1) + "\n");
    }

    /// <summary>The same bytes have the same proof: a slot that has not changed since it was last confirmed is not confirmed again.</summary>
    private AnchorReading? DecodeOnce(int index, ReadOnlySpan<byte> slot)
    {
        if (Volatile.Read(ref _decoded[index]) is { } known && slot.SequenceEqual(known.Slot))
        {
            return known.Reading;
        }

        var reading = Decode(slot);
        if (reading is { } good)
        {
            Volatile.Write(ref _decoded[index], new Confirmed(slot.ToArray(), good));
        }

        return reading;
    }

    private AnchorReading? Decode(ReadOnlySpan<byte> slot)
    {
        var text = Encoding.ASCII.GetString(slot).TrimEnd();
        var space = text.LastIndexOf(' ');
        if (slot.Length != SlotLength || space < 0)
        {
            return null;
        }

        var proof = Convert.ToHexStringLower(HMACSHA256.HashData(_key, Encoding.ASCII.GetBytes(text[..space])));
        if (!CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(proof), Encoding.ASCII.GetBytes(text[(space + 1)..])))
        {
            return null;
        }

        var parts = text.Split(' ');
        return parts is [Magic, var generation, var count, var hash, _]
            ? new AnchorReading(
                AnchorState.Good,
                long.Parse(generation, CultureInfo.InvariantCulture),
                new AuditHead(long.Parse(count, CultureInfo.InvariantCulture), Convert.FromHexString(hash)))
            : null;
    }

    private sealed record Confirmed(byte[] Slot, AnchorReading Reading);
}
