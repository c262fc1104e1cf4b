using System.Globalization;
using Waybill.Core.Audit;
using Waybill.Core.Catalogue;
using Waybill.Core.Database;
using Waybill.Core.Quotas;
using Waybill.Core.Vaults;
using Waybill.Storage;
using Waybill.Storage.Local;

namespace Waybill.Core.Retention;

/// <summary>
/// Takes files out of their vaults: claimed in the journal, moved aside by one rename, recorded as gone, and only minutes later deleted or archived. What is moved
/// aside can so be put back when it shows that an upload had taken the name in that very moment; and after a crash the journal says what was under way.
/// </summary>
internal sealed class RetentionRemovals : IDisposable
{
    private readonly WaybillDatabase _database;
    private readonly AuditLog _audit;
    private readonly TimeProvider _time;
    private readonly RetentionOptions _options;
    private readonly VaultStores _vaults;
    private readonly LocalVaults _staging;
    private readonly FileArchive? _archive;
    private readonly Actor _actor;
    private readonly Action<RetentionPoint>? _at;
    private readonly List<RetentionFailure> _failures = [];
    private RetentionRun _run = new(0, 0, 0, 0, 0, []);

    public RetentionRemovals(
        WaybillDatabase database, AuditLog audit, TimeProvider time, RetentionOptions options, VaultStores vaults, string staging, Actor actor, Action<RetentionPoint>? at)
    {
        (_database, _audit, _time, _options, _vaults, _actor, _at) = (database, audit, time, options, vaults, actor, at);
        PrivateDirectory.Ensure(staging);
        _staging = new LocalVaults(staging);
        try
        {
            _archive = options.Archive is null ? null : new FileArchive(options.Archive);
            _archive?.RequireThere();
        }
        catch
        {
            _archive?.Dispose();
            _staging.Dispose();
            throw;
        }
    }

    public async ValueTask<Result<RetentionRun>> RunAsync(long pass, CancellationToken cancellationToken)
    {
        _at?.Invoke(RetentionPoint.Began);
        if (await RecoverAsync(cancellationToken).ConfigureAwait(false) is { Succeeded: false } stuck)
        {
            return stuck.Problem;
        }

        _at?.Invoke(RetentionPoint.Recovered);
        for (var last = 0L; ;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var claim = await _database.WriteAsync<(List<Removal> Claimed, long Last)>(
                transaction => Claim(transaction.Connection, last), cancellationToken).ConfigureAwait(false);
            if (!claim.Succeeded)
            {
                return claim.Problem;
            }

            if (claim.Value.Last < 0)
            {
                break;
            }

            last = claim.Value.Last;
            _at?.Invoke(RetentionPoint.Claimed);
            var outcome = await TakeAsync(claim.Value.Claimed, cancellationToken).ConfigureAwait(false);
            if (!outcome.Succeeded)
            {
                return outcome.Problem;
            }

            _at?.Invoke(RetentionPoint.Batch);
        }

        if (await SettleAsync(cancellationToken).ConfigureAwait(false) is { Succeeded: false } unsettled)
        {
            return unsettled.Problem;
        }

        while (true)
        {
            var dropped = await _database.WriteAsync<int>(static transaction => RemovalSql.DropStaleMarks(transaction.Connection), cancellationToken).ConfigureAwait(false);
            if (!dropped.Succeeded)
            {
                return dropped.Problem;
            }

            if (dropped.Value < RetentionLimits.Page)
            {
                break;
            }
        }

        _at?.Invoke(RetentionPoint.Cleaned);
        return _run with { Id = pass, Failures = _failures };
    }

