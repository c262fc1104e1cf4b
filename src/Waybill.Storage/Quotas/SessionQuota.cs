using System.Globalization;
using System.Runtime.CompilerServices;
using Waybill.Storage.Local.Native;

namespace Waybill.Storage.Quotas;

/// <summary>
/// One session's way to the quotas of its account and its login. Its store reserves through it, its journal (<see cref="QuotaJournal"/>) tells it what the
/// catalogue has.
/// </summary>
/// <param name="account">The account's quota.</param>
/// <param name="login">The login's own.</param>
/// <param name="source">Where limits and usage come from.</param>
/// <param name="time">The clock.</param>
public sealed class SessionQuota(QuotaScope account, QuotaScope login, IQuotaSource source, TimeProvider time)
{
    /// <summary>How old a reading may become while an upload goes on: what other programs did to the catalogue, and limits that were changed, count by then.</summary>
    public static readonly TimeSpan MaximumAge = TimeSpan.FromSeconds(1);

    /// <summary>How often a refusal is thought over while other uploads are just being recorded, and may be counted twice.</summary>
    public const int MaximumSecondLooks = 250;

    private static readonly TimeSpan SecondLook = TimeSpan.FromMilliseconds(20);

    private readonly Lock _publishedLock = new();
    private readonly List<SpaceReservation> _published = [];
    private long _lastRead = long.MinValue;
    private volatile Refusal? _refusal;

    internal QuotaScope Account => account;

    internal QuotaScope Login => login;

    internal Lock Changes => account.Changes;

    /// <summary>Whether what is known may be out of date.</summary>
    internal bool IsStale => Volatile.Read(ref _lastRead) is var last && (last == long.MinValue || time.GetElapsedTime(last) >= MaximumAge);

    private bool IsLimited => account.Limits.Any || login.Limits.Any;

    /// <summary>The journal has recorded what this session did: what it published is in the catalogue.</summary>
    public async ValueTask RecordedAsync()
    {
        SpaceReservation[] done;
        lock (_publishedLock)
        {
            if (_published.Count == 0)
            {
                return;
            }

            done = [.. _published];
        }

        QuotaReading? reading = null;
        if (IsLimited)
        {
            reading = await source.ReadAsync().ConfigureAwait(false);
            if (reading is null)
            {
                // Rather counted twice for a while than not at all.
                return;
            }
        }

        Settle(done, reading);
    }

    /// <summary>Begins an upload.</summary>
    /// <param name="path">Where, if there is a file now.</param>
    /// <param name="length">The bytes that it begins with.</param>
    /// <param name="replaced">The file that it will replace.</param>
    /// <param name="size">That file's size on the disk.</param>
    internal async ValueTask<SpaceReservation?> BeginAsync(VaultPath? path, long length, FileIdentity replaced, long size)
    {
        if (IsLimited || IsStale)
        {
            await RefreshAsync().ConfigureAwait(false);
        }

        StoredVersion? version = null;
        if (path is not null)
        {
            version = IsLimited ? await source.FindAsync(path).ConfigureAwait(false) : new StoredVersion(size, IsOwn: true);
            version = version is { } known ? known with { Size = Math.Min(known.Size, size) } : null;
        }

        var reservation = new SpaceReservation(this);
        for (var looks = 0; !reservation.TryBegin(length, version, replaced); looks++)
        {
            if (!await MayLookAgainAsync(looks).ConfigureAwait(false))
            {
                return null;
            }
        }

        return reservation;
    }

