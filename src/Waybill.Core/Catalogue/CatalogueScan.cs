using Waybill.Core.Accounts;
using Waybill.Core.Audit;
using Waybill.Core.Database;
using Waybill.Core.Inbound;
using Waybill.Core.Retention;
using Waybill.Core.Vaults;
using Waybill.Storage;
using Waybill.Storage.Local;

namespace Waybill.Core.Catalogue;

/// <summary>
/// Compares the vaults with the catalogue: what the operator put in by hand gets a row, what vanished is marked, another size or a later file is a new version. Beside a running
/// server, whose uploads are in place a moment before their row is: so a difference counts only if it is the same after <see cref="Settle"/>, asked again in the
/// transaction that changes the row. A later file is one that was made after its row: an overwrite of the same size that was killed between its rename and its row. That
/// clocks are compared for it costs nothing where one was wrong: what is later than now is not believed, and what is taken for another version is taken for it once.
/// </summary>
/// <param name="database">The catalogue.</param>
/// <param name="audit">Where each change is recorded, in the same transaction.</param>
/// <param name="vaults">The vaults.</param>
/// <param name="time">When a file was found is the server's to say.</param>
/// <param name="layout">Where customers and vendors deliver: what is found there is for the back office, as if one of them had delivered it.</param>
public sealed class CatalogueScan(WaybillDatabase database, AuditLog audit, VaultStores vaults, TimeProvider time, VaultLayout layout)
{
    /// <summary>Differences that are remembered until they are settled; with more the scan waits for these first.</summary>
    internal const int Suspects = 4096;

    /// <summary>Paths asked of the catalogue at once.</summary>
    internal const int Batch = 256;

    /// <summary>How long a difference must stay the same: longer than any upload takes from its rename to its row.</summary>
    internal static readonly TimeSpan Settle = TimeSpan.FromSeconds(5);

    private readonly WaybillDatabase _database = database;
    private readonly TimeProvider _time = time;

    private enum Difference
    {
        NotInCatalogue,
        OtherVersion,
        NotOnDisk,
    }

    /// <summary>How long this one waits; tests need not.</summary>
    internal TimeSpan SettleTime { get; init; } = Settle;

    /// <summary>Called for each entry of a vault, while the walk stands at it: tests move directories then.</summary>
    internal Action<VaultEntry>? AtEntry { get; init; }

    /// <summary>Scans all vaults, or one.</summary>
    /// <param name="account">The account's number; null for all.</param>
    /// <param name="actor">Who asked for it.</param>
    /// <param name="cancellationToken">Stops it; what was changed until then stays.</param>
    public async ValueTask<Result<ScanReport>> RunAsync(string? account, Actor actor, CancellationToken cancellationToken = default)
    {
        var run = new Run(this, actor, cancellationToken);
        var only = account is null ? null : AccountNumber.Fold(account);
        var any = false;
        for (var after = 0L; ;)
        {
            var from = after;
            var owners = await _database.ReadAsync(connection => UpkeepSql.Accounts(connection, from, only, Batch), cancellationToken).ConfigureAwait(false);
            if (owners.Count == 0)
            {
                break;
            }

            any = true;
            foreach (var owner in owners)
            {
                if (await run.CompareAsync(owner).ConfigureAwait(false) is { } problem)
                {
                    return problem;
                }
            }

            after = owners[^1].Id;
        }

        if (!any && account is not null)
        {
            return AccountService.Unknown(account);
        }

        return await run.SettleAsync().ConfigureAwait(false) is { } unsettled ? unsettled : run.Report;
    }

    private sealed record Suspect(VaultOwner Owner, string Path, Difference Difference, long? Row, FileStamp? Stamp);

    /// <summary>One scan with its bounded list of differences.</summary>
    private sealed class Run(CatalogueScan scan, Actor actor, CancellationToken cancellationToken)
    {
        private readonly List<Suspect> _suspects = [];
        private readonly List<VaultEntry> _batch = new(Batch);

        public ScanReport Report { get; private set; } = new();