    /// <summary>Ends what an interrupted run began, and what has settled since.</summary>
    public async ValueTask<Outcome> RecoverAsync(CancellationToken cancellationToken)
    {
        for (var last = 0L; await _database.ReadAsync(connection => RemovalSql.Unfinished(connection, last), cancellationToken).ConfigureAwait(false) is { Count: > 0 } unfinished;)
        {
            List<Ended> ended = [];
            foreach (var removal in unfinished)
            {
                ended.Add(await LookAsync(removal).ConfigureAwait(false) switch
                {
                    // Not moved yet: it is as if it had never been claimed, and is judged anew.
                    StoreError.NotFound => new Ended(removal, StoreError.Abandoned),
                    StoreError.None => await EndCopyAsync(removal, StoreError.None, cancellationToken).ConfigureAwait(false),
                    var error => new Ended(removal, error, IsOpen: true),
                });
            }

            if (await RecordAsync(ended, cancellationToken).ConfigureAwait(false) is { Succeeded: false } problem)
            {
                return problem;
            }

            last = unfinished[^1].File;
        }

        return await SettleAsync(cancellationToken).ConfigureAwait(false);
    }

    public void Dispose()
    {
        _archive?.Dispose();
        _staging.Dispose();
    }

    /// <summary>Claims the next files, and sees in the same moment which ones they are: what takes their names from now on is not moved.</summary>
    private (List<Removal> Claimed, long Last) Claim(DatabaseConnection connection, long after)
    {
        var (claimed, last) = RemovalSql.Claim(connection, _options, _time.GetUtcNow(), after);
        return ([.. claimed.Select(removal => removal with { Seen = Look(removal) })], last);
    }

    private StoreResult<VaultEntry> Look(Removal removal)
    {
        var opened = _vaults.OpenVault(removal.Account);
        using var vault = opened.Value;
        return vault is null ? opened.Error : removal.Place is { } place ? vault.Look(place) : StoreError.NameTooLong;
    }

    private async ValueTask<Outcome> TakeAsync(List<Removal> claimed, CancellationToken cancellationToken)
    {
        List<Ended> ended = [];
        foreach (var removal in claimed)
        {
            ended.Add(await TakeAsync(removal, cancellationToken).ConfigureAwait(false));
            _at?.Invoke(RetentionPoint.TookOne);
        }

        _at?.Invoke(RetentionPoint.Took);
        var recorded = await RecordAsync(ended, cancellationToken).ConfigureAwait(false);
        _at?.Invoke(RetentionPoint.Recorded);
        return recorded;
    }

