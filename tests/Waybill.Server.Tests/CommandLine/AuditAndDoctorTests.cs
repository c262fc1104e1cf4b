using Waybill.Server.Tests.Support;
using Waybill.TestKit;

namespace Waybill.Server.Tests.CommandLine;

/// <summary>What the provider learns of a log that somebody touched, and of an installation that is not as it should be.</summary>
public sealed class AuditAndDoctorTests(Template template)
{
    [Theory]
    [InlineData("UPDATE audit SET detail = 'nothing' WHERE sequence = 2", "Row 2 was changed.")]
    [InlineData("DELETE FROM audit WHERE sequence = 2", "Row 2 is missing.")]
    [InlineData("DELETE FROM audit WHERE sequence = (SELECT max(sequence) FROM audit)", "are missing at the end: they were cut off, or an old database was put back")]
    [InlineData("UPDATE audit SET sequence = -sequence WHERE sequence IN (2, 3); UPDATE audit SET sequence = 5 + sequence WHERE sequence < 0", "is not the one that was recorded there")]
    public async Task An_edited_log_is_found_and_verify_exits_1(string sql, string expected)
    {
        using var data = await template.CopyAsync();
        Assert.Contains("rows, all whole and in order", await data.OutputAsync("audit", "verify"), StringComparison.Ordinal);
        data.Sql("DROP TRIGGER audit_is_append_only_update; DROP TRIGGER audit_is_append_only_delete; " + sql);
        var outcome = await data.RunAsync("audit", "verify");
        Assert.Contains(expected, outcome.Output, StringComparison.Ordinal);
        Assert.Contains("keep this database and its backups as evidence", Cli.Refused(1, ["audit", "verify"], outcome), StringComparison.Ordinal);
        Assert.Contains("FAILURE  audit:", (await data.RunAsync("doctor")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_old_copy_of_the_database_is_found_also_after_the_log_went_on()
    {
        using var data = await template.CopyAsync();
        await Tool.RequireAsync("cp", data.Combine("waybill.db"), data.Beside("old.db"));
        await data.SetUpAsync("login", "suspend", "10020");
        File.Delete(data.Combine("waybill.db-wal"));
        File.Delete(data.Combine("waybill.db-shm"));
        await Tool.RequireAsync("cp", data.Beside("old.db"), data.Combine("waybill.db"));
        Assert.Contains("missing at the end", (await data.RunAsync("audit", "verify")).Output, StringComparison.Ordinal);
        await data.SetUpAsync("login", "suspend", "10020");
        var outcome = await data.RunAsync("audit", "verify");
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("an old database was restored", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_export_has_every_row_in_its_order_and_no_formula()
    {
        using var data = await template.CopyAsync();
        data.Sql("""
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
            INSERT INTO audit SELECT i + 100, time, actor_kind, '=1+' || i, action, account, '@SUM(A1)', address, connection, outcome, detail, previous, hash
            FROM n, (SELECT * FROM audit WHERE sequence = 1)
            """);
        var lines = (await data.OutputAsync("audit", "export")).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.StartsWith("\"row\",\"time\"", lines[0], StringComparison.Ordinal);
        var numbers = lines[1..].Select(static line => long.Parse(line.Split(',')[0], System.Globalization.CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(numbers.Order(), numbers);
        Assert.Equal(2500, lines.Count(line => line.Contains("\"'=1+", StringComparison.Ordinal) && line.Contains("\"'@SUM(A1)\"", StringComparison.Ordinal)));
        Assert.Equal(2, (await data.OutputAsync("audit", "export", "--action", "key-added")).Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task Search_filters_by_each_option_and_pages_beyond_a_thousand()
    {
        using var data = await template.CopyAsync();
        Assert.Equal(["key-added"], await ActionsAsync(data, "--action", "key-added"));
        Assert.Equal(["key-added", "login-added", "account-added"], await ActionsAsync(data, "--account", "10020"));
        Assert.Empty(await ActionsAsync(data, "--actor", "nobody"));
        Assert.Empty(await ActionsAsync(data, "--from", "2999-01-01"));
        Assert.Empty(await ActionsAsync(data, "--until", "2020-01-01T12:00Z"));
        Assert.Equal(["account-added"], await ActionsAsync(data, "Test Telecom"));
        Assert.Equal(["key-added", "login-added"], await ActionsAsync(data, "--limit", "2"));
        data.Sql("""
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500)
            INSERT INTO audit SELECT i + 100, time, actor_kind, actor, action, account, subject, address, connection, outcome, detail, previous, hash
            FROM n, (SELECT * FROM audit WHERE sequence = 1)
            """);
        Assert.Equal(1200, (await ActionsAsync(data, "--limit", "1200")).Count);
    }

    [Fact]
    public async Task A_healthy_installation_has_no_failure_and_is_told_what_is_not_set()
    {
        using var data = await template.CopyAsync();
        var findings = (await data.JsonAsync("doctor")).EnumerateArray().ToList();
        Assert.DoesNotContain(findings, finding => finding.GetProperty("verdict").GetString() == "failure");
        Assert.Equal(
            ["kernel", "open files", "crypto", "libargon2", "Ssh:Public", "Provider", "portal", "certificate", "Ftp", "Ntsapi", "Smtp", "file modes", "room", "host keys", "database", "audit", "people", "quotas", "keys", "requests", "held files", "expectations", "expiring keys", "burnt keys", "retention", "schedule", "notifications", "web hooks", "backup", "server"],
            findings.Select(finding => finding.GetProperty("check").GetString()));
        await File.WriteAllTextAsync(data.Combine("waybill.json"),
            """{ "Provider": { "Name": "X", "SupportMail": "s@example.com" }, "Ssh": { "Public": [{ "Host": "sftp.example.com" }] } }""");
        var outcome = await data.OutputAsync("doctor");
        Assert.Contains("ok       Ssh:Public: sftp.example.com:22", outcome, StringComparison.Ordinal);
        Assert.DoesNotContain("Provider", outcome, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Passwords_that_can_be_read_on_the_way_to_NTSAPI_are_warned_of()
    {
        using var data = await template.CopyAsync();
        Assert.Contains("ok       Ntsapi: off (", await data.OutputAsync("doctor", "--set", "Ntsapi:ListenTls="), StringComparison.Ordinal);
        var found = await data.OutputAsync("doctor", "--set", "Ntsapi:Listen=127.0.0.2:7777", "--set", "Ntsapi:SessionsPerLogin=101", "--set", """Ntsapi:Public=[{"Host":"ntsapi.example.com"}]""");
        Assert.Contains("ok       Ntsapi: 127.0.0.2:7777 (plain), 127.0.0.1:7777 (TLS)", found, StringComparison.Ordinal);
        Assert.Contains("warning  Ntsapi:Listen: passwords can be read on the way to 127.0.0.2:7777; ", found, StringComparison.Ordinal);
        Assert.Contains("101 sessions are more than a login may have of all protocols together (Limits:PerLogin 100)", found, StringComparison.Ordinal);
        Assert.Matches("ntsapi\\.example\\.com.*Ntsapi:Public.*clients that check it refuse the server", found);
    }

    [Fact]
    public async Task What_waits_for_a_person_and_what_failed_is_named_with_its_remedy()
    {
        using var data = await template.CopyAsync();
        foreach (var (number, bytes) in ((string, int)[])[("10021", 85), ("10022", 99), ("10023", 50)])
        {
            await data.SetUpAsync("account", "add", number, "--name", "X");
            await data.SetUpAsync("quota", "set", "--account", number, "--bytes", "100");
            data.Sql($"""
                INSERT INTO file (account_id, path, size, arrived_at, protocol)
                SELECT id, '/cdr/a', {bytes}, 1700000000000, 'sftp' FROM account WHERE number = '{number}'
                """);
        }

        Directory.CreateDirectory(data.Beside("feed"));
        await File.WriteAllTextAsync(data.Beside("feed/june.csv"), "1", TestContext.Current.CancellationToken);
        await data.SetUpAsync("publish", data.Beside("feed/june.csv"), "--account", Template.User, "--feed", "cdr");
        await data.RunAsync("publish", data.Beside("feed/june.csv"), "--account", Template.User, "--feed", "cdr");
        data.Sql("""
            INSERT INTO retention_jump (id, off_by, noticed_at) VALUES (1, 7200000, 1700000000000);
            INSERT INTO schedule_state (job, due_at, began_at, ended_at, problem) VALUES ('retention-run', 1, 1700000000000, 1700000000000, 'the archive is not there');
            """);
        foreach (var kind in (string[])["mail", "hook"])
        {
            data.Sql($"""
                INSERT INTO delivery (kind, topic, target, message_id, subject, text, state, attempts, created_at, tried_since, due_at)
                VALUES ('{kind}', 'test', 'x', '{kind}', 's', 't', 'dead', 3, 1, 1, 1)
                """);
        }

        var outcome = await data.OutputAsync("doctor");
        Assert.Contains("warning  quotas: 1 are used to 95 % or more, 1 to 80 % or more (10022 99 %, 10021 85 %): uploads will be refused; see: ./waybill quota list", outcome, StringComparison.Ordinal);
        Assert.Matches("warning  held files: 1 published sets are held as duplicates, the oldest since .*release or discard: ./waybill held list", outcome);
        Assert.Matches("warning  retention: .*0.02:00:00 .*ahead while the server ran.*Nothing was removed.*--today", outcome);
        Assert.Matches("warning  schedule: retention-run failed .*: the archive is not there; it runs again", outcome);
        Assert.Matches("warning  notifications: 1 mails were given up after 72 hours .*mend the mail server or the address, then: ./waybill notification retry --all-dead", outcome);
        Assert.Matches("warning  web hooks: 1 calls of web hooks were given up .*mend the receiver", outcome);
        Assert.Matches("warning  Smtp: Smtp:Host is not set, so mails are written to .* and reach nobody; set it in waybill.json", outcome);

        data.Sql("DELETE FROM retention_jump; INSERT INTO retention_pass (kind, began_at, ended_at, refusal) VALUES ('plan', 1700000000000, 1700000000000, 'The archive is not there.')");
        Assert.Matches("warning  retention: the last plan, .*, was refused: The archive is not there. The next one tries again; see: ./waybill retention log", await data.OutputAsync("doctor"));
    }

    [Fact]
    public async Task Doctor_names_requests_that_wait_files_that_are_overdue_keys_that_expire_and_an_old_backup()
    {
        using var data = await template.CopyAsync();
        var outcome = await data.OutputAsync("doctor");
        foreach (var fine in (string[])["requests: none waits for a decision", "expectations: no file is overdue", "expiring keys: none expires within 7 days", "warning  backup: none was ever made by waybill"])
        {
            Assert.Contains(fine, outcome, StringComparison.Ordinal);
        }

        await data.OutputAsync("backup", data.Beside("now.tar"));
        Assert.Contains("ok       backup: the last one was made", await data.OutputAsync("doctor"), StringComparison.Ordinal);
        await data.SetUpAsync("request", "add", "--email", "a@example.com", "--name", "A B", "--company", "X", "--account", Template.User, "--key", await data.MakeKeyAsync("asked") + ".pub");
        await data.SetUpAsync("expectation", "set", "--account", Template.User, "--feed", "cdr", "--by", "06:00");
        data.Sql($"""
            INSERT INTO missed (expectation_id, due_at, late_until, state) SELECT id, 1700000000000, 1700000000000, 'open' FROM expectation;
            UPDATE login_key SET expires_at = {TimeProvider.System.GetUtcNow().AddDays(6).ToUnixTimeMilliseconds()};
            """);
        outcome = await data.OutputAsync("doctor");
        Assert.Matches("warning  requests: 1 request for access waits for a decision, since .*; see: ./waybill request list --state open", outcome);
        Assert.Contains("warning  expectations: 1 file that was due has not come", outcome, StringComparison.Ordinal);
        Assert.Contains("warning  expiring keys: 1 key expires within 7 days", outcome, StringComparison.Ordinal);

        // As a clock of eight days later would see it.
        data.Sql($"DROP TRIGGER audit_is_append_only_update; UPDATE audit SET time = time - {TimeSpan.FromDays(8).TotalMilliseconds} WHERE action = 'backup-made'");
        Assert.Contains("warning  backup: the last one was made", (await data.RunAsync("doctor")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_names_recalled_sets_that_nobody_has_looked_at_for_90_days()
    {
        using var data = await template.CopyAsync();
        Directory.CreateDirectory(data.Beside("feed"));
        await File.WriteAllTextAsync(data.Beside("feed/june.csv"), "1", TestContext.Current.CancellationToken);
        await data.SetUpAsync("publish", data.Beside("feed/june.csv"), "--account", Template.User, "--feed", "cdr");
        await data.SetUpAsync("recall", "--publication", "1", "--reason", "wrong month");
        Assert.Contains("held files: none waits", await data.OutputAsync("doctor"), StringComparison.Ordinal);
        data.Sql("UPDATE publication SET settled_at = settled_at - 91 * 86400000");
        Assert.Matches("warning  held files: 1 sets that were taken back lie hidden for more than 90 days.*./waybill held list --recalled", await data.OutputAsync("doctor"));
    }

    [Theory]
    [InlineData("Storage:Durability=Rename", "warning  Storage:Durability: Rename: what is acknowledged can be lost in a power cut")]
    [InlineData("Ssh:Policy=compat", "warning  Ssh policy: a listener has the compat policy")]
    [InlineData("Portal:PublicUrl=https://localhost:8443", "warning  portal: Portal:PublicUrl is https://localhost:8443, so links in mails lead customers nowhere")]
    [InlineData("Portal:PublicUrl=http://192.0.2.1", "warning  portal: Portal:PublicUrl is not https")]
    [InlineData("Portal:PublicUrl=https://192.0.2.1:8443", "warning  certificate: the certificate does not hold the name 192.0.2.1")]
    [InlineData("Portal:Listen=", "ok       portal: off")]
    [InlineData("Ssh:ListenCompat=127.0.0.1:2022", "warning  Ssh policy: a listener has the compat policy")]
    public async Task Settings_worth_a_second_thought_are_warned_of(string setting, string expected)
    {
        using var data = await template.CopyAsync();
        Assert.Contains(expected, await data.OutputAsync("doctor", "--set", setting), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_failure_is_named_and_hides_no_other_check()
    {
        using var data = await template.CopyAsync();
        File.SetUnixFileMode(data.Combine("tls", "root.key"), UnixFileMode.UserRead | UnixFileMode.OtherRead);
        await File.WriteAllTextAsync(data.Combine("waybill.json"), "{ broken");
        await File.WriteAllTextAsync(data.Combine("hostkeys", "ssh_host_rsa_key"), "no key");
        Directory.Delete(data.Combine("audit"), recursive: true);
        var outcome = await data.RunAsync("doctor");
        Assert.Contains("4 of the checks above failed", Cli.Refused(1, ["doctor"], outcome), StringComparison.Ordinal);
        Assert.Contains("FAILURE  configuration: ", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("not valid JSON at line 1", outcome.Output, StringComparison.Ordinal);
        Assert.Matches("FAILURE  file modes: others can read or write .*root.key; run: chmod 600", outcome.Output);
        Assert.Matches("FAILURE  host keys: the host key .*ssh_host_rsa_key cannot be used", outcome.Output);
        Assert.Matches("FAILURE  database: .*audit.key", outcome.Output);
        Assert.Contains("ok       kernel", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_database_a_missing_host_key_and_a_short_RSA_key_are_found()
    {
        using var data = await template.CopyAsync();
        await data.SetUpAsync("hostkey", "import", await data.MakeKeyAsync("old", "-t", "rsa", "-b", "2048"));
        Assert.Contains("warning  host keys: the RSA host key has 2048 bits", await data.OutputAsync("doctor"), StringComparison.Ordinal);
        Directory.Delete(data.Combine("hostkeys"), recursive: true);
        Assert.Contains("FAILURE  host keys: there is no host key in", (await data.RunAsync("doctor")).Output, StringComparison.Ordinal);
        await File.WriteAllBytesAsync(data.Combine("waybill.db"), new byte[8192]);
        Assert.Contains("FAILURE  database: The database file is damaged", (await data.RunAsync("doctor")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_few_open_files_and_little_room_are_warned_of()
    {
        using var data = await template.CopyAsync();
        var outcome = await ExternalProcess.RunAsync("sh", ["-c", $"ulimit -n 1000; exec dotnet {Cli.Path} doctor --data {data.Root}"]);
        Assert.Contains("warning  open files: the limit is 1000; 20000 serve 10,000 connections", outcome.Output, StringComparison.Ordinal);
        var small = data.Beside("small");
        Directory.CreateDirectory(small);
        await Tool.RequireAsync("mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", small);
        try
        {
            await Tool.RequireAsync("cp", "-a", data.Root, small);
            Assert.Matches(@"warning  room: 1\d MiB are free; uploads will fail soon", await Cli.OutputAsync("doctor", "--data", Path.Combine(small, "data")));
            await ExternalProcess.RunAsync("dd", ["if=/dev/zero", $"of={small}/full", "bs=1M"]);
            Assert.Matches(
                @"FAILURE  room: 0 MiB are free, and 0 MiB of them are kept .*uploads are refused; free some room", (await Cli.RunAsync("doctor", "--data", Path.Combine(small, "data"))).Output);
            var line = await Cli.RefusedAsync(1, "account", "add", "10021", "--name", "X", "--data", Path.Combine(small, "data"));
            Assert.Contains("The disk under the database", line, StringComparison.Ordinal);
        }
        finally
        {
            await Tool.RequireAsync("umount", small);
        }
    }

    private static async Task<List<string?>> ActionsAsync(Data data, params string[] words) =>
        [.. (await data.JsonAsync(["audit", "search", .. words])).EnumerateArray().Select(row => row.GetProperty("action").GetString())];
}