        public async ValueTask<Problem?> CompareAsync(VaultOwner owner)
        {
            // The whole vault is gone: more likely its disk is not mounted than that somebody removed every file.
            var opened = scan.OpenVault(owner.Number);
            if (opened is null)
            {
                Report = Report with { VaultsNotRead = Report.VaultsNotRead + 1 };
                return null;
            }

            using (opened)
            {
                Report = Report with { Vaults = Report.Vaults + 1 };
                return await CompareDiskAsync(owner, opened).ConfigureAwait(false) ?? await CompareCatalogueAsync(owner, opened).ConfigureAwait(false);
            }
        }

        /// <summary>Waits until what was noticed is old enough, then changes what is still so.</summary>
        public async ValueTask<Problem?> SettleAsync()
        {
            if (_suspects.Count == 0)
            {
                return null;
            }

            if (scan.SettleTime > TimeSpan.Zero)
            {
                await Task.Delay(scan.SettleTime, scan._time, cancellationToken).ConfigureAwait(false);
            }

            foreach (var some in _suspects.Chunk(Batch))
            {
                cancellationToken.ThrowIfCancellationRequested();
                var report = Report;
                var changed = await scan._database.WriteAsync<ScanReport>(transaction => scan.Change(transaction, some, actor, report), cancellationToken).ConfigureAwait(false);
                if (!changed.Succeeded)
                {
                    return changed.Problem;
                }

                Report = changed.Value;
            }

            _suspects.Clear();
            return null;
        }

        private async ValueTask<Problem?> CompareDiskAsync(VaultOwner owner, LocalVault vault)
        {
            using var walk = vault.Walk();
            for (var more = true; more;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                _batch.Clear();
                while (_batch.Count < Batch && (more = walk.TryRead(out var entry)))
                {
                    scan.AtEntry?.Invoke(entry);
                    if (entry.Kind == FileKind.File)
                    {
                        _batch.Add(entry);
                    }
                }

                Report = Report with { Files = Report.Files + _batch.Count };
                await scan._database.ReadAsync(
                    connection =>
                    {
                        foreach (var entry in _batch)
                        {
                            Compare(owner, entry, UpkeepSql.Present(connection, owner.Id, entry.Path.ToString()));
                        }

                        return 0;
                    },
                    cancellationToken).ConfigureAwait(false);
                if (await SettleIfFullAsync().ConfigureAwait(false) is { } problem)
                {
                    return problem;
                }
            }

            Report = Report with { Unnameable = Report.Unnameable + walk.Unnameable, VaultsInPart = Report.VaultsInPart + (walk.IsInterrupted ? 1 : 0) };
            return null;
        }

        private async ValueTask<Problem?> CompareCatalogueAsync(VaultOwner owner, LocalVault vault)
        {
            for (var after = ""; ;)
            {
                var from = after;
                var rows = await scan._database.ReadAsync(connection => UpkeepSql.Present(connection, owner.Id, from, Batch), cancellationToken).ConfigureAwait(false);
                foreach (var row in rows)
                {
                    if (IsGone(vault, row.Path))
                    {
                        _suspects.Add(new Suspect(owner, row.Path, Difference.NotOnDisk, row.Id, null));
                    }
                }

                if (await SettleIfFullAsync().ConfigureAwait(false) is { } problem)
                {
                    return problem;
                }

                if (rows.Count < Batch)
                {
                    return null;
                }

                after = rows[^1].Path;
            }
        }

        private void Compare(VaultOwner owner, VaultEntry entry, PresentFile? row)
        {
            if (row is null)
            {
                _suspects.Add(new Suspect(owner, entry.Path.ToString(), Difference.NotInCatalogue, null, entry.Stamp));
            }
            else if (scan.IsOther(row, entry))
            {
                _suspects.Add(new Suspect(owner, row.Path, Difference.OtherVersion, row.Id, entry.Stamp));
            }
        }

        private ValueTask<Problem?> SettleIfFullAsync() => _suspects.Count >= Suspects - Batch ? SettleAsync() : default;
    }

    /// <summary>
    /// Whether something else lies there than the row means. A file that was put back from a copy is younger than its row, too, but says itself that it was
    /// written before it was made here; one that says that it will be written in the future says nothing.
    /// </summary>
    private bool IsOther(PresentFile row, VaultEntry entry)
    {
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        return row.Size != entry.Size
            || (entry.Born is { } born && born > row.Placed && born <= now && entry.ModificationTime >= born / 1000 && entry.ModificationTime <= now / 1000);
    }

    private LocalVault? OpenVault(string account) => vaults.OpenVault(account).Value;

