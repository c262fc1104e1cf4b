using System.Globalization;
using System.Text.Json.Nodes;
using Waybill.Core.Accounts;
using Waybill.Core.Audit;
using Waybill.Core.Database;
using Waybill.Core.Events;

namespace Waybill.Core.Retention;

/// <summary>Finds what goes, account by account: each file is read once, in the order of an index, and none is remembered.</summary>
internal sealed class RetentionPlanner(WaybillDatabase database, AuditLog audit, RetentionOptions options, PlanRequest request, DateTimeOffset now, Actor actor)
{
    private const int AccountsAtOnce = 500;

    private readonly DateTimeOffset _next = options.Calendar.First(now);
    private readonly DateTimeOffset _run = options.Calendar.First(now + options.Lead);
    private readonly DateTimeOffset _soonest = options.Calendar.First(now + RetentionLimits.MarkAge);
    private readonly SortedList<int, DateTimeOffset> _cutoffs = [];
    private RetentionRules? _rules;
    private RetentionPlan _plan = null!;

    private sealed record Candidate(long Id, string Path, long Size, long Arrived, bool Fetched, int? Months, long Due, long Marked);

    public async ValueTask<Result<RetentionPlan>> RunAsync(CancellationToken cancellationToken)
    {
        _plan = new RetentionPlan(_next, _run, 0, 0, 0, 0, 0, 0, 0, 0);
        _rules = await database.ReadAsync(connection => RetentionRules.Load(connection, options.Months), cancellationToken).ConfigureAwait(false);
        var after = 0L;
        while (await AccountsAsync(after, cancellationToken).ConfigureAwait(false) is { Count: > 0 } accounts)
        {
            foreach (var (id, number, told) in accounts)
            {
                if (await AccountAsync(id, number, told, cancellationToken).ConfigureAwait(false) is { } problem)
                {
                    return problem;
                }
            }

            after = accounts[^1].Id;
        }

        if (request.Mark && await ForgetAsync(cancellationToken).ConfigureAwait(false) is { } unforgotten)
        {
            return unforgotten;
        }

        return request.Account is not null && after == 0 ? AccountService.Unknown(request.Account) : _plan;
    }

