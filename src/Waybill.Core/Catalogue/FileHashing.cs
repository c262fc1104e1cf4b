using System.Buffers;
using System.Security.Cryptography;
using Waybill.Core.Accounts;
using Waybill.Core.Database;
using Waybill.Core.Vaults;
using Waybill.Storage;

namespace Waybill.Core.Catalogue;

/// <summary>
/// Computes the SHA-256 of files that the catalogue has without one: one at a time, not faster than it is told. Which ones are left is an index of the database,
/// so a stop or a crash costs the file that was being read.
/// </summary>
/// <param name="database">The catalogue.</param>
/// <param name="vaults">The vaults.</param>
/// <param name="time">The clock of the pace.</param>
public sealed class FileHashing(WaybillDatabase database, VaultStores vaults, TimeProvider time)
{
    /// <summary>Hashes that are noted in one transaction.</summary>
    internal const int Batch = 64;

    /// <summary>Bytes read at once.</summary>
    internal const int Piece = 256 * 1024;

    /// <summary>How long a hash waits for others to be noted with: a large file's neighbours are not held back by it.</summary>
    internal static readonly TimeSpan Together = TimeSpan.FromSeconds(2);

    /// <summary>Bytes in a second that customers and vendors move from which on hashing gives way.</summary>
    internal const long BusyBytes = 1024 * 1024;

    /// <summary>How often it is looked whether they do.</summary>
    internal static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    /// <summary>How long one piece gives way at most: on a server that is never quiet files get their hashes slowly, not never.</summary>
    internal static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    /// <summary>What a pause of another reason may be made up for; without a bound the reading would race after it.</summary>
    internal static readonly TimeSpan Credit = TimeSpan.FromMilliseconds(100);

    /// <summary>Bytes that transfers have moved so far; null for no giving way to them.</summary>
    public Func<long>? Moved { get; init; }

    /// <summary>Called between reading a file and noting its hash: what tests change then must not get it.</summary>
    internal Action? BeforeNoting { get; init; }