    /// <summary>Whether there is certainly no file at the path: a disk error or a link on the way is no answer.</summary>
    private static bool IsGone(LocalVault vault, string path)
    {
        if (VaultPath.TryParse(System.Text.Encoding.UTF8.GetBytes(path), VaultPath.Root, out var parsed) != VaultPathError.None)
        {
            return false;
        }

        var seen = vault.Look(parsed!);
        return seen.Error is StoreError.NotFound or StoreError.NotADirectory || (seen.Succeeded && seen.Value.Kind is FileKind.Directory or FileKind.Other);
    }

    private ScanReport Change(WriteTransaction transaction, Suspect[] suspects, Actor actor, ScanReport report)
    {
        LocalVault? vault = null;
        var opened = "";
        try
        {
            foreach (var suspect in suspects)
            {
                if (opened != suspect.Owner.Number)
                {
                    vault?.Dispose();
                    (vault, opened) = (OpenVault(suspect.Owner.Number), suspect.Owner.Number);
                }

                report = vault is null ? report with { Unsettled = report.Unsettled + 1 } : Change(transaction, vault, suspect, actor, report);
            }
        }
        finally
        {
            vault?.Dispose();
        }

        return report;
    }

    /// <summary>Changes one row if what was noticed is still so: what is read here stays true until the commit.</summary>
    private ScanReport Change(WriteTransaction transaction, LocalVault vault, Suspect suspect, Actor actor, ScanReport report)
    {
        var connection = transaction.Connection;
        var (account, path) = (suspect.Owner.Id, suspect.Path);
        var row = UpkeepSql.Present(connection, account, path);
        if (row?.Id != suspect.Row)
        {
            // A login, or another scan, was faster: nothing is left to do.
            return report;
        }

        var now = _time.GetUtcNow();
        if (suspect.Difference == Difference.NotOnDisk)
        {
            if (!IsGone(vault, path))
            {
                return report;
            }

            // Retention moved the old version aside, or the new one with it in the moment of an upload: what it does with that is decided there.
            if (RemovalSql.IsUnsettled(connection, account, path))
            {
                return report with { Unsettled = report.Unsettled + 1 };
            }

            CatalogueSql.Left(connection, account, path, GoneHow.Missing, now);
            Record(transaction, AuditActions.FileMissing, suspect, actor, row!.Size);
            return report with { Missing = report.Missing + 1 };
        }

        var seen = vault.Look(VaultPath.Parse(path));
        if (!seen.Succeeded || seen.Value.IsPending || seen.Value.Stamp != suspect.Stamp)
        {
            return report with { Unsettled = report.Unsettled + 1 };
        }

        var size = seen.Value.Size;
        if (row is not null && !IsOther(row, seen.Value))
        {
            // It was cut by its path: the row had the old size a moment ago.
            return report;
        }

        if (row is not null)
        {
            Arrived(connection, account, seen.Value, now);
            Record(transaction, AuditActions.FileChanged, suspect, actor, size);
            return report with { Changed = report.Changed + 1 };
        }

        if (UpkeepSql.Returned(connection, account, path, seen.Value))
        {
            if (layout.IsDelivery(path) && CatalogueSql.Present(connection, account, path) is { } back)
            {
                InboundSql.Found(connection, back, now);
            }

            Record(transaction, AuditActions.FileReturned, suspect, actor, size);
            return report with { Returned = report.Returned + 1 };
        }

        Arrived(connection, account, seen.Value, now);
        Record(transaction, AuditActions.FileFound, suspect, actor, size);
        return report with { Found = report.Found + 1 };
    }

    private void Arrived(DatabaseConnection connection, long account, in VaultEntry entry, DateTimeOffset now)
    {
        var path = entry.Path.ToString();
        var file = CatalogueSql.Arrived(connection, account, path, entry.Size, null, null, DeliveryProtocol.Found, now, FileNumber.Of(entry));
        if (layout.IsDelivery(path))
        {
            InboundSql.Found(connection, file, now);
        }
    }

    private void Record(WriteTransaction transaction, string action, Suspect suspect, Actor actor, long size) => audit.Append(
        transaction,
        new AuditEntry(action, actor) { Account = suspect.Owner.Number, Subject = suspect.Path, Detail = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{{\"size\":{size}}}") });
}
