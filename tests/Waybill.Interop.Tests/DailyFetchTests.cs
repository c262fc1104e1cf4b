using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Waybill.Core.Feeds;
using Waybill.TestKit;

namespace Waybill.Interop.Tests;

/// <summary>The daily call detail records, as a provider publishes them and a customer's cron fetches them with the pack's script and the command of its guide.</summary>
public sealed partial class DailyFetchTests : IAsyncLifetime
{
    private const string Alias = "waybill-" + WaybillServer.User;
    private const int Days = 3;

    /// <summary>Enough that a file does not fit into the buffers between server and client.</summary>
    private const int Rows = 300_000;

    /// <summary>Nothing is published on it; cron asks all the same.</summary>
    private const int Sunday = 2;

    /// <summary>So long before the job is due cron is started: it looks at its table at the next full minute.</summary>
    private static readonly TimeSpan Before = TimeSpan.FromSeconds(8);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    /// <summary>The same throughout, also across midnight.</summary>
    private readonly DateTime _today = TimeProvider.System.GetUtcNow().Date;

    private readonly WaybillServer _server = new();
    private FakeClock _clock = null!;

    private string Home => _server.Directory.Combine("home");

    private string Pack => Path.Combine(Home, Alias);

    private string Fetched => Path.Combine(Pack, "in");

