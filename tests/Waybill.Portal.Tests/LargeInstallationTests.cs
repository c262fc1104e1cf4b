using System.Diagnostics;
using System.Globalization;
using System.Net;
using Microsoft.Data.Sqlite;
using Waybill.Core;
using Waybill.Core.Audit;
using Waybill.Portal.Tests.Support;

namespace Waybill.Portal.Tests;

/// <summary>How long the server takes for each page when there is much to choose from. tests/soak/run portal makes it as large as a large provider.</summary>
public sealed class LargeInstallationTests(ITestOutputHelper output)
{
    private const int Looks = 15;

    private static readonly int Accounts = int.Parse(Environment.GetEnvironmentVariable("WAYBILL_SOAK_PORTAL_ACCOUNTS") ?? "300", CultureInfo.InvariantCulture);

    private static int Logins => 3 * Accounts;

    private static int AuditRows => 10 * Accounts;

    /// <summary>Two of three were published, all but one of a thousand of those fetched, and none is of the feed of reports.</summary>
    private static int Files => 10 * Accounts;

    /// <summary>The account in the middle of all.</summary>
    private static string Middle => Number(Ids.First() + (Accounts / 2));

    /// <summary>The database's numbers of the accounts: those before them are the test server's own.</summary>
    private static IEnumerable<int> Ids => Enumerable.Range(100, Accounts);

    [Fact]
    public async Task Every_page_and_search_of_a_large_installation_is_answered()
    {
        await using var server = new PortalServer();
        await server.InitializeAsync(() => FillAsync(server.Data));
        using var administrator = await SignUp.WithAsync(server, "--provider", "administrator");
        using var owner = await SignUp.WithAsync(server, "--account", Middle, "--role", "owner");
        var samples = await PermissionMatrixTests.PrepareAsync(server, Middle);
        List<(double Median, string Path)> measured = [];
        foreach (var path in RouteInventoryTests.Who.Keys.Where(static route => !route.Contains('{', StringComparison.Ordinal) && !RouteInventoryTests.Permissions.ContainsKey(route)
            && route is not ("problem" or "sign-out" or "theme" or "healthz" or "readyz")))
        {
            using var visitor = new Visitor(server);
            measured.Add(await MeasureAsync(visitor, "/" + path));
        }

        // Pages of files say how quick a disk is, and an export sends all that there is.
        foreach (var (route, permission) in RouteInventoryTests.Permissions.Where(static row => !row.Key.Contains("{**", StringComparison.Ordinal) && row.Key != "staff/audit/export"))
        {
            var visitor = route.StartsWith("staff", StringComparison.Ordinal) ? administrator : owner;
            measured.Add(await MeasureAsync(visitor, PermissionMatrixTests.AddressOf(route, Middle, samples), permission));
        }

        foreach (var search in Searches)
        {
            measured.Add(await MeasureAsync(administrator, search));
        }

        foreach (var (median, path) in measured.OrderDescending())
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{median,8:F1} ms  {path}"));
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Accounts} accounts, {Logins} logins, {AuditRows} audit rows, {Files} files; the slowest of {measured.Count} pages took {measured.Max().Median:F1} ms (median of {Looks})"));
        if (Environment.GetEnvironmentVariable("WAYBILL_SOAK_PORTAL_ACCOUNTS") is not null)
        {
            Assert.All(measured, static page => Assert.True(page.Median < 100, $"{page.Path} took {page.Median} ms"));
        }
    }

    /// <summary>What people look for: something rare, something that everybody has, something that nobody has.</summary>
    private static IEnumerable<string> Searches =>
    [
        $"/staff/accounts?q={Middle}", "/staff/accounts?q=company", "/staff/accounts?q=nobody",
        $"/staff/logins?q={Middle}", "/staff/logins?q=a0", "/staff/logins?q=nobody", "/staff/people?q=large", $"/staff/people?account={Middle}", $"/staff/feeds?account={Middle}",
        $"/staff/audit?q={Middle}", "/staff/audit?q=company", "/staff/audit?q=nobody", $"/staff/audit?account={Middle}", "/staff/audit?action=login", "/staff/audit?action=login-added",
        "/staff/requests?q=large", "/staff/requests?state=open", $"/staff/why?q={Middle}-v1", "/staff/why?q=192.0.2.1", "/staff/sessions?q=nobody", "/staff/notifications?state=dead",
        $"/staff/receipts?account={Middle}", "/staff/receipts?unfetched=true", "/staff/receipts?feed=cdr", "/staff/receipts?feed=report",
        "/staff/receipts?feed=report&unfetched=true", $"/staff/receipts?account={Middle}&feed=cdr", $"/staff/held?account={Middle}", $"/staff/retention?account={Middle}",
    ];

    private static async Task<(double Median, string Path)> MeasureAsync(Visitor visitor, string path, string? permission = null)
    {
        List<double> times = [];
        for (var i = 0; i < Looks; i++)
        {
            var time = TimeSpan.Zero;
            var answer = await PermissionMatrixTests.PatientlyAsync(async () =>
            {
                var begun = Stopwatch.GetTimestamp();
                var looked = await visitor.GetAsync(path);
                time = Stopwatch.GetElapsedTime(begun);
                return looked;
            });
            times.Add(time.TotalMilliseconds);
            Assert.True(answer.Status == HttpStatusCode.OK || (answer.Status == HttpStatusCode.Redirect && permission is null), $"{path} ({permission}): {answer}");
        }

        return (times.Order().ElementAt(Looks / 2), path);
    }

    private static string Number(int account) => string.Create(CultureInfo.InvariantCulture, $"A{account:D6}");

    private static async Task FillAsync(string data)
    {
        await using (var core = (await CoreServices.OpenAsync(data, TimeProvider.System)).Value!)
        {
            await Parallel.ForEachAsync(Enumerable.Range(0, AuditRows), new ParallelOptions { MaxDegreeOfParallelism = 256 }, async (row, _) =>
            {
                var number = Number(Ids.First() + (row % Accounts));
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
            ("@login", (Ids.Last() * 3) + 100), ("@files", Files), ("@accounts", Accounts), ("@first", Ids.First()));
        await transaction.CommitAsync();
    }

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
