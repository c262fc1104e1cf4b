using System.Globalization;
using System.Text.Json.Nodes;
using Waybill.Core.Audit;
using Waybill.Core.Database;
using Waybill.Core.Events;
using Waybill.Core.Vaults;

namespace Waybill.Core.Retention;

/// <summary>
/// Removes what is old enough: a plan, daily, marks files for a run and tells the customers; a run, monthly, removes what was marked long enough ago. Age is counted
/// from the server's arrival time in the catalogue. One plan or run works at a time, in whichever process.
/// </summary>
/// <param name="database">The database.</param>
/// <param name="audit">Where each removed file is recorded.</param>
/// <param name="time">The clock.</param>
/// <param name="options">What the configuration says.</param>
/// <param name="vaults">The vaults.</param>
/// <param name="directory">A directory of its own on the vaults' file system: files that have left their vaults lie there for a moment.</param>
public sealed class RetentionService(WaybillDatabase database, AuditLog audit, TimeProvider time, RetentionOptions options, VaultStores vaults, string directory)
{
    /// <summary>EWOULDBLOCK: what an I/O exception says of a file that another process has locked.</summary>
    private const int WouldBlock = 11;

    /// <summary>Called between the steps of a run.</summary>
    internal Action<RetentionPoint>? At { get; init; }

    /// <summary>What a server has seen of its clock; null in a command.</summary>
    public ClockWatch? Watch { get; init; }

    /// <summary>Finds what goes; with <see cref="PlanRequest.Mark"/> marks it and tells the customers.</summary>
    public async ValueTask<Result<RetentionPlan>> PlanAsync(PlanRequest request, Actor actor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(actor);
        if (!request.Mark)
        {
            return await new RetentionPlanner(database, audit, options, request, time.GetUtcNow(), actor).RunAsync(cancellationToken).ConfigureAwait(false);
        }

        if (request.Account is not null)
        {
            return Problem.Invalid("Marking is for all accounts at once. Leave the account out, or plan without marking.");
        }

        using var held = Lock(out var locked);
        if (held is null)
        {
            return locked!.Kind == ProblemKind.Busy ? locked : await RefuseAsync("plan", time.GetUtcNow(), locked, cancellationToken).ConfigureAwait(false);
        }

        var now = time.GetUtcNow();
        var pass = await BeginAsync("plan", now, request.Today, actor, cancellationToken).ConfigureAwait(false);
        if (!pass.Succeeded)
        {
            return pass.Problem;
        }

        using var removals = OpenRemovals(now, actor, out var problem);
        if (removals is null)
        {
            return await EndAsync(pass.Value, "plan", problem!, cancellationToken).ConfigureAwait(false);
        }

        // What a run has left of its last minutes, or a crash of it.
        var settled = await removals.RecoverAsync(cancellationToken).ConfigureAwait(false);
        var plan = settled.Succeeded
            ? await new RetentionPlanner(database, audit, options, request, now, actor).RunAsync(cancellationToken).ConfigureAwait(false)
            : settled.Problem;
        if (!plan.Succeeded)
        {
            return await EndAsync(pass.Value, "plan", plan.Problem, cancellationToken).ConfigureAwait(false);
        }

        var ended = await EndAsync(pass.Value, new RetentionRun(pass.Value, plan.Value.Marked, 0, 0, 0, []), entry: null, cancellationToken).ConfigureAwait(false);
        return ended.Succeeded ? plan : ended.Problem;
    }

    /// <summary>Removes what is marked for a run that is due; goes past what it cannot remove. Cut off at any point, the next one goes on.</summary>
    public async ValueTask<Result<RetentionRun>> RunAsync(Actor actor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(actor);
        using var held = Lock(out var locked);
        if (held is null)
        {
            return locked!.Kind == ProblemKind.Busy ? locked : await RefuseAsync("run", time.GetUtcNow(), locked, cancellationToken).ConfigureAwait(false);
        }

        var now = time.GetUtcNow();
        var pass = await BeginAsync("run", now, today: null, actor, cancellationToken).ConfigureAwait(false);
        if (!pass.Succeeded)
        {
            return pass.Problem;
        }

        using var removals = OpenRemovals(now, actor, out var problem);
        if (removals is null)
        {
            return await EndAsync(pass.Value, "run", problem!, cancellationToken).ConfigureAwait(false);
        }

        var run = await removals.RunAsync(pass.Value, cancellationToken).ConfigureAwait(false);
        if (!run.Succeeded)
        {
            return await EndAsync(pass.Value, "run", run.Problem, cancellationToken).ConfigureAwait(false);
        }

        var done = run.Value;
        var ended = await EndAsync(
            pass.Value, done,
            new AuditEntry(AuditActions.RetentionRun, actor)
            {
                Outcome = done.Failed + done.Missing == 0 ? AuditOutcome.Done : AuditOutcome.Failed,
                Detail = string.Create(CultureInfo.InvariantCulture, $"run {done.Id}: {done.Files} files, {done.Bytes} bytes removed, {done.Failed} failed, {done.Missing} not on the disk"),
            },
            cancellationToken).ConfigureAwait(false);
        return ended.Succeeded ? done : ended.Problem;
    }