    public async ValueTask InitializeAsync()
    {
        _clock = new FakeClock(_server.Directory);
        _server.Launcher = _clock.Launcher;
        await _server.InitializeAsync();
        _server.CommandLauncher = _clock.Launcher;
        Directory.CreateDirectory(Pack);
        await _server.CommandAsync(
            "pack", WaybillServer.User, "--out", Pack, "--set", """Ssh:Public=[{"Host":"localhost","Port":22}]""",
            "--set", string.Create(CultureInfo.InvariantCulture, $$"""Ftp:Public=[{"Host":"localhost","Port":{{_server.FtpPort}}}]"""));
        Write(Path.Combine(Home, ".netrc"), $"machine localhost login {WaybillServer.User} password {_server.Password}\n");
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Cron_and_lftp_fetch_each_days_file_exactly_once()
    {
        Dictionary<string, byte[]> published = [];
        var guide = WebUtility.HtmlDecode(await File.ReadAllTextAsync(Path.Combine(Pack, Alias + "-guide.html"), TestContext.Current.CancellationToken));
        var line = Assert.Single(CronLine().Matches(guide)).Value;
        for (var day = 1; day <= Days; day++)
        {
            _clock.Set(At(day) - Before - TimeProvider.System.GetUtcNow());
            if (day != Sunday)
            {
                var archive = await ArchiveAsync(DateOnly.FromDateTime(At(day).UtcDateTime));
                published.Add(Path.GetFileName(archive), await File.ReadAllBytesAsync(archive, TestContext.Current.CancellationToken));
                await _server.CommandAsync("publish", archive, "--account", WaybillServer.User, "--feed", "cdr");
            }

            if (day == 1)
            {
                await KillInTheMiddleAsync(line);
            }

            await RunCronAsync(line, day);

            // A download's row is written a tenth of a second later, and the clock goes on now.
            while ((await WholeDownloadsAsync()).Count < published.Count)
            {
                await Task.Delay(100, TestContext.Current.CancellationToken);
            }

            Assert.Equal(published.Keys.Order(), Directory.EnumerateFiles(Fetched).Select(Path.GetFileName).Order());
        }

        Assert.All(published, file => Assert.Equal(file.Value, File.ReadAllBytes(Path.Combine(Fetched, file.Key))));
        var downloads = await WholeDownloadsAsync();
        Assert.Equal(published.Keys.Select(static name => "/cdr/" + name).Order(), downloads.Select(static row => row.GetProperty("subject").GetString()).Order());
        var dates = downloads.Select(static row => row.GetProperty("time").GetDateTimeOffset().Date).Order();
        Assert.Equal(Enumerable.Range(1, Days).Where(day => day != Sunday).Select(day => At(day).Date), dates);
    }

    /// <summary>The job as it is, but slow, and killed while a file is on its way: what is left of it is not taken for the file.</summary>
    private async Task KillInTheMiddleAsync(string line)
    {
        var command = line["5 6 * * * ".Length..].Replace("lftp -c \"", "lftp -c \"set net:limit-rate 100000; ", StringComparison.Ordinal);
        await using var job = ExternalProcess.Start("sh", ["-c", command], Home, new Dictionary<string, string?> { ["HOME"] = Home });
        using var patience = new CancellationTokenSource(Patience);
        while (!Directory.Exists(Fetched) || !new DirectoryInfo(Fetched).EnumerateFiles().Any(static file => file.Length > 0))
        {
            Assert.False(job.HasExited, job.ErrorOutput);
            await Task.Delay(100, patience.Token);
        }

        job.Kill();
        await job.WaitForExitAsync(Patience);
        Assert.DoesNotContain(Directory.EnumerateFiles(Fetched), static file => Path.GetFileName(file).StartsWith("cdr-", StringComparison.Ordinal));
    }

    private async Task<List<JsonElement>> WholeDownloadsAsync()
    {
        var audit = JsonDocument.Parse((await _server.CommandAsync("audit", "search", "--action", "download", "--limit", "100", "--json")).Output);
        return [.. audit.RootElement.EnumerateArray().Where(IsWhole)];
    }

    private static bool IsWhole(JsonElement row)
    {
        var detail = JsonDocument.Parse(row.GetProperty("detail").GetString()!).RootElement;
        return detail.GetProperty("bytes").GetInt64() == detail.GetProperty("size").GetInt64();
    }

    /// <summary>The next days, at the guide's five past six.</summary>
    private DateTimeOffset At(int day) => new DateTimeOffset(_today.AddDays(day), TimeSpan.Zero) + new TimeSpan(6, 5, 0);

    /// <summary>A ZIP that holds the CSV of the day.</summary>
    private async Task<string> ArchiveAsync(DateOnly day)
    {
        var path = _server.Directory.Combine(string.Create(CultureInfo.InvariantCulture, $"cdr-{day:yyyy-MM-dd}.zip"));
        await using var archive = await ZipFile.OpenAsync(path, ZipArchiveMode.Create, TestContext.Current.CancellationToken);
        await using var csv = await archive.CreateEntry(string.Create(CultureInfo.InvariantCulture, $"cdr-{day:yyyy-MM-dd}.csv")).OpenAsync(TestContext.Current.CancellationToken);
        new UkStandardCdr((ulong)day.DayNumber, WaybillServer.User, day).Write(csv, Rows);
        return path;
    }

    /// <summary>Runs Debian's cron with a table and a process list of its own, until the job of the day has run.</summary>
    private async Task RunCronAsync(string line, int day)
    {
        var (table, ended) = (_server.Directory.Combine("crontab"), Path.Combine(Home, $"ended-{day}"));
        Write(table, $"HOME={Home}\nMAILTO=\"\"\n{line}; echo $? > {ended}\n");
        string[] namespaces = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-euc"];
        var script = $"""
            mount -t tmpfs tmpfs /run; mount -t tmpfs tmpfs /etc/cron.d; mount --bind /dev/null /etc/crontab
            mount -t tmpfs tmpfs /var/spool/cron; mkdir -m 700 /var/spool/cron/crontabs; install -m 600 {table} /var/spool/cron/crontabs/root
            exec {string.Join(' ', _clock.Launcher)} TZ=UTC cron -f
            """;
        _clock.Set(At(day) - Before - TimeProvider.System.GetUtcNow());
        await using var cron = ExternalProcess.Start(namespaces[0], [.. namespaces[1..], script]);
        using var patience = new CancellationTokenSource(Patience);
        while (!File.Exists(ended) || (await File.ReadAllTextAsync(ended, patience.Token)).Length == 0)
        {
            Assert.False(cron.HasExited, cron.ErrorOutput);
            await Task.Delay(100, patience.Token);
        }

        cron.Kill();
        await cron.WaitForExitAsync(Patience);
        Assert.Equal("0\n", await File.ReadAllTextAsync(ended, patience.Token));
    }

    [GeneratedRegex("^5 6 .*$", RegexOptions.Multiline)]
    private static partial Regex CronLine();

    private static void Write(string path, string text)
    {
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}
