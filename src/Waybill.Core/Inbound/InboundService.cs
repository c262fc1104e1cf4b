using System.Globalization;
using Waybill.Core.Arrivals;
using Waybill.Core.Audit;
using Waybill.Core.Database;
using Waybill.Core.Vaults;
using Waybill.Storage;

namespace Waybill.Core.Inbound;

/// <summary>
/// What customers and vendors deliver reaches the back office once: it is listed, claimed for a while by one of its programs, and then confirmed or rejected.
/// </summary>
/// <param name="database">Where it is kept.</param>
/// <param name="audit">Where each change is recorded, in the same transaction.</param>
/// <param name="time">The clock.</param>
/// <param name="stores">The vaults.</param>
public sealed class InboundService(WaybillDatabase database, AuditLog audit, TimeProvider time, VaultStores stores)
{
    private readonly InboundMover _mover = new(database, audit, time, stores);

    /// <summary>Called after each step of a move.</summary>
    internal Action<string>? AfterStep
    {
        init => _mover.AfterStep = value;
    }

    /// <summary>What may be taken for whole by its name; a collector's session is shown nothing else.</summary>
    public InboundOptions Options { get; init; } = new();

    /// <summary>
    /// Lists files in the order in which they were offered. A file whose claim expired is offered anew, so whoever follows the cursor sees everything that
    /// there is to do.
    /// </summary>
    /// <param name="since"><see cref="InboundPage.Cursor"/> of the page before; 0 for the beginning.</param>
    /// <param name="size">The page's size, at most <see cref="Page{T}.MaximumSize"/>.</param>
    /// <param name="state">
    /// Only files of this state, also those that never were offered: what is arriving, or was rejected or withdrawn on arrival. Lists of these states are in the order in which the
    /// files came, with a cursor of their own. Null for all that were ever offered.
    /// </param>
    /// <param name="account">Only files of this account; null for all.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async ValueTask<Result<InboundPage>> ListAsync(
        long since = 0, int size = 100, InboundState? state = InboundState.Waiting, string? account = null, CancellationToken cancellationToken = default)
    {
        size = Page<InboundFile>.Clamp(size);
        return await database.ReadAsync<Result<InboundPage>>(
            connection =>
            {
                long? number = null;
                if (account is not null)
                {
                    number = Catalogue.CatalogueSql.AccountId(connection, account);
                    if (number is null)
                    {
                        return Accounts.AccountService.Unknown(account);
                    }
                }

                var rows = connection.All(
                    InboundSql.ListStatement(state, number is not null), InboundSql.ReadFile, ("@since", since), ("@account", number), ("@limit", size + 1));
                InboundFile[] items = [.. rows.Take(size)];
                return new InboundPage(items, items.Length == 0 ? since : InboundSql.IsOffered(state) ? items[^1].Sequence!.Value : items[^1].Id, rows.Count > size);
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Finds a delivered file by its number.</summary>
    public async ValueTask<Result<InboundFile>> FindAsync(long file, CancellationToken cancellationToken = default) =>
        await database.ReadAsync(connection => InboundSql.Find(connection, file), cancellationToken).ConfigureAwait(false) is { } row ? row.File : Unknown(file);

    /// <summary>
    /// Claims a file: until the lease is over nobody else gets it. Who claims what it has claimed already prolongs its lease, so a program that was started again
    /// under its name goes on at once.
    /// </summary>
    /// <param name="file">The file's number.</param>
    /// <param name="claimant">The name of the program that wants it; two that work side by side need two names.</param>
    /// <param name="lease">For how long, at most <see cref="InboundLimits.Lease"/>.</param>
    /// <param name="actor">Who, for the audit.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async ValueTask<Result<InboundFile>> ClaimAsync(long file, string claimant, TimeSpan lease, Actor actor, CancellationToken cancellationToken = default)
    {
        if (Words.Check("claimant", claimant) is { } bad)
        {
            return bad;
        }

        if (lease <= TimeSpan.Zero || lease > InboundLimits.Lease)
        {
            return Problem.Invalid($"A lease is longer than nothing and at most {InboundLimits.Lease.TotalHours:0} hours. Claim again to prolong it.");
        }

        var found = await FindAsync(file, cancellationToken).ConfigureAwait(false);
        if (!found.Succeeded)
        {
            return found;
        }

        var path = found.Value.Path;
        var identity = found.Value.State is InboundState.Waiting or InboundState.Claimed
            ? await _mover.IdentifyAsync(found.Value.Account, path).ConfigureAwait(false)
            : StoreError.None;
        return await database.WriteAsync<InboundFile>(
            transaction =>
            {
                var connection = transaction.Connection;
                var now = time.GetUtcNow();
                var row = InboundSql.Find(connection, file)!;
                if (CannotTake(row, claimant, now) is { } problem)
                {
                    return problem;
                }

                if (!identity.Succeeded || row.File.Path != path || row.File.State == InboundState.Arriving)
                {
                    return identity.Error is StoreError.None or StoreError.NotFound
                        ? NotThere(row.File)
                        : Problem.Unusable($"{Words.Show(path)} of account {row.File.Account} cannot be looked at ({identity.Error}). Check the vault.");
                }

                // Who prolongs its claim has fetched what it claimed, and no newer version that the catalogue does not know yet.
                if (row.File.State == InboundState.Claimed && row.File.Claimant == claimant && row.Identity is { } claimed && claimed != identity.Value)
                {
                    return NotThere(row.File);
                }

                connection.Execute(
                    "UPDATE inbound SET state = 'claimed', claimant = @claimant, claimed_until = @until, identity = @identity WHERE file_id = @file",
                    ("@claimant", claimant), ("@until", (now + lease).ToColumn()), ("@identity", identity.Value), ("@file", file));
                audit.Append(transaction, new AuditEntry(AuditActions.FileClaimed, actor)
                {
                    Account = row.File.Account,
                    Subject = row.File.Path,
                    Detail = string.Create(CultureInfo.InvariantCulture, $"file {file} by {claimant} until {now + lease:yyyy-MM-dd HH:mm:ss'Z'}"),
                });
                return InboundSql.Find(connection, file)!.File;
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Opens the content of a file that somebody has claimed; the caller disposes it.</summary>
    /// <param name="file">The file's number.</param>
    /// <param name="claimant">Who has claimed it.</param>
    /// <param name="actor">Who, for the audit.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<Result<InboundContent>> OpenAsync(long file, string claimant, Actor actor, CancellationToken cancellationToken = default) =>
        InboundContent.OpenAsync(database, audit, stores, time, file, claimant, actor, cancellationToken);

    /// <summary>
    /// The back office has taken a file over: it moves to its sender's <c>/processed</c>. Confirming twice is the same as once. A claim that has expired still
    /// counts unless somebody else has claimed the file since.
    /// </summary>
    public ValueTask<Result<InboundFile>> ConfirmAsync(long file, string claimant, Actor actor, CancellationToken cancellationToken = default) =>
        DecideAsync(file, claimant, InboundState.Processed, null, actor, cancellationToken);

    /// <summary>The back office refuses a file: it moves to its sender's <c>/rejected</c>, with the report beside it.</summary>
    /// <param name="file">The file's number.</param>
    /// <param name="claimant">Who has claimed it.</param>
    /// <param name="report">Why, for its sender; at most <see cref="InboundLimits.Report"/> characters.</param>
    /// <param name="actor">Who, for the audit.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async ValueTask<Result<InboundFile>> RejectAsync(long file, string claimant, string report, Actor actor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(report);
        if (string.IsNullOrWhiteSpace(report) || report.Length > InboundLimits.Report)
        {
            return Problem.Invalid($"A report has 1 to {InboundLimits.Report} characters. Say in it what is wrong with the file and what to do.");
        }

        return await DecideAsync(file, claimant, InboundState.Rejected, InboundReport.OfBackOffice(report), actor, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// A collector login has taken a file over, as its script says by deleting it: what <see cref="ClaimAsync"/> and <see cref="ConfirmAsync"/> do, in one. Only who
    /// has read all of the file that lies there now may; of those that try at once one succeeds.
    /// </summary>
    /// <param name="account">The account's number.</param>
    /// <param name="path">The path in its vault.</param>
    /// <param name="collector">The login.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async ValueTask<Result<InboundFile>> ConfirmFetchedAsync(string account, string path, Actor collector, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(collector);

        // The session that fetched it may have ended a moment ago, and its row wait for others.
        await audit.CatchUpAsync().ConfigureAwait(false);
        var there = await _mover.LookAsync(account, path).ConfigureAwait(false);
        if (!there.Succeeded)
        {
            return there.Error switch
            {
                StoreError.NotFound or StoreError.NotADirectory =>
                    Problem.NotFound("This file is not there any more: it was confirmed already, or its sender removed or renamed it."),
                StoreError.NotARegularFile => Problem.Refused("Only files are confirmed. Directories are their sender's, and stay."),
                _ => Problem.Unusable("The server's disk failed; nothing was confirmed. Try again later."),
            };
        }

        var (login, identity) = (collector.Name, unchecked((long)there.Value.Identity));

        // Before the transaction, which keeps everybody else waiting: what was fetched stays fetched.
        var fetched = await database.ReadAsync(
            connection => Catalogue.CatalogueSql.AccountId(connection, account) is { } number && Catalogue.CatalogueSql.Present(connection, number, path) is { } file
                && InboundSql.Find(connection, file) is { } row && InboundSql.IsFetched(connection, file, login, identity, Math.Max(there.Value.Size, row.File.Size)) ? file : (long?)null,
            cancellationToken).ConfigureAwait(false);
        var intended = await database.WriteAsync<InboundFile>(
            transaction =>
            {
                var connection = transaction.Connection;
                var present = Catalogue.CatalogueSql.AccountId(connection, account) is { } number ? Catalogue.CatalogueSql.Present(connection, number, path) : null;
                if (present is null || InboundSql.Find(connection, present.Value) is not { } row)
                {
                    return Problem.Refused("This file is not listed yet. Try again when it is; one that was put there by hand is found by: waybill files scan");
                }

                if (CannotTake(row, login, time.GetUtcNow()) is { } problem)
                {
                    return problem;
                }

                if (fetched != row.File.Id)
                {
                    return Problem.Refused($"This login has not fetched all of this file ({row.File.Size} bytes). Fetch it to its end, then delete it.");
                }

                if (InboundMover.IntendUnlessHeld(connection, row, InboundState.Processed, identity, login, collector, report: null) is { } held)
                {
                    return held;
                }

                connection.Execute(
                    "UPDATE inbound SET state = 'claimed', claimant = @login, claimed_until = @now WHERE file_id = @file",
                    ("@login", login), ("@now", time.GetUtcNow().ToColumn()), ("@file", row.File.Id));
                return row.File;
            },
            cancellationToken).ConfigureAwait(false);
        return intended.Succeeded ? await FinishAsync(intended.Value, InboundState.Processed, login, cancellationToken).ConfigureAwait(false) : intended;
    }

    /// <summary>
    /// Whether a collector's session is shown a file: not under a name that says it is not whole, and not before its account's rules have judged it, where there
    /// are such for its folder.
    /// </summary>
    internal ValueTask<bool> IsShownAsync(string account, string path) => Options.IsTemporary(path) ? new(false) : database.ReadAsync(
        connection => Catalogue.CatalogueSql.AccountId(connection, account) is not { } number || IsShown(connection, number, path, ArrivalSql.Of(connection, number)));

    /// <summary>As <see cref="IsShownAsync"/>, of files of one folder, in their order, with one question.</summary>
    internal async ValueTask<bool[]> AreShownAsync(string account, string folder, IReadOnlyList<string> names)
    {
        bool[] shown = [.. names.Select(name => !Options.IsTemporary($"{folder}/{name}"))];
        await database.ReadAsync(
            connection =>
            {
                if (Catalogue.CatalogueSql.AccountId(connection, account) is not { } number || ArrivalSql.Of(connection, number) is not { Count: > 0 } rules)
                {
                    return 0;
                }

                for (var i = 0; i < shown.Length; i++)
                {
                    shown[i] = shown[i] && IsShown(connection, number, $"{folder}/{names[i]}", rules);
                }

                return 0;
            }).ConfigureAwait(false);
        return shown;
    }

    private static bool IsShown(DatabaseConnection connection, long account, string path, IReadOnlyList<ArrivalRule> rules) =>
        ArrivalCheck.RulesFor(path, rules).Count == 0
        || (Catalogue.CatalogueSql.Present(connection, account, path) is { } file && InboundSql.Find(connection, file) is { Target: null, File.State: InboundState.Waiting or InboundState.Claimed });

    internal static Problem Unknown(long file) => Problem.NotFound($"There is no delivered file {file}. `waybill inbound list` shows them.");

    private async ValueTask<Result<InboundFile>> DecideAsync(
        long file, string claimant, InboundState state, string? report, Actor actor, CancellationToken cancellationToken)
    {
        if (Words.Check("claimant", claimant) is { } bad)
        {
            return bad;
        }

        var intended = await database.WriteAsync<InboundFile>(
            transaction =>
            {
                var connection = transaction.Connection;
                if (InboundSql.Find(connection, file) is not { } row)
                {
                    return Unknown(file);
                }

                // Who decided hears so again; whoever had it before must not take it for its own.
                if ((row.TargetState ?? row.File.State) == state && row.File.DecidedBy == claimant)
                {
                    return row.File;
                }

                if (CannotTake(row, claimant, time.GetUtcNow()) is { } problem)
                {
                    return problem;
                }

                if (row.File.Claimant != claimant || row.Identity is not { } identity)
                {
                    return Problem.Refused($"File {file} is not claimed by {Words.Show(claimant)}. Claim it first.");
                }

                return InboundMover.IntendUnlessHeld(connection, row, state, identity, claimant, actor, report is null ? null : InboundReport.Head(row.File) + report) is { } held ? held : row.File;
            },
            cancellationToken).ConfigureAwait(false);
        return intended.Succeeded ? await FinishAsync(intended.Value, state, claimant, cancellationToken).ConfigureAwait(false) : intended;
    }

    /// <summary>Finishes what was decided, and says so only if it is done: whoever else came by may have found another version there, and withdrawn the intent.</summary>
    private async ValueTask<Result<InboundFile>> FinishAsync(InboundFile file, InboundState state, string by, CancellationToken cancellationToken)
    {
        var finished = await _mover.FinishAsync(file.Id, cancellationToken).ConfigureAwait(false);
        return finished.Succeeded && (finished.Value.State != state || finished.Value.DecidedBy != by) ? NotThere(file) : finished;
    }

    /// <summary>Why a claimant does not get a file, or null.</summary>
    private static Problem? CannotTake(InboundRow row, string claimant, DateTimeOffset now)
    {
        var file = row.File;
        return file.State switch
        {
            InboundState.Processed => Problem.Refused($"File {file.Id} was processed already, by {Words.Show(file.DecidedBy)}. There is nothing left to do."),
            InboundState.Rejected => Problem.Refused($"File {file.Id} was rejected already, by {Words.Show(file.DecidedBy)}. Its sender has to deliver it again."),
            InboundState.Withdrawn => NotThere(file),
            InboundState.Arriving or InboundState.Partial => Problem.Refused($"File {file.Id} is still being delivered. Wait until it is listed."),
            _ when row.Target is not null => Problem.Refused($"File {file.Id} is just being moved. Try again."),
            InboundState.Claimed when file.Claimant != claimant && file.ClaimedUntil > now && file.ClaimedUntil <= now + InboundLimits.LongestClaim => Problem.Refused(
                $"File {file.Id} is claimed by {Words.Show(file.Claimant)} until {file.ClaimedUntil:yyyy-MM-dd HH:mm:ss'Z'}. Take another one, or wait."),
            _ => null,
        };
    }

    private static Problem NotThere(InboundFile file) => Problem.Refused(
        $"File {file.Id} ({Words.Show(file.Path)}) was replaced, renamed or removed by its sender. List again and take what is there now.");
}
