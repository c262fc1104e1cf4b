using System.Globalization;
using Microsoft.Data.Sqlite;
using Waybill.Core;
using Waybill.Core.Audit;

namespace Waybill.Portal.Tests.Support;

/// <summary>A provider's database with so many accounts and what belongs to them, written without its services but for the audit.</summary>
internal sealed class LargeInstallation(int accounts)
{
    /// <summary>The database's numbers of the accounts: those before them are the test server's own.</summary>
    private const int FirstId = 100;

    private int Logins => 3 * accounts;

    private int AuditRows => 10 * accounts;

    /// <summary>Two of three were published, all but one of a thousand of those fetched, and none is of the feed of reports.</summary>
    private int Files => 10 * accounts;

    /// <summary>One of ten waits for a decision.</summary>
    private int Requests => accounts / 10;

    private IEnumerable<int> Ids => Enumerable.Range(FirstId, accounts);

    /// <summary>The account in the middle of all.</summary>
    public string Middle => Number(FirstId + (accounts / 2));

    /// <summary>Its first login.</summary>
    public string MiddleLogin => $"{Middle.ToLowerInvariant()}-v0";

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{accounts} accounts, {Logins} logins with a key each, {accounts} people, {Requests} requests, {2 * accounts} mails, {AuditRows} audit rows, {Files} files, {accounts} refused keys, {10 * accounts} numbers and entries of ledgers");

    private static string Number(int account) => string.Create(CultureInfo.InvariantCulture, $"A{account:D6}");

    public async Task FillAsync(string data)
    {
        await using (var core = (await CoreServices.OpenAsync(data, TimeProvider.System)).Value!)
        {
            await Parallel.ForEachAsync(Enumerable.Range(0, AuditRows), new ParallelOptions { MaxDegreeOfParallelism = 256 }, async (row, _) =>
            {
                var number = Number(FirstId + (row % accounts));
                var entry = new AuditEntry(row % 3 == 0 ? "download" : "login", Actor.System) { Account = number, Subject = $"/cdr/cdr_{row}.csv", Detail = "Company file of the day" };
                Assert.True((await core.Audit.AppendAsync(entry, CancellationToken.None)).Succeeded);
            });
        }

        await using var database = new SqliteConnection($"Data Source={Path.Combine(data, "waybill.db")};Pooling=False");
        await database.OpenAsync();
        await Command(database, "PRAGMA synchronous = OFF").ExecuteNonQueryAsync();
        await using var transaction = await database.BeginTransactionAsync();
        var account = Command(
            database,
            """
            INSERT INTO account (id, number, number_key, name, email, status, language, created_at)
            VALUES (@id, 'A' || printf('%06d', @id), 'a' || printf('%06d', @id), 'Company ' || @id || ' Ltd', 'files@c' || @id || '.example', 'active', 'en', @id)
            """);
        var login = Command(
            database,
            """
            INSERT INTO login (id, user_name, user_key, kind, account_id, vendor, allow_from, status, created_at)
            VALUES (@id * 3 + @n, 'a' || printf('%06d', @id) || '-v' || @n, 'a' || printf('%06d', @id) || '-v' || @n, 'vendor', @id, 'v' || @n, '', 'active', @id)
            """);
        var word = Command(database, "INSERT INTO account_word (word, account_id) VALUES (@word, @id)");
        foreach (var id in Ids)
        {
            await ExecuteAsync(account, ("@id", id));
            foreach (var each in (string[])["company", "ltd", string.Create(CultureInfo.InvariantCulture, $"{id}"), Number(id).ToLowerInvariant()])
            {
                await ExecuteAsync(word, ("@word", each), ("@id", id));
            }

            foreach (var n in Enumerable.Range(0, 3))
            {
                await ExecuteAsync(login, ("@id", id), ("@n", n));
            }
        }

        await ExecuteAsync(
            Command(
                database,
                """
                INSERT INTO login (id, user_name, user_key, kind, allow_from, status, created_at) VALUES (@login, 'billing', 'billing', 'publisher', '', 'active', 1);
                WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < @files)
                INSERT INTO file (account_id, path, size, arrived_at, login, protocol, feed, first_fetched_at, first_fetched_by)
                SELECT @first + i % @accounts, iif(i % 3 = 0, '/upload/', '/cdr/') || i || '.csv', i, 1700000000000 + i, iif(i % 3 = 0, 'somebody', 'billing'), 'sftp', iif(i % 3 = 0, NULL, 'cdr'),
                       iif(i % 1000 = 1, NULL, 1700000000000 + i), iif(i % 1000 = 1, NULL, 'somebody') FROM n
                """),
            ("@login", (Ids.Last() * 3) + 100), ("@files", Files), ("@accounts", accounts), ("@first", FirstId));
        foreach (var sql in More)
        {
            await ExecuteAsync(Command(database, sql), ("@first", FirstId), ("@accounts", accounts), ("@now", TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()));
        }

        await transaction.CommitAsync();
    }

