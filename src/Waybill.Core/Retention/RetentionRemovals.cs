using System.Globalization;
using Waybill.Core.Audit;
using Waybill.Core.Catalogue;
using Waybill.Core.Database;
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
                transaction => RemovalSql.Claim(transaction.Connection, _options, _time.GetUtcNow(), last), cancellationToken).ConfigureAwait(false);
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
        while (await _database.ReadAsync(RemovalSql.Unfinished, cancellationToken).ConfigureAwait(false) is { Count: > 0 } unfinished)
        {
            List<(Removal Removal, StoreError Error)> ended = [];
            foreach (var removal in unfinished)
            {
                // Not moved yet: it is as if it had never been claimed, and is judged anew.
                ended.Add((removal, await IsStagedAsync(removal).ConfigureAwait(false) ? StoreError.None : StoreError.Abandoned));
            }

            if (await RecordAsync(ended, cancellationToken).ConfigureAwait(false) is { Succeeded: false } problem)
            {
                return problem;
            }
        }

        return await SettleAsync(cancellationToken).ConfigureAwait(false);
    }

    public void Dispose()
    {
        _archive?.Dispose();
        _staging.Dispose();
    }

    private async ValueTask<Outcome> TakeAsync(List<Removal> claimed, CancellationToken cancellationToken)
    {
        List<(Removal Removal, StoreError Error)> ended = [];
        foreach (var removal in claimed)
        {
            var error = removal.Place is { } place
                ? await _vaults.TakeOutAsync(removal.Account, place, _staging, removal.Staged, cancellationToken).ConfigureAwait(false)
                : StoreError.NameTooLong;
            ended.Add((removal, error));
            _at?.Invoke(RetentionPoint.TookOne);
        }

        _at?.Invoke(RetentionPoint.Took);
        var recorded = await RecordAsync(ended, cancellationToken).ConfigureAwait(false);
        _at?.Invoke(RetentionPoint.Recorded);
        return recorded;
    }

    private async ValueTask<Outcome> RecordAsync(List<(Removal Removal, StoreError Error)> ended, CancellationToken cancellationToken)
    {
        if (ended.Count == 0)
        {
            return Outcome.Done;
        }

        var recorded = await _database.WriteAsync<bool>(
            transaction =>
            {
                foreach (var (removal, error) in ended)
                {
                    if (error == StoreError.None)
                    {
                        RemovalSql.Taken(transaction.Connection, removal, _time.GetUtcNow());
                    }
                    else
                    {
                        RemovalSql.Forget(transaction.Connection, removal);
                    }

                    if (error != StoreError.Abandoned)
                    {
                        _audit.Append(transaction, Entry(removal, AuditActions.RetentionRemoved, error));
                    }
                }

                return true;
            },
            cancellationToken).ConfigureAwait(false);
        if (recorded.Succeeded)
        {
            foreach (var (removal, error) in ended)
            {
                Count(removal, error);
            }
        }

        return new Outcome(recorded.Problem);
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

    /// <summary>Deletes or archives what was moved aside long enough ago; nothing of an account's that is held by now.</summary>
    private async ValueTask<Outcome> SettleAsync(CancellationToken cancellationToken)
    {
        var rules = await _database.ReadAsync(connection => RetentionRules.Load(connection, _options.Months), cancellationToken).ConfigureAwait(false);
        var after = 0L;
        while (await _database.ReadAsync(connection => RemovalSql.Settled(connection, _time.GetUtcNow(), after), cancellationToken).ConfigureAwait(false) is { Count: > 0 } settled)
        {
            _at?.Invoke(RetentionPoint.Settling);
            foreach (var removal in settled.Where(removal => !rules.IsHeld(removal.AccountId, removal.Path)))
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
        var present = await _database.ReadAsync(connection => CatalogueSql.Present(connection, removal.AccountId, removal.Path), cancellationToken).ConfigureAwait(false);
        var (error, restored) = (StoreError.None, false);
        if (await IsStagedAsync(removal).ConfigureAwait(false))
        {
            // The catalogue says that there is a file of this name, and there is none: it is the one that was moved, published in that moment.
            restored = present is not null && removal.Place is { } place
                && await _vaults.PutBackAsync(_staging, removal.Staged, removal.Account, place, cancellationToken).ConfigureAwait(false) == StoreError.None;
            if (!restored && removal.Archive && _archive is not null)
            {
                error = (await _archive.TakeAsync(_staging, VaultPath.Root, removal.Staged, removal.Account, removal.Path, removal.Left, cancellationToken).ConfigureAwait(false)).Error;
                _at?.Invoke(RetentionPoint.Archived);
            }
            else if (!restored && !removal.Archive)
            {
                error = await RemoveAsync(removal.Staged).ConfigureAwait(false);
                _at?.Invoke(RetentionPoint.Discarded);
            }
            else if (!restored)
            {
                // Meant for an archive that the configuration does not have any more.
                error = StoreError.NotSupported;
            }
        }

        var ended = await _database.WriteAsync<bool>(
            transaction =>
            {
                if (error == StoreError.None)
                {
                    RemovalSql.Forget(transaction.Connection, removal);
                }

                if (error != StoreError.None || restored)
                {
                    _audit.Append(transaction, Entry(removal, restored ? AuditActions.RetentionRestored : AuditActions.RetentionRemoved, error));
                }

                return true;
            },
            cancellationToken).ConfigureAwait(false);
        if (ended.Succeeded && error != StoreError.None)
        {
            Count(removal, error);
        }

        return new Outcome(ended.Problem);
    }

    private async ValueTask<StoreError> RemoveAsync(VaultPath staged)
    {
        var opened = _staging.OpenStore(VaultPath.Root, AllRights.Instance);
        if (!opened.Succeeded)
        {
            return opened.Error;
        }

        await using var store = opened.Value;
        return await store.RemoveAsync(staged).ConfigureAwait(false);
    }

    private async ValueTask<bool> IsStagedAsync(Removal removal)
    {
        var opened = _staging.OpenStore(VaultPath.Root, AllRights.Instance);
        if (!opened.Succeeded)
        {
            return false;
        }

        await using var store = opened.Value;
        return (await store.GetAttributesAsync(removal.Staged, followLink: false).ConfigureAwait(false)).Succeeded;
    }

    private AuditEntry Entry(Removal removal, string action, StoreError error) => new(action, _actor)
    {
        Account = removal.Account,
        Subject = removal.Path,
        Outcome = error == StoreError.None ? AuditOutcome.Done : AuditOutcome.Failed,
        Detail = error == StoreError.None
            ? string.Create(CultureInfo.InvariantCulture, $"{removal.Size} bytes, file {removal.File}{(removal.Archive ? ", to the archive" : "")}")
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
        StoreError.Busy => "a new version took its name in that moment",
        StoreError.NameTooLong => "its path is too long",
        StoreError.NotSupported => "it is for the archive, and Retention:Archive is off by now; it stays in the data directory",
        _ => $"the disk said {error}",
    };
}