    /// <summary>Hashes every file that has no hash yet.</summary>
    /// <param name="account">The account's number; null for all.</param>
    /// <param name="bytesPerSecond">The pace; null for as fast as possible.</param>
    /// <param name="cancellationToken">Stops it; what was noted stays.</param>
    public async ValueTask<Result<HashReport>> RunAsync(string? account, long? bytesPerSecond, CancellationToken cancellationToken = default)
    {
        var only = account is null ? null : AccountNumber.Fold(account);
        if (account is not null && await database.ReadAsync(connection => CatalogueSql.AccountId(connection, account), cancellationToken).ConfigureAwait(false) is null)
        {
            return AccountService.Unknown(account);
        }

        var pace = new Pace(time, bytesPerSecond, Moved);
        var buffer = ArrayPool<byte>.Shared.Rent(Piece);
        var report = new HashReport(0, 0, 0);
        List<Hashed> done = new(Batch);
        try
        {
            for (var after = 0L; ;)
            {
                var from = after;
                var files = await database.ReadAsync(connection => UpkeepSql.Unhashed(connection, from, only, Batch), cancellationToken).ConfigureAwait(false);
                if (files.Count == 0)
                {
                    return report;
                }

                var begun = time.GetTimestamp();
                foreach (var file in files)
                {
                    if (await HashAsync(file, pace, buffer, cancellationToken).ConfigureAwait(false) is { } hashed)
                    {
                        done.Add(hashed);
                    }
                    else
                    {
                        report = report with { LeftOut = report.LeftOut + 1 };
                    }

                    if (time.GetElapsedTime(begun) > Together || file == files[^1])
                    {
                        var noted = await NoteAsync(done, report, cancellationToken).ConfigureAwait(false);
                        if (!noted.Succeeded)
                        {
                            return noted;
                        }

                        report = noted.Value;
                        done.Clear();
                        begun = time.GetTimestamp();
                    }
                }

                after = files[^1].Id;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    /// <summary>The hash of a file's content, with the stamp that it had from before to after; null when it is not the one that the row means.</summary>
    private async ValueTask<Hashed?> HashAsync(UnhashedFile file, Pace pace, byte[] buffer, CancellationToken cancellationToken)
    {
        if (VaultPath.TryParse(System.Text.Encoding.UTF8.GetBytes(file.Path), VaultPath.Root, out var path) != VaultPathError.None || Stamp(file.Account, path!) is not { } before || before.Size != file.Size)
        {
            return null;
        }

        var store = vaults.Open(file.Account);
        if (!store.Succeeded)
        {
            return null;
        }

        await using (store.Value.ConfigureAwait(false))
        {
            var opened = await store.Value.OpenAsync(path!, OpenModes.Read).ConfigureAwait(false);
            if (!opened.Succeeded)
            {
                return null;
            }

            await using (opened.Value.ConfigureAwait(false))
            {
                using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
                for (var offset = 0L; offset < before.Size;)
                {
                    var read = await opened.Value.ReadAsync(offset, buffer.AsMemory(0, Piece)).ConfigureAwait(false);
                    if (read.Error != StoreError.None || read.Value == 0)
                    {
                        return null;
                    }

                    hash.AppendData(buffer, 0, read.Value);
                    offset += read.Value;
                    await pace.KeepAsync(read.Value, cancellationToken).ConfigureAwait(false);
                }

                return Stamp(file.Account, path!) == before ? new Hashed(file, before, path!, hash.GetHashAndReset()) : null;
            }
        }
    }

    private async ValueTask<Result<HashReport>> NoteAsync(List<Hashed> done, HashReport report, CancellationToken cancellationToken)
    {
        if (done.Count == 0)
        {
            return report;
        }

        BeforeNoting?.Invoke();
        return await database.WriteAsync<HashReport>(
            transaction =>
            {
                var noted = report;
                foreach (var hashed in done)
                {
                    // An upload may have taken the name a moment ago, with its row still to come: then the disk says so.
                    noted = Stamp(hashed.File.Account, hashed.Path) == hashed.Stamp && UpkeepSql.Hashed(transaction.Connection, hashed.File, hashed.Sha256)
                        ? noted with { Files = noted.Files + 1, Bytes = noted.Bytes + hashed.File.Size }
                        : noted with { LeftOut = noted.LeftOut + 1 };
                }

                return noted;
            },
            cancellationToken).ConfigureAwait(false);
    }

    private FileStamp? Stamp(string account, VaultPath path)
    {
        using var vault = vaults.OpenVault(account).Value;
        return vault?.Look(path) is { Succeeded: true, Value: { Kind: FileKind.File, IsPending: false } entry } ? entry.Stamp : null;
    }

    private sealed record Hashed(UnhashedFile File, FileStamp Stamp, VaultPath Path, byte[] Sha256);

    /// <summary>Keeps reading below a rate, and out of the way of transfers.</summary>
    private sealed class Pace(TimeProvider time, long? bytesPerSecond, Func<long>? moved)
    {
        private readonly long _begun = time.GetTimestamp();
        private TimeSpan _next;
        private long _looked = time.GetTimestamp();
        private long _moved = moved?.Invoke() ?? 0;
        private bool _isBusy;

        public async ValueTask KeepAsync(int count, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (bytesPerSecond is { } rate)
            {
                var (now, earliest) = (time.GetElapsedTime(_begun), time.GetElapsedTime(_begun) - Credit);
                _next = (_next > earliest ? _next : earliest) + TimeSpan.FromSeconds((double)count / rate);
                if (_next > now)
                {
                    await Task.Delay(_next - now, time, cancellationToken).ConfigureAwait(false);
                }
            }

            for (var paused = TimeSpan.Zero; IsBusy() && paused < LongestPause; paused += Look)
            {
                await Task.Delay(Look, time, cancellationToken).ConfigureAwait(false);
            }
        }

        private bool IsBusy()
        {
            if (moved is not null && time.GetElapsedTime(_looked) is var elapsed && elapsed >= Look)
            {
                var all = moved();
                _isBusy = all - _moved >= BusyBytes * elapsed.TotalSeconds;
                (_moved, _looked) = (all, time.GetTimestamp());
            }

            return _isBusy;
        }
    }
}
