using System.Globalization;
using Waybill.Server.Tests.Support;
using Waybill.TestKit;

namespace Waybill.Server.Tests.CommandLine;

/// <summary>Retention from the command line, and with a real program under a clock that is wrong.</summary>
public sealed class RetentionTests(Template template)
{
    [Fact]
    public async Task What_is_marked_for_a_run_goes_and_what_is_held_stays()
    {
        using var data = await template.CopyAsync();
        Add(data, "/cdr/a.csv");
        Add(data, "/cdr/held.csv");
        Assert.Contains("cdr/held.csv of account 10020 is held", await data.OutputAsync("hold", "set", "--account", "10020", "--path", "/cdr/held.csv", "--reason", "case 1"), StringComparison.Ordinal);
        var plan = (await data.JsonAsync("retention", "plan", "--mark")).GetProperty("total");
        Assert.Equal((1, 7, 1, 1), (plan.GetProperty("files").GetInt32(), plan.GetProperty("bytes").GetInt32(), plan.GetProperty("held").GetInt32(), plan.GetProperty("marked").GetInt32()));
        Assert.Contains("/cdr/a.csv", await data.OutputAsync("retention", "plan", "--files"), StringComparison.Ordinal);
        Assert.DoesNotContain("held.csv", await data.OutputAsync("retention", "plan", "--files"), StringComparison.Ordinal);

        Assert.Contains("--yes", await data.RefusedAsync(2, "retention", "run"), StringComparison.Ordinal);
        Assert.Equal(0, (await data.JsonAsync("retention", "run", "--yes")).GetProperty("files").GetInt32());
        data.Sql("UPDATE retention_mark SET marked_at = marked_at - 8 * 86400000, due_at = marked_at - 1");
        Assert.Equal(1, (await data.JsonAsync("retention", "run", "--yes")).GetProperty("files").GetInt32());

        Assert.False(File.Exists(data.Combine("vaults", "10020", "cdr", "a.csv")));
        Assert.True(File.Exists(data.Combine("vaults", "10020", "cdr", "held.csv")));
        Assert.Equal("/cdr/a.csv", (await data.AuditAsync("retention-removed")).GetProperty("subject").GetString());
        var log = await data.JsonAsync("retention", "log");
        Assert.Equal(["run", "run", "plan"], log.EnumerateArray().Select(pass => pass.GetProperty("kind").GetString()));
        await data.SetUpAsync("hold", "remove", "--account", "10020", "--path", "/cdr/held.csv", "--reason", "over");
        Assert.Equal("[]", (await data.OutputAsync("hold", "list", "--json")).Trim());
    }