    private async ValueTask<Ended> TakeAsync(Removal removal, CancellationToken cancellationToken)
    {
        var seen = removal.Seen!.Value;
        if (!seen.Succeeded || removal.Place is not { } place)
        {
            return new Ended(removal, seen.Error == StoreError.NotADirectory ? StoreError.NotFound : seen.Error);
        }

        var error = await _vaults.TakeOutAsync(removal.Account, place, _staging, removal.Staged, seen.Value.Stamp, cancellationToken).ConfigureAwait(false);
        return error is StoreError.None or StoreError.Busy || await LookAsync(removal).ConfigureAwait(false) == StoreError.NotFound
            ? new Ended(removal, error)
            : await EndCopyAsync(removal, error, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Ends a move whose file is aside and about which something failed, or that a crash cut off: across file systems the original may be in the vault still.
    /// </summary>
    private async ValueTask<Ended> EndCopyAsync(Removal removal, StoreError failed, CancellationToken cancellationToken)
    {
        var present = await _database.ReadAsync(connection => CatalogueSql.Present(connection, removal.AccountId, removal.Path), cancellationToken).ConfigureAwait(false);
        if (present != removal.File || removal.Place is not { } place)
        {
            // What lies there by now is another's.
            return new Ended(removal, StoreError.None);
        }

        return await _vaults.RemoveIfCopiedAsync(removal.Account, place, _staging, removal.Staged, cancellationToken).ConfigureAwait(false) switch
        {
            StoreError.None or StoreError.NotFound or StoreError.NotADirectory => new Ended(removal, StoreError.None),

            // Another content: a new version came, or what is aside was left by an earlier failure and nobody may decide which of the two counts.
            StoreError.AlreadyExists when failed != StoreError.AlreadyExists => new Ended(removal, StoreError.None),
            StoreError.AlreadyExists => new Ended(removal, StoreError.AlreadyExists),
            var error => new Ended(removal, error, IsOpen: true),
        };
    }

    private async ValueTask<Outcome> RecordAsync(List<Ended> ended, CancellationToken cancellationToken)
    {
        if (ended.Count == 0)
        {
            return Outcome.Done;
        }

        var now = _time.GetUtcNow();
        List<(Removal Removal, long Successor)> overwritten = [];
        var recorded = await _database.WriteAsync<bool>(
            transaction =>
            {
                overwritten.Clear();
                foreach (var (removal, error, isOpen) in ended)
                {
                    if (error == StoreError.None)
                    {
                        RemovalSql.Taken(transaction.Connection, removal, now);
                        if (RemovalSql.Successor(transaction.Connection, removal with { Left = now }) is { } successor)
                        {
                            overwritten.Add((removal with { Left = now }, successor));
                        }
                    }
                    else if (!isOpen)
                    {
                        RemovalSql.Forget(transaction.Connection, removal);
                    }

                    if (error != StoreError.Abandoned)
                    {
                        _audit.Append(transaction, Entry(removal, AuditActions.RetentionRemoved, error));
                    }
                }

                foreach (var account in ended.Where(static each => each.Error == StoreError.None).Select(static each => each.Removal.AccountId).Distinct())
                {
                    QuotaWatch.Look(transaction.Connection, account, now);
                }

                return true;
            },
            cancellationToken).ConfigureAwait(false);
        if (!recorded.Succeeded)
        {
            return recorded.Problem;
        }

        foreach (var (removal, error, _) in ended)
        {
            Count(removal, error);
        }

        // Their rows are there already: nobody is to miss the new version for ten minutes. What is not put back now is tried again when it settles.
        foreach (var (removal, successor) in overwritten)
        {
            if (await PutBackAsync(removal, cancellationToken).ConfigureAwait(false) == StoreError.None
                && await RestoredAsync(removal, successor, cancellationToken).ConfigureAwait(false) is { Succeeded: false } problem)
            {
                return problem;
            }
        }

        return Outcome.Done;
    }

    private void Count(Removal removal, StoreError error)
    {
        switch (error)
        {
            case StoreError.None:
                _run = _run with { Files = _run.Files + 1, Bytes = _run.Bytes + removal.Size };
                return;
            case StoreError.Abandoned:
                return;
            case StoreError.NotFound:
                _run = _run with { Missing = _run.Missing + 1 };
                break;
            default:
                _run = _run with { Failed = _run.Failed + 1 };
                break;
        }

        if (_failures.Count < RetentionLimits.FailuresShown)
        {
            _failures.Add(new RetentionFailure(removal.Account, removal.Path, WordsOf(error)));
        }
    }

    /// <summary>Deletes or archives what was moved aside long enough ago; nothing that is held by now.</summary>
    private async ValueTask<Outcome> SettleAsync(CancellationToken cancellationToken)
    {
        var after = 0L;
        while (await _database.ReadAsync(connection => RemovalSql.Settled(connection, _time.GetUtcNow(), after), cancellationToken).ConfigureAwait(false) is { Count: > 0 } settled)
        {
            _at?.Invoke(RetentionPoint.Settling);
            foreach (var removal in settled)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (await SettleAsync(removal, cancellationToken).ConfigureAwait(false) is { Succeeded: false } problem)
                {
                    return problem;
                }

                _at?.Invoke(RetentionPoint.Settled);
            }

            after = settled[^1].File;
        }

        return Outcome.Done;
    }

    private async ValueTask<Outcome> SettleAsync(Removal removal, CancellationToken cancellationToken)
    {
        var (successor, held) = await _database.ReadAsync(
            connection => (RemovalSql.Successor(connection, removal), HoldSql.Covering(connection, removal.AccountId, removal.Path)), cancellationToken).ConfigureAwait(false);
        var error = await LookAsync(removal).ConfigureAwait(false);
        if (error == StoreError.NotFound)
        {
            // After a crash between the end of the file, or its way back, and that of its row that is right; of a file that should have stayed somebody must know.
            var isBack = successor is not null && Look(removal) is { Succeeded: true, Value.Kind: FileKind.File };
            var isLost = !isBack && (successor is not null || held is not null);
            return await EndAsync(removal, isLost ? AuditActions.RetentionLost : null, error, cancellationToken).ConfigureAwait(false);
        }

        if (error == StoreError.None && successor is { } version)
        {
            error = await PutBackAsync(removal, cancellationToken).ConfigureAwait(false);
            if (error == StoreError.None)
            {
                return await RestoredAsync(removal, version, cancellationToken).ConfigureAwait(false);
            }

            // A file has the name: the newest version, and this is an old one after all.
            error = error == StoreError.AlreadyExists ? StoreError.None : error;
        }

        if (error != StoreError.None)
        {
            return await FailAsync(removal, error, cancellationToken).ConfigureAwait(false);
        }

        return held is not null ? Outcome.Done
            : removal.Archive ? await ArchiveAsync(removal, cancellationToken).ConfigureAwait(false)
            : await DiscardAsync(removal, successor, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<Outcome> ArchiveAsync(Removal removal, CancellationToken cancellationToken)
    {
        // Without one it was meant for an archive that the configuration does not have any more.
        var error = _archive is null
            ? StoreError.NotSupported
            : (await _archive.TakeAsync(_staging, VaultPath.Root, removal.Staged, removal.Account, removal.Path, removal.Left, cancellationToken).ConfigureAwait(false)).Error;
        _at?.Invoke(RetentionPoint.Archived);
        return error == StoreError.None
            ? await EndAsync(removal, null, error, cancellationToken).ConfigureAwait(false)
            : await FailAsync(removal, error, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Deletes it in the transaction that finds it free to go: a hold that was acknowledged before counts, one that comes later comes after the file.</summary>
    private async ValueTask<Outcome> DiscardAsync(Removal removal, long? successor, CancellationToken cancellationToken)
    {
        var error = StoreError.None;
        var discarded = await _database.WriteAsync<bool>(
            transaction =>
            {
                if (HoldSql.Covering(transaction.Connection, removal.AccountId, removal.Path) is not null || RemovalSql.Successor(transaction.Connection, removal) != successor)
                {
                    return true;
                }

                error = _staging.Remove(removal.Staged);
                _at?.Invoke(RetentionPoint.Discarded);
                if (error == StoreError.None)
                {
                    RemovalSql.Forget(transaction.Connection, removal);
                }

                return true;
            },
            cancellationToken).ConfigureAwait(false);
        return !discarded.Succeeded ? discarded.Problem
            : error == StoreError.None ? Outcome.Done
            : await FailAsync(removal, error, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Gives a file its name back.</summary>
    /// <returns><see cref="StoreError.AlreadyExists"/> only when another file has it.</returns>
    private async ValueTask<StoreError> PutBackAsync(Removal removal, CancellationToken cancellationToken)
    {
        var error = removal.Place is { } place
            ? await _vaults.PutBackAsync(_staging, removal.Staged, removal.Account, place, cancellationToken).ConfigureAwait(false)
            : StoreError.NameTooLong;
        if (error == StoreError.AlreadyExists)
        {
            var seen = Look(removal);
            return !seen.Succeeded ? StoreError.Busy
                : seen.Value.Kind == FileKind.File ? error
                : seen.Value.Kind == FileKind.Directory ? StoreError.IsADirectory
                : StoreError.NotARegularFile;
        }

        return error != StoreError.None && await LookAsync(removal).ConfigureAwait(false) == StoreError.NotFound ? StoreError.None : error;
    }

    private ValueTask<Outcome> RestoredAsync(Removal removal, long successor, CancellationToken cancellationToken) => RecordAsync(
        transaction =>
        {
            RemovalSql.Restored(transaction.Connection, removal, successor);
            _audit.Append(transaction, Entry(removal, AuditActions.RetentionRestored, StoreError.None));
        },
        cancellationToken);

    /// <summary>Nothing of a file is left to do.</summary>
    private ValueTask<Outcome> EndAsync(Removal removal, string? action, StoreError error, CancellationToken cancellationToken) => RecordAsync(
        transaction =>
        {
            RemovalSql.Forget(transaction.Connection, removal);
            if (action is not null)
            {
                _audit.Append(transaction, Entry(removal, action, error));
            }
        },
        cancellationToken);

    /// <summary>The file stays where it is, and the next one tries again.</summary>
    private ValueTask<Outcome> FailAsync(Removal removal, StoreError error, CancellationToken cancellationToken)
    {
        Count(removal, error);
        return RecordAsync(transaction => _audit.Append(transaction, Entry(removal, AuditActions.RetentionRemoved, error)), cancellationToken);
    }

    private async ValueTask<Outcome> RecordAsync(Action<WriteTransaction> record, CancellationToken cancellationToken)
    {
        var recorded = await _database.WriteAsync<bool>(
            transaction =>
            {
                record(transaction);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
        return new Outcome(recorded.Problem);
    }

    /// <summary>Whether a file is aside: none, not found, or that the disk does not say.</summary>
    private async ValueTask<StoreError> LookAsync(Removal removal)
    {
        var opened = _staging.OpenStore(VaultPath.Root, AllRights.Instance);
        if (!opened.Succeeded)
        {
            return opened.Error == StoreError.NotFound ? StoreError.InputOutput : opened.Error;
        }

        await using var store = opened.Value;
        return (await store.GetAttributesAsync(removal.Staged, followLink: false).ConfigureAwait(false)).Error;
    }

    private AuditEntry Entry(Removal removal, string action, StoreError error) => new(action, _actor)
    {
        Account = removal.Account,
        Subject = removal.Path,
        Outcome = error == StoreError.None ? AuditOutcome.Done : AuditOutcome.Failed,
        Detail = error == StoreError.None
            ? string.Create(CultureInfo.InvariantCulture, $"{removal.Size} bytes, file {removal.File}{(removal.Archive ? ", to the archive" : "")}")
            : action == AuditActions.RetentionLost ? "it lay in DIR/retention/taken and is not there any more: removed by hand, or not in the backup that was restored"
            : WordsOf(error),
    };

    private static string WordsOf(StoreError error) => error switch
    {
        StoreError.NotFound => "the catalogue knows it and the disk does not",
        StoreError.IsADirectory => "there is a directory of that name",
        StoreError.NotARegularFile => "it is a link or another thing that is no file; remove it by hand",
        StoreError.PermissionDenied => "the system forbids it; look at owner and attributes (chattr) of the file and its folder",
        StoreError.ReadOnlyFileSystem => "the file system is read-only",
        StoreError.NoSpace => "the disk is full",
        StoreError.TooManyLinks => "a link lies on the way; the file behind it goes under its own name",
        StoreError.Busy => "a new version took its name in that moment, or it was changed",
        StoreError.AlreadyExists => "an earlier failure left a file of its number in DIR/retention/taken, with another content; look at both, and remove that one by hand",
        StoreError.NameTooLong => "its path is too long",
        StoreError.NotSupported => "it is for the archive, and Retention:Archive is off by now; it stays in the data directory",
        _ => $"the disk said {error}",
    };

    /// <summary>How it went with a file; one that is open is left to whoever recovers next.</summary>
    private readonly record struct Ended(Removal Removal, StoreError Error, bool IsOpen = false);
}