    /// <summary>Covers what does not fit by what is known: asks again before it refuses.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal async ValueTask<bool> GrowAsync(SpaceReservation reservation, long length)
    {
        await RefreshAsync().ConfigureAwait(false);
        for (var looks = 0; !reservation.TryGrow(length); looks++)
        {
            if (!await MayLookAgainAsync(looks).ConfigureAwait(false))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Called by a reservation whose name is in place.</summary>
    internal void Published(SpaceReservation reservation)
    {
        lock (_publishedLock)
        {
            account.CountUnrecorded();
            login.CountUnrecorded();
            _published.Add(reservation);
        }
    }

    /// <summary>A version that could not be recorded was taken back: the catalogue is right as it is, and nothing is held for it.</summary>
    internal void Withdraw(SpaceReservation reservation) => Settle([reservation], reading: null);

    /// <summary>The session has ended. What it published and could not record is held no longer: nobody will say that it was.</summary>
    internal void End()
    {
        SpaceReservation[] left;
        lock (_publishedLock)
        {
            left = [.. _published];
        }

        Settle(left, reading: null);
    }

    /// <summary>Keeps what the words need: what was used then, without what the refused upload had taken itself, since it gives that back.</summary>
    internal bool Refuse(QuotaScope scope, QuotaAmount wanted, QuotaAmount own)
    {
        _refusal = new Refusal(scope, scope.Limits, scope.Used - own, wanted + own);
        return false;
    }

    /// <summary>The room of the tighter quota, or of the disk where that has less.</summary>
    internal async ValueTask<FileSystemUsage> NarrowAsync(FileSystemUsage disk)
    {
        // Who asks for the room and refuses by it (SCP) has words of now, not of an earlier upload.
        _refusal = null;
        if (IsLimited || IsStale)
        {
            await RefreshAsync().ConfigureAwait(false);
        }

        return Narrow(Narrow(disk, account), login);
    }

    /// <summary>Words about the last refusal: whose quota, how much of it is used, what to do.</summary>
    internal string Explain()
    {
        var tighter = Tighter();
        var (scope, limits, used, wanted) = _refusal ?? new Refusal(tighter, tighter.Limits, tighter.Used, new QuotaAmount(1, 0));
        var byFiles = limits.Files is { } most && (limits.Bytes is null || (wanted.Files > 0 && used.Files + wanted.Files > most));
        var what = byFiles
            ? string.Create(CultureInfo.InvariantCulture, $"{limits.Files} files, {used.Files} are used")
            : $"{SizeWords.Of(limits.Bytes ?? 0)}, {SizeWords.Of(used.Bytes)} are used";
        return $"The quota of {scope.Owner} is {what}. This does not fit, nothing was changed. Remove files that you no longer need, or ask for more room.";
    }

    private static FileSystemUsage Narrow(FileSystemUsage usage, QuotaScope scope)
    {
        var (limits, used) = (scope.Limits, scope.Used);
        if (limits.Bytes is { } bytes && Math.Max(0, bytes - used.Bytes) is var free && (ulong)free / usage.BlockSize <= usage.FreeBlocks)
        {
            // Used and free are the quota's; where the limit is not a whole number of blocks the rest of a block is not shown.
            var freeBlocks = (ulong)free / usage.BlockSize;
            usage = usage with { Blocks = Math.Max((ulong)bytes / usage.BlockSize, freeBlocks), FreeBlocks = freeBlocks, ByQuota = true };
        }

        return limits.Files is { } files && Math.Max(0, files - used.Files) is var freeFiles && (ulong)freeFiles <= usage.FreeFiles
            ? usage with { Files = (ulong)files, FreeFiles = (ulong)freeFiles }
            : usage;
    }

    private QuotaScope Tighter() => Free(login) < Free(account) ? login : account;

    private static long Free(QuotaScope scope) => scope.Limits.Bytes is { } bytes ? bytes - scope.Used.Bytes : long.MaxValue;

    private async ValueTask RefreshAsync()
    {
        var began = time.GetTimestamp();
        if (await source.ReadAsync().ConfigureAwait(false) is { } reading)
        {
            account.Update(reading.Account);
            login.Update(reading.Login);
            Volatile.Write(ref _lastRead, began);
        }
    }

    private async ValueTask<bool> MayLookAgainAsync(int looks)
    {
        if (looks >= MaximumSecondLooks || (looks > 0 && !account.IsSettling && !login.IsSettling))
        {
            return false;
        }

        if (looks > 0)
        {
            await Task.Delay(SecondLook, time).ConfigureAwait(false);
        }

        await RefreshAsync().ConfigureAwait(false);
        return true;
    }

    private void Settle(SpaceReservation[] done, QuotaReading? reading)
    {
        lock (_publishedLock)
        {
            // A session that ends while its journal settles: whoever comes first does it.
            var (ofAccount, ofLogin, count) = (default(QuotaAmount), default(QuotaAmount), 0);
            foreach (var each in done)
            {
                if (_published.Remove(each))
                {
                    (ofAccount, ofLogin, count) = (ofAccount + each.OfAccount, ofLogin + each.OfLogin, count + 1);
                }
            }

            account.Settle(reading?.Account, ofAccount, count);
            login.Settle(reading?.Login, ofLogin, count);
        }
    }

    private sealed record Refusal(QuotaScope Scope, QuotaLimits Limits, QuotaAmount Used, QuotaAmount Wanted);
}