    /// <summary>
    /// Ends what runs have taken out of the vaults and what has settled since: deletes or archives it, or puts an upload back. For a server between the plans; does
    /// nothing while a plan or run works, which does the same.
    /// </summary>
    public async ValueTask<Outcome> SettleAsync(Actor actor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (!await database.ReadAsync(connection => RemovalSql.IsAnySettled(connection, time.GetUtcNow()), cancellationToken).ConfigureAwait(false))
        {
            return Outcome.Done;
        }

        using var held = Lock(out var locked);
        if (held is null)
        {
            return locked!.Kind == ProblemKind.Busy ? Outcome.Done : locked;
        }

        if (Watch is not null && await Watch.LookAsync(cancellationToken).ConfigureAwait(false) is { Succeeded: false } unwritten)
        {
            return unwritten;
        }

        var now = time.GetUtcNow();
        if (await DoubtAsync(database, now, cancellationToken).ConfigureAwait(false) is { } doubt)
        {
            return doubt;
        }

        using var removals = OpenRemovals(now, actor, out var problem);
        return removals is null ? problem! : await removals.RecoverAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whether a run was due and has not been done since: it was refused, found another at work, or was cut off.</summary>
    public ValueTask<bool> IsRunOwedAsync(CancellationToken cancellationToken = default) => database.ReadAsync(
        connection => connection.Number(
            """
            SELECT EXISTS (SELECT 1 FROM retention_mark WHERE due_at <= @now AND marked_at <= @aged
              AND due_at > (SELECT coalesce(max(began_at), 0) FROM retention_pass WHERE kind = 'run' AND refusal IS NULL AND ended_at IS NOT NULL))
            """,
            ("@now", time.GetUtcNow().ToColumn()), ("@aged", (time.GetUtcNow() - RetentionLimits.MarkAge).ToColumn())) != 0,
        cancellationToken);

    /// <summary>Why a plan or run would not believe the clock now; null when it would.</summary>
    public static ValueTask<Problem?> DoubtAsync(WaybillDatabase database, DateTimeOffset now, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(database);
        return database.ReadAsync(connection => RetentionClock.Check(connection, now), cancellationToken);
    }

    /// <summary>The plans and runs of the past, the newest first.</summary>
    public static ValueTask<IReadOnlyList<RetentionPass>> PassesAsync(WaybillDatabase database, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(database);
        return database.ReadAsync<IReadOnlyList<RetentionPass>>(
            static connection => connection.All(
                "SELECT id, kind, began_at, ended_at, files, bytes, failed, missing, refusal FROM retention_pass ORDER BY id DESC LIMIT @limit",
                static row => new RetentionPass(
                    row.GetInt64(0), row.GetString(1), row.Time(2), row.TimeOrNull(3), row.GetInt64(4), row.GetInt64(5), row.GetInt64(6), row.GetInt64(7), row.TextOrNull(8)),
                ("@limit", RetentionLimits.PassesShown)),
            cancellationToken);
    }

    /// <summary>Goes with the process, also when it is killed. <see cref="ProblemKind.Busy"/> only where another one has it.</summary>
    private FileStream? Lock(out Problem? problem)
    {
        try
        {
            problem = null;
            PrivateDirectory.Ensure(directory);
            return new FileStream(Path.Combine(directory, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e.HResult == WouldBlock)
        {
            problem = new(ProblemKind.Busy, "A plan or run of retention is at work already. Wait until it has ended.");
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem = Problem.Unusable($"{directory} cannot be used: {e.Message} Check its owner, its rights and the room on its disk; until then nothing is removed.");
            return null;
        }
    }

    private RetentionRemovals? OpenRemovals(DateTimeOffset now, Actor actor, out Problem? problem)
    {
        try
        {
            problem = null;
            return new RetentionRemovals(database, audit, new SteadyTime(time, now), options, vaults, Path.Combine(directory, "taken"), actor, At);
        }
        catch (Exception e) when (e is DirectoryNotFoundException or IOException or UnauthorizedAccessException)
        {
            problem = options.Archive is { } archive && !Directory.Exists(archive)
                ? Problem.Unusable($"The archive {archive} is not there. Mount or make it, or set Storage:Archive to another directory; until then nothing is removed.")
                : Problem.Unusable($"{directory} or the archive cannot be used. Check their owner and rights; until then nothing is removed.");
            return null;
        }
    }

    /// <summary>Begins a pass if the clock can be believed, and then remembers that it could.</summary>
    private async ValueTask<Result<long>> BeginAsync(string kind, DateTimeOffset now, DateOnly? today, Actor actor, CancellationToken cancellationToken)
    {
        var local = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, options.Calendar.Zone).DateTime);
        if (today is { } day && day != local)
        {
            return Problem.Refused(string.Create(
                CultureInfo.InvariantCulture, $"You say that it is {day:yyyy-MM-dd}, and the clock of this machine says {local:yyyy-MM-dd}. Set the clock right first."));
        }

        Problem? doubt = null;
        var jump = TimeSpan.Zero;
        WriteTransaction? used = null;
        var begun = await database.WriteAsync<long>(
            transaction =>
            {
                var connection = transaction.Connection;
                used = transaction;
                jump = Watch?.Note(transaction) ?? TimeSpan.Zero;
                doubt = today is null ? RetentionClock.Check(connection, now) : null;
                if (doubt is not null)
                {
                    return 0L;
                }

                var mended = RetentionClock.Trust(connection, now, vouched: today is not null);
                if (mended > 0 || today is not null)
                {
                    audit.Append(transaction, new AuditEntry(AuditActions.RetentionClock, actor)
                    {
                        Detail = string.Create(CultureInfo.InvariantCulture, $"{(today is null ? "" : "vouched for the clock; ")}{mended} arrival times that a wrong clock wrote are now {now.UtcDateTime:yyyy-MM-dd HH:mm'Z'}"),
                    });
                }

                return connection.Number("INSERT INTO retention_pass (kind, began_at) VALUES (@kind, @now) RETURNING id", ("@kind", kind), ("@now", now.ToColumn()));
            },
            cancellationToken).ConfigureAwait(false);
        if (!begun.Succeeded)
        {
            // Committed, and only its anchor could not be written: then the jump is in the database.
            if (used is { IsCommitted: false })
            {
                Watch?.Forget(jump);
            }

            return begun;
        }

        if (doubt is not null)
        {
            return await RefuseAsync(kind, now, doubt, cancellationToken).ConfigureAwait(false);
        }

        Watch?.Trust();
        return begun;
    }

    private async ValueTask<Problem> RefuseAsync(string kind, DateTimeOffset now, Problem problem, CancellationToken cancellationToken)
    {
        var recorded = await database.WriteAsync<bool>(
            transaction =>
            {
                transaction.Connection.Execute(
                    "INSERT INTO retention_pass (kind, began_at, ended_at, refusal) VALUES (@kind, @now, @now, @why)",
                    ("@kind", kind), ("@now", now.ToColumn()), ("@why", problem.Message));
                EventSql.Raise(transaction.Connection, RetentionTopics.Trouble, null, new JsonObject { ["what"] = kind, ["problem"] = problem.Message }, now);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
        return recorded.Problem ?? problem;
    }

    private async ValueTask<Outcome> EndAsync(long pass, RetentionRun done, AuditEntry? entry, CancellationToken cancellationToken)
    {
        var ended = await database.WriteAsync<bool>(
            transaction =>
            {
                transaction.Connection.Execute(
                    "UPDATE retention_pass SET ended_at = @now, files = @files, bytes = @bytes, failed = @failed, missing = @missing WHERE id = @pass",
                    ("@now", time.GetUtcNow().ToColumn()), ("@files", done.Files), ("@bytes", done.Bytes), ("@failed", done.Failed), ("@missing", done.Missing), ("@pass", pass));
                if (entry is not null)
                {
                    audit.Append(transaction, entry);
                }

                return true;
            },
            cancellationToken).ConfigureAwait(false);
        return new Outcome(ended.Problem);
    }

    private async ValueTask<Problem> EndAsync(long pass, string kind, Problem problem, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var ended = await database.WriteAsync<bool>(
            transaction =>
            {
                transaction.Connection.Execute(
                    "UPDATE retention_pass SET ended_at = @now, refusal = @why WHERE id = @pass", ("@now", now.ToColumn()), ("@why", problem.Message), ("@pass", pass));
                EventSql.Raise(transaction.Connection, RetentionTopics.Trouble, null, new JsonObject { ["what"] = kind, ["problem"] = problem.Message }, now);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
        return ended.Problem ?? problem;
    }
}