    private async ValueTask<Problem?> ForgetAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var forgotten = await database.WriteAsync<int>(transaction => RetentionLinks.Forget(transaction.Connection, now), cancellationToken).ConfigureAwait(false);
            if (!forgotten.Succeeded || forgotten.Value < RetentionLimits.Page)
            {
                return forgotten.Problem;
            }
        }
    }

    /// <summary>The next accounts, or the one that is asked for, and when each was told of the next run.</summary>
    internal static string Accounts(bool one) => $"""
        SELECT id, number, (SELECT raised_at FROM retention_notice WHERE account_id = account.id AND due_at = @next)
        FROM account WHERE id > @after{(one ? " AND number_key = @number" : "")} ORDER BY id LIMIT @limit
        """;

    private ValueTask<List<(long Id, string Number, long? Told)>> AccountsAsync(long after, CancellationToken cancellationToken) => database.ReadAsync(
        connection => connection.All(
            Accounts(request.Account is not null),
            static row => (row.GetInt64(0), row.GetString(1), row.IsDBNull(2) ? (long?)null : row.GetInt64(2)),
            ("@after", after), ("@next", _next.ToColumn()), ("@number", request.Account is null ? null : AccountNumber.Fold(request.Account)), ("@limit", AccountsAtOnce)),
        cancellationToken);

    private async ValueTask<Problem?> AccountAsync(long account, string number, long? told, CancellationToken cancellationToken)
    {
        var total = new AccountPlan(number, 0, 0, 0, 0, 0, 0, null);
        var notice = new Notice();
        var (time, id) = (long.MinValue, 0L);
        var cutoff = Cutoff(_rules!.ShortestOf(account));
        while (true)
        {
            var page = await PageAsync(account, time, id, cutoff, cancellationToken).ConfigureAwait(false);
            List<(long File, int Months, DateTimeOffset Due)> marks = [];
            List<long> freed = [];
            foreach (var file in page)
            {
                var months = _rules.MonthsOf(account, file.Path);
                var isMarked = file.Months is not null;
                if (file.Arrived > Cutoff(months).ToColumn())
                {
                    if (isMarked)
                    {
                        freed.Add(file.Id);
                    }

                    continue;
                }

                if (_rules.IsHeld(account, file.Path))
                {
                    total = total with { Held = total.Held + 1 };
                    if (isMarked)
                    {
                        freed.Add(file.Id);
                    }

                    continue;
                }

                var goes = file.Months == months ? Later(file.Due) : RunFor(file, months);
                if (file.Months != months)
                {
                    marks.Add((file.Id, months, goes));
                }

                total = Add(total, file, goes == _next);
                if (goes == _next && (told is null || (file.Months == months ? file.Marked : now.ToColumn()) > told))
                {
                    notice.Add(file.Path, file.Size, file.Fetched);
                }

                request.OnFile?.Invoke(new PlannedFile(number, file.Path, file.Size, DateTimeOffset.FromUnixTimeMilliseconds(file.Arrived), file.Fetched, goes));
            }

            if (request.Mark && await MarkAsync(account, marks, freed, cancellationToken).ConfigureAwait(false) is { } problem)
            {
                return problem;
            }

            if (page.Count < RetentionLimits.Page)
            {
                break;
            }

            (time, id) = (page[^1].Arrived, page[^1].Id);
        }

        if (request.Mark && await FreeAsync(account, cutoff, cancellationToken).ConfigureAwait(false) is { } unfreed)
        {
            return unfreed;
        }

        if (total.Files > 0 || total.Held > 0)
        {
            request.OnAccount?.Invoke(total);
        }

        _plan = _plan with
        {
            Accounts = _plan.Accounts + (total.Files > 0 ? 1 : 0),
            Files = _plan.Files + total.Files,
            Bytes = _plan.Bytes + total.Bytes,
            NextRunFiles = _plan.NextRunFiles + total.NextRunFiles,
            NextRunBytes = _plan.NextRunBytes + total.NextRunBytes,
            Held = _plan.Held + total.Held,
        };
        return request.Mark ? await TellAsync(account, number, told, notice, cancellationToken).ConfigureAwait(false) : null;
    }

    private static AccountPlan Add(AccountPlan total, Candidate file, bool next) => total with
    {
        Files = total.Files + 1,
        Bytes = total.Bytes + file.Size,
        NeverFetched = total.NeverFetched + (file.Fetched ? 0 : 1),
        NextRunFiles = total.NextRunFiles + (next ? 1 : 0),
        NextRunBytes = total.NextRunBytes + (next ? file.Size : 0),
        Oldest = total.Oldest ?? DateTimeOffset.FromUnixTimeMilliseconds(file.Arrived),
    };

    /// <summary>The run that takes a file which is marked already; what an earlier one left is for the next.</summary>
    private DateTimeOffset Later(long due) => due <= _next.ToColumn() ? _next : DateTimeOffset.FromUnixTimeMilliseconds(due);

    /// <summary>
    /// The run for a file that is marked now. After days without a plan the one that is far enough away for the notice can be more than a month late: then the one
    /// that leaves the seven days is taken, and the customer is told at once.
    /// </summary>
    private DateTimeOffset RunFor(Candidate file, int months)
    {
        var arrived = DateTimeOffset.FromUnixTimeMilliseconds(file.Arrived);
        return _soonest < _run && options.Calendar.Last(arrived, months) is var last && _soonest <= last && last < _run && arrived <= options.Calendar.Cutoff(_soonest, months)
            ? _soonest
            : _run;
    }

    private DateTimeOffset Cutoff(int months)
    {
        if (!_cutoffs.TryGetValue(months, out var cutoff))
        {
            _cutoffs.Add(months, cutoff = options.Calendar.Cutoff(_run, months));
        }

        return cutoff;
    }

    private ValueTask<List<Candidate>> PageAsync(long account, long time, long id, DateTimeOffset cutoff, CancellationToken cancellationToken) => database.ReadAsync(
        connection => connection.All(
            """
            SELECT f.id, f.path, f.size, f.arrived_at, f.first_fetched_at IS NOT NULL, m.months, coalesce(m.due_at, 0), coalesce(m.marked_at, 0)
            FROM file f LEFT JOIN retention_mark m ON m.file_id = f.id
            WHERE f.account_id = @account AND f.gone_at IS NULL AND (f.arrived_at, f.id) > (@time, @id) AND f.arrived_at <= @cutoff
            ORDER BY f.arrived_at, f.id LIMIT @limit
            """,
            static row => new Candidate(
                row.GetInt64(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4) != 0, row.IsDBNull(5) ? null : row.GetInt32(5), row.GetInt64(6),
                row.GetInt64(7)),
            ("@account", account), ("@time", time), ("@id", id), ("@cutoff", cutoff.ToColumn()), ("@limit", RetentionLimits.Page)),
        cancellationToken);

    /// <summary>The next marks of an account whose files are younger than a time: no page of the plan has these.</summary>
    internal const string YoungStatement = """
        SELECT m.due_at, m.file_id FROM retention_mark m CROSS JOIN file f ON f.id = m.file_id
        WHERE m.account_id = @account AND (m.due_at, m.file_id) > (@due, @file) AND f.gone_at IS NULL AND f.arrived_at > @cutoff ORDER BY m.due_at, m.file_id LIMIT @limit
        """;

    /// <summary>Takes the marks back that a shorter policy has left: under it again, their files are told anew and have their days.</summary>
    private async ValueTask<Problem?> FreeAsync(long account, DateTimeOffset cutoff, CancellationToken cancellationToken)
    {
        for (var (due, file) = (long.MinValue, 0L); ;)
        {
            var young = await database.ReadAsync(
                connection => connection.All(
                    YoungStatement, static row => (Due: row.GetInt64(0), File: row.GetInt64(1)),
                    ("@account", account), ("@due", due), ("@file", file), ("@cutoff", cutoff.ToColumn()), ("@limit", RetentionLimits.Page)),
                cancellationToken).ConfigureAwait(false);
            if (await MarkAsync(account, [], [.. young.Select(static mark => mark.File)], cancellationToken).ConfigureAwait(false) is { } problem)
            {
                return problem;
            }

            if (young.Count < RetentionLimits.Page)
            {
                return null;
            }

            (due, file) = young[^1];
        }
    }

    private async ValueTask<Problem?> MarkAsync(long account, List<(long File, int Months, DateTimeOffset Due)> marks, List<long> freed, CancellationToken cancellationToken)
    {
        if (marks.Count == 0 && freed.Count == 0)
        {
            return null;
        }

        var result = await database.WriteAsync<long>(
            transaction =>
            {
                var connection = transaction.Connection;
                foreach (var file in freed)
                {
                    connection.Execute("DELETE FROM retention_mark WHERE file_id = @file", ("@file", file));
                }

                var marked = 0L;
                foreach (var (file, months, due) in marks)
                {
                    marked += connection.Execute(
                        """
                        INSERT INTO retention_mark (file_id, account_id, months, marked_at, due_at)
                        SELECT @file, @account, @months, @now, @due WHERE EXISTS (SELECT 1 FROM file WHERE id = @file AND gone_at IS NULL)
                        ON CONFLICT (file_id) DO UPDATE SET months = excluded.months, marked_at = excluded.marked_at, due_at = excluded.due_at
                        """,
                        ("@file", file), ("@account", account), ("@months", months), ("@now", now.ToColumn()), ("@due", due.ToColumn()));
                }

                return marked;
            },
            cancellationToken).ConfigureAwait(false);
        _plan = _plan with { Marked = _plan.Marked + result.Value };
        return result.Problem;
    }

    /// <summary>
    /// Once for each account and run, while tomorrow's plan would come later than so many days before it: by then all that it takes is marked. What is marked for it after
    /// that (the end of a hold, days without a plan) is told alone.
    /// </summary>
    private async ValueTask<Problem?> TellAsync(long account, string number, long? told, Notice notice, CancellationToken cancellationToken)
    {
        if (notice.Files == 0 || options.NoticeDays == 0 || _next - options.Calendar.NextDay(now) >= TimeSpan.FromDays(options.NoticeDays))
        {
            return null;
        }

        var written = await database.WriteAsync<bool>(
            transaction =>
            {
                var connection = transaction.Connection;
                if (connection.Execute(
                    """
                    INSERT INTO retention_notice (account_id, due_at, raised_at) VALUES (@account, @due, @now)
                    ON CONFLICT (account_id, due_at) DO UPDATE SET raised_at = @now WHERE raised_at = @told
                    """,
                    ("@account", account), ("@due", _next.ToColumn()), ("@now", now.ToColumn()), ("@told", told)) == 0)
                {
                    return false;
                }

                RetentionLinks.Remember(connection, account, _next, told);
                EventSql.Raise(connection, RetentionTopics.Notice, account, notice.ToBody(_next, options.Archive is not null), now);
                audit.Append(transaction, new AuditEntry(AuditActions.RetentionNotice, actor)
                {
                    Account = number,
                    Detail = string.Create(CultureInfo.InvariantCulture, $"{notice.Files} files, {notice.Bytes} bytes go on {_next.UtcDateTime:yyyy-MM-dd HH:mm'Z'}"),
                });
                return true;
            },
            cancellationToken).ConfigureAwait(false);
        _plan = _plan with { Notices = _plan.Notices + (written is { Succeeded: true, Value: true } ? 1 : 0) };
        return written.Problem;
    }

    /// <summary>What an account is told; names of files that nobody fetched come first.</summary>
    private sealed class Notice
    {
        private readonly List<string> _never = [];
        private readonly List<string> _fetched = [];
        private long _neverFetched;

        public long Files { get; private set; }

        public long Bytes { get; private set; }

        public void Add(string path, long size, bool fetched)
        {
            Files++;
            Bytes += size;
            _neverFetched += fetched ? 0 : 1;
            var names = fetched ? _fetched : _never;
            if (names.Count < RetentionLimits.NamesInNotice)
            {
                names.Add(AuditText.Clean(path, AuditLimits.Subject, doubleBackslash: false)!);
            }
        }

        public JsonObject ToBody(DateTimeOffset run, bool archived)
        {
            var names = _never.Concat(_fetched).Take(RetentionLimits.NamesInNotice).ToList();
            return new JsonObject
            {
                ["run"] = run.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
                ["files"] = Files,
                ["bytes"] = Bytes,
                ["neverFetched"] = _neverFetched,
                ["archived"] = archived,
                ["names"] = new JsonArray([.. names.Select(static name => JsonValue.Create(name))]),
                ["namesLeftOut"] = Files - names.Count,
            };
        }
    }
}