    [Fact]
    public async Task A_run_that_goes_past_a_file_exits_with_1_and_names_it()
    {
        using var data = await template.CopyAsync();
        Add(data, "/cdr/a.csv");
        File.Delete(data.Combine("vaults", "10020", "cdr", "a.csv"));
        await data.SetUpAsync("retention", "plan", "--mark");
        data.Sql("UPDATE retention_mark SET marked_at = marked_at - 8 * 86400000, due_at = marked_at - 1");
        var outcome = await data.RunAsync("retention", "run", "--yes");
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("not removed: account 10020 /cdr/a.csv: the catalogue knows it and the disk does not", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("audit search --action retention-removed", outcome.ErrorOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Policies_are_set_listed_and_taken_away()
    {
        using var data = await template.CopyAsync();
        await data.SetUpAsync("retention", "set", "--account", "10020", "--folder", "/cdr", "--months", "24");
        await data.SetUpAsync("retention", "set", "--folder", "/invoices", "--months", "84");
        var policies = await data.JsonAsync("retention", "policies");
        Assert.Equal([(null, "/invoices", 84), ("10020", "/cdr", 24)], policies.EnumerateArray().Select(policy =>
            (policy.GetProperty("account").GetString(), policy.GetProperty("folder").GetString()!, policy.GetProperty("months").GetInt32())));
        await data.SetUpAsync("retention", "remove", "--folder", "/invoices");
        Assert.Equal(1, (await data.JsonAsync("retention", "policies")).GetArrayLength());
        Assert.Contains("no such policy", await data.RefusedAsync(1, "retention", "remove", "--folder", "/invoices"), StringComparison.Ordinal);
        Assert.Contains("1 to 1200", await data.RefusedAsync(2, "retention", "set", "--folder", "/cdr", "--months", "0"), StringComparison.Ordinal);
        await data.RefusedAsync(2, "retention", "set", "--folder", "/cdr");
        await data.RefusedAsync(2, "retention", "plan", "--today", "2026-01-01");
        await data.RefusedAsync(2, "retention", "plan", "--mark", "--today", "01/02/2026");
    }

    [Theory]
    [InlineData("Retention:RunDay=29")]
    [InlineData("Retention:Months=0")]
    [InlineData("Retention:PlanAt=2am")]
    [InlineData("Retention:NoticeDays=29")]
    [InlineData("Retention:Archive=/srv/archive")]
    [InlineData("Storage:Archive=archive")]
    public async Task A_setting_that_cannot_work_is_refused(string setting)
    {
        using var data = await template.CopyAsync();
        Assert.Contains(setting.Split('=')[0], await data.RefusedAsync(1, "schedule", "list", "--set", setting), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_schedule_shows_the_jobs_of_the_server_and_an_archive_in_the_vaults_is_refused()
    {
        using var data = await template.CopyAsync();
        Assert.Contains("lies in the vaults", await data.RefusedAsync(1, "retention", "plan", "--set", "Storage:Archive=" + data.Combine("vaults", "archive")), StringComparison.Ordinal);
        await using (await RunningServer.StartAsync(data))
        {
            var before = TimeProvider.System.GetUtcNow();
            var jobs = await data.JsonAsync("schedule", "list");
            Assert.Equal(
                ["retention-plan", "retention-run", "retention-settle", "catalogue-scan", "notification-purge", "request-purge", "key-reminders", "handover-purge", "certificate", "numbers", "porting-letters", "balances", "porting-overdue"],
                jobs.EnumerateArray().Select(job => job.GetProperty("job").GetString()));
            Assert.All(jobs.EnumerateArray(), job => Assert.True(job.GetProperty("next").GetDateTimeOffset() > before));
        }
    }

    [Fact]
    public async Task A_server_that_was_down_plans_at_its_start()
    {
        using var data = await template.CopyAsync();
        await using (await RunningServer.StartAsync(data))
        {
        }

        data.Sql("UPDATE schedule_state SET due_at = due_at - 2 * 86400000");
        await using (await RunningServer.StartAsync(data))
        {
            var waited = System.Diagnostics.Stopwatch.StartNew();
            while ((await data.LookAsync("retention", "log")).GetArrayLength() == 0)
            {
                Assert.True(waited.Elapsed < TimeSpan.FromSeconds(60), "no plan at the start");
            }
        }
    }

    /// <summary>The whole year with the real program: offsets of the clock only, since a speed factor breaks .NET.</summary>
    [Fact]
    public async Task A_year_passes_under_faketime()
    {
        using var data = await template.CopyAsync();
        await using (var server = await RunningServer.StartAsync(data))
        {
            using var key = data.LoadKey();
            await using var client = await server.LogInAsync(key);
            await using var sftp = await RunningServer.OpenSftpAsync(client);
            await sftp.PutAsync("/upload/a.csv", "content"u8.ToArray());
        }

        var file = data.Combine("vaults", "10020", "upload", "a.csv");
        File.SetLastWriteTimeUtc(file, new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        await data.SetUpAsync("retention", "plan", "--mark");
        Assert.True(File.Exists(file));

        // A year later out of nothing: doubted, until a person says which day it is.
        Assert.Contains("jumped", (await LaterAsync(data, 340, 1, "retention", "plan", "--mark")).ErrorOutput, StringComparison.Ordinal);
        Assert.Contains("jumped", (await LaterAsync(data, 340, 1, "retention", "run", "--yes")).ErrorOutput, StringComparison.Ordinal);
        await VouchAsync(data, 340);
        await LaterAsync(data, 340, 0, "retention", "run", "--yes");
        Assert.True(File.Exists(file));

        // Marked a day after it is a year old, if not before, for the first of a month at least a week later: whatever day it is today, that has come.
        await VouchAsync(data, 366);
        await VouchAsync(data, 406);
        await LaterAsync(data, 406, 0, "retention", "run", "--yes");
        Assert.False(File.Exists(file));
        Assert.Equal("/upload/a.csv", (await data.AuditAsync("retention-removed")).GetProperty("subject").GetString());
        Assert.Contains("went back", await data.RefusedAsync(1, "retention", "plan", "--mark"), StringComparison.Ordinal);
    }

    private static Task<ProcessOutcome> VouchAsync(Data data, int days)
    {
        var noon = Noon(days);
        return AtAsync(noon, data, 0, "retention", "plan", "--mark", "--today", noon.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
    }

    private static Task<ProcessOutcome> LaterAsync(Data data, int days, int exitCode, params string[] words) => AtAsync(Noon(days), data, exitCode, words);

    /// <summary>Far from midnight: the day that is vouched for is still the same when the command looks.</summary>
    private static DateTimeOffset Noon(int days) => new(TimeProvider.System.GetUtcNow().Date.AddDays(days).AddHours(12), TimeSpan.Zero);

    private static async Task<ProcessOutcome> AtAsync(DateTimeOffset time, Data data, int exitCode, params string[] words)
    {
        var ahead = (long)(time - TimeProvider.System.GetUtcNow()).TotalSeconds;
        var outcome = await ExternalProcess.RunAsync(
            "faketime", ["-f", $"+{ahead}", "dotnet", Cli.Path, .. words, "--data", data.Root, "--set", "Retention:NoticeDays=0"], null, TimeSpan.FromSeconds(60));
        Assert.True(outcome.ExitCode == exitCode, outcome.ToString());
        return outcome;
    }

    /// <summary>A file of 13 months ago.</summary>
    private static void Add(Data data, string path)
    {
        var file = data.Combine("vaults", "10020") + path;
        File.WriteAllText(file, "content");
        var arrived = TimeProvider.System.GetUtcNow().AddMonths(-13).ToUnixTimeMilliseconds();
        data.Sql($"INSERT INTO file (account_id, path, size, arrived_at, login, protocol) SELECT id, '{path}', 7, {arrived}, '10020', 'sftp' FROM account WHERE number = '10020'");
    }
}