    /// <summary>
    /// Keys: one of a thousand shared with the login before, one of a hundred about to expire, every second one used. An owner for each account. Requests: one of ten
    /// open, the others decided. Two mails for each account, one of a thousand never delivered. A refused key for each account, one of a thousand on a login. Ten numbers,
    /// each with one change, and ten entries of the ledger for each account, and for one of ten an order to port, one of a hundred of those not done.
    /// </summary>
    private static IEnumerable<string> More =>
    [
        """
        INSERT INTO login_key (login_id, type, blob, bits, sha256, md5, label, added_at, added_by, expires_at, last_used_at, last_used_from, last_used_client)
        SELECT id, 'ssh-ed25519', CAST(x'0000000b7373682d6564323535313900000020' || randomblob(32) AS BLOB), 256, printf('SHA256:%043d', id - (id % 1000 = 1)), printf('%047d', id), 'key of ' || user_name,
               @now - 1000000, 'billing', iif(id % 100 = 0, @now + 86400000 * 20, NULL), iif(id % 2 = 0, @now - 5000, NULL), iif(id % 2 = 0, '192.0.2.9', NULL), iif(id % 2 = 0, 'SSH-2.0-WinSCP', NULL)
        FROM login WHERE account_id >= @first
        """,
        """
        INSERT INTO person (id, email, email_key, name, language, status, created_at)
        SELECT id, 'owner@c' || id || '.example', 'owner@c' || id || '.example', 'Owner Number' || id, 'en', 'active', @now FROM account WHERE id >= @first
        """,
        "INSERT INTO person_role (person_id, role, account_id, vendor_key, granted_at, granted_by) SELECT id, 'owner', id, '', @now, 'billing' FROM account WHERE id >= @first",
        """
        INSERT INTO person_word (word, person_id)
        SELECT 'owner', id FROM account WHERE id >= @first UNION ALL SELECT 'number' || id, id FROM account WHERE id >= @first UNION ALL SELECT 'c' || id, id FROM account WHERE id >= @first
        """,
        """
        INSERT INTO access_request (reference, kind, source, state, first_name, last_name, email, email_key, company, account, account_key, user_name, feeds, file_types, automation, allow_from,
                                    key_type, key_bits, key_sha256, decided_by, decided_at, confirmed_at, created_at, changed_at)
        SELECT printf('R-%08d', id), 'login', 'form', iif(id % 100 = 0, 'open', 'approved'), 'Ann', 'Large' || id, 'ann@c' || id || '.example', 'ann@c' || id || '.example', name, number, number_key,
               'n' || id, 'cdr', 'csv', 0, '', 'ssh-ed25519', 256, printf('SHA256:%043d', id * 3), iif(id % 100 = 0, NULL, 'billing'), iif(id % 100 = 0, NULL, @now), @now, @now - id, @now
        FROM account WHERE id >= @first AND id % 10 = 0
        """,
        """
        INSERT INTO delivery (kind, topic, account_id, target, message_id, subject, text, state, attempts, created_at, tried_since, due_at, sent_at, error)
        SELECT 'mail', 'digest', @first + i % @accounts, 'owner@c' || i || '.example', 'm' || i || '@waybill.example', 'New files', 'There are new files.', iif(i % 1000 = 0, 'dead', 'sent'), 1,
               @now - i, @now - i, @now - i, iif(i % 1000 = 0, NULL, @now), iif(i % 1000 = 0, 'mailbox unavailable', NULL)
        FROM (WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < 2 * @accounts) SELECT i FROM n)
        """,
        """
        INSERT INTO burnt_key (sha256, how, burnt_at, burnt_by, proven)
        SELECT printf(iif(id % 1000 = 0, 'SHA256:%043d', 'SHA256:b%042d'), id * 3), 'public form', @now - id, 'public form', 1 FROM account WHERE id >= @first
        """,
        """
        INSERT INTO number_range (first, last, created_at, created_by, free, quarantined, active, ported_in, ported_out)
        SELECT 442000000000 + 100000 * i, 442000099999 + 100000 * i, @now, 'billing', 0, 0, min(100000, 10 * @accounts - 100000 * i), 0, 0
        FROM (WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE (i + 1) * 100000 < 10 * @accounts) SELECT i FROM n)
        """,
        """
        INSERT INTO phone_number (number, range_id, state, account_id)
        SELECT 442000000000 + i, (SELECT id FROM number_range WHERE first <= 442000000000 + i ORDER BY first DESC LIMIT 1), 'active', @first + i / 10
        FROM (WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < 10 * @accounts) SELECT i FROM n)
        """,
        "INSERT INTO number_change (number, account_id, kind, at, actor_kind, actor, data) SELECT number, account_id, 'activated', @now, 'service', 'billing', '{}' FROM phone_number WHERE account_id >= @first",
        """
        INSERT INTO ledger_entry (name, account_id, purse, amount, text, source, at, added_at, added_by)
        SELECT 'entry ' || i, @first + i / 10, 'funds', iif(i % 10 = 0, 100000, -100), 'Calls of the day', 'billing', @now - 86400000 * (i % 10), @now, 'billing'
        FROM (WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < 10 * @accounts) SELECT i FROM n)
        """,
        """
        INSERT INTO ledger_stretch (account_id, first_at, first_id, entries, funds_before, promo_before, funds, promo, funds_low, funds_high, promo_low, promo_high)
        SELECT account_id, min(at), max(id), count(*), 0, 0, sum(amount), 0, -900, sum(amount), 0, 0 FROM ledger_entry GROUP BY account_id
        """,
        "INSERT INTO balance (account_id, funds, entries, changed_at) SELECT account_id, sum(amount), count(*), @now FROM ledger_entry GROUP BY account_id",
        """
        INSERT INTO porting_order (reference, account_id, state, main, main_ports, submitted_at, due_at, created_at, created_by, changed_at)
        SELECT printf('P-%08d', id), id, iif(id % 1000 = 0, 'submitted', 'completed'), 441224000000 + id, 1, @now, iif(id % 1000 = 0, @now + 1000, NULL), @now, 'owner', @now
        FROM account WHERE id >= @first AND id % 10 = 0
        """,
        "INSERT INTO porting_change (order_id, at, by, to_state) SELECT id, @now, 'owner', state FROM porting_order WHERE reference LIKE 'P-0%'",
    ];

    private static SqliteCommand Command(SqliteConnection database, string sql)
    {
        var command = database.CreateCommand();
        command.CommandText = sql;
        return command;
    }

    private static Task<int> ExecuteAsync(SqliteCommand command, params ReadOnlySpan<(string Name, object Value)> values)
    {
        command.Parameters.Clear();
        foreach (var (name, value) in values)
        {
            command.Parameters.AddWithValue(name, value);
        }

        return command.ExecuteNonQueryAsync();
    }
}
