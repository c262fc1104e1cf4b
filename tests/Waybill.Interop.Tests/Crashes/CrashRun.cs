using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using Waybill.SshKeys.Keys;
using Waybill.TestKit;
using Waybill.TestKit.Sftp;
using Waybill.TestKit.Ssh;

namespace Waybill.Interop.Tests.Crashes;

/// <summary>Uploads, a crash, a check: the same for every way of crashing and every server.</summary>
internal static class CrashRun
{
    private const int Clients = 8;
    private const int InFlightAtCrash = 4;
    private static readonly TimeSpan RecentAcknowledgement = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan MomentTime = TimeSpan.FromSeconds(60);

    /// <summary>How often to crash: in CI the given times, in a soak run as often as that says.</summary>
    public static int Times(string setting, int inCi) => int.TryParse(Environment.GetEnvironmentVariable(setting), out var times) ? times : inCi;

    /// <summary>Lets clients upload, crashes the server in the middle of it and checks, again and again.</summary>
    /// <returns>Every violation; with <paramref name="stopAtFirst"/> those of the first crash that has any.</returns>
    public static async Task<IReadOnlyList<string>> RunAsync(ICrashingServer server, int crashes, string folder, SshPrivateKey key, UploadLog log, bool stopAtFirst)
    {
        var random = SeededRandom.FromEnvironment();
        var clients = new UploadingClients(Clients, WaybillServer.User, key, folder, log);
        var violations = new List<string>();
        for (var crash = 1; crash <= crashes && (violations.Count == 0 || !stopAtFirst); crash++)
        {
            var start = Stopwatch.GetTimestamp();
            await server.StartAsync();
            var ready = Stopwatch.GetElapsedTime(start);
            var uploads = clients.RunAsync(server.Port, random.NextUInt64());
            await Task.Delay(random.Next(200, 1_500));
            await WaitForMomentAsync(log);
            var (inFlight, since, acknowledged) = (log.InFlight, log.SinceAcknowledgement, log.Acknowledged);
            await server.CrashAsync();
            await uploads;
            var cut = log.Crash();
            var found = log.Check(name => HashOf(Path.Combine(server.Folder, name)), VisibleNames(server.Folder));
            violations.AddRange(found);
            Console.WriteLine($"{server.CrashName} {crash}: ready after {ready.TotalSeconds:0.0} s, {inFlight} uploads in flight, {acknowledged} acknowledged in all, the last {since.TotalMilliseconds:0} ms before; {Leftovers(server.Folder)} temporaries left; {cut} overwrites cut off; {found.Count} violations");
        }

        Console.WriteLine($"{log.CutOverwrites} overwrites of acknowledged files were cut off in all");
        Console.WriteLine(random);
        return violations;
    }

    private static async Task WaitForMomentAsync(UploadLog log)
    {
        var start = Stopwatch.GetTimestamp();
        while (log.InFlight < InFlightAtCrash || log.SinceAcknowledgement > RecentAcknowledgement)
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < MomentTime, $"no moment with {InFlightAtCrash} uploads in flight and a fresh acknowledgement came");
            await Task.Delay(1);
        }
    }

    public static async Task<IReadOnlyList<string>> ListAsync(CrashingWaybill server)
    {
        await using var ssh = await RawSshClient.ConnectAsync(server.Port);
        await ssh.LogInAsync(WaybillServer.User, server.Key);
        await using var sftp = new RawSftpClient((await ssh.OpenSubsystemAsync("sftp")).AsStream());
        await sftp.InitializeAsync();
        return [.. (await sftp.ListAsync("/upload")).Select(entry => entry.Text).Where(name => name is not ("." or ".."))];
    }

    /// <summary>Acknowledged uploads of which the audit log has no row with that name and size, each counted as often as it was acknowledged.</summary>
    public static async Task<IReadOnlyList<string>> WithoutRowAsync(WaybillServer program, IReadOnlyList<(string Name, long Size)> acknowledged)
    {
        const int Limit = 1000;
        var missing = new List<string>();
        var count = 0;
        foreach (var uploads in acknowledged.GroupBy(upload => upload.Name))
        {
            var found = await program.CommandAsync("audit", "search", "/upload/" + uploads.Key, "--action", "upload", "--limit", $"{Limit}", "--json");
            using var rows = JsonDocument.Parse(found.Output);
            Assert.True(rows.RootElement.GetArrayLength() < Limit, "more rows than one search shows");
            count += rows.RootElement.GetArrayLength();
            var recorded = rows.RootElement.EnumerateArray().Where(row => row.GetProperty("outcome").GetString() == "done").Select(SizeOf).CountBy(size => size).ToDictionary();
            missing.AddRange(uploads.CountBy(upload => upload.Size)
                .Where(size => size.Value > recorded.GetValueOrDefault(size.Key))
                .Select(size => $"{uploads.Key} of {size.Key} bytes: {size.Value} acknowledged, {recorded.GetValueOrDefault(size.Key)} rows"));
        }

        Console.WriteLine($"{acknowledged.Count} uploads were acknowledged, the audit log has {count} rows of uploads; {missing.Count} acknowledged ones have none");
        return missing;
    }

    private static long SizeOf(JsonElement row)
    {
        using var detail = JsonDocument.Parse(row.GetProperty("detail").GetString()!);
        return detail.RootElement.GetProperty("size").GetInt64();
    }

    /// <summary>
    /// The login sees what is published, and its own cut-off uploads of new names besides; those nobody else sees (PartialTests, ResumeTests).
    /// </summary>
    public static async Task CheckListingAsync(CrashingWaybill server)
    {
        var names = await ListAsync(server);
        var visible = VisibleNames(server.Folder).ToList();
        Assert.Empty(visible.Except(names));
        Assert.All(names.Except(visible), name => Assert.NotEmpty(Directory.EnumerateFiles(server.Folder, ".waybill-*-" + name)));
    }

    public static int Leftovers(string folder) => Directory.EnumerateFiles(folder, ".waybill-*").Count();

    // The store's own temporaries are hidden from every client; the last assertion of the test sees that a restart removes them.
    public static IEnumerable<string> VisibleNames(string folder) =>
        Directory.EnumerateFiles(folder).Select(path => Path.GetFileName(path)!).Where(name => !name.StartsWith(".waybill-", StringComparison.Ordinal));

    private static string? HashOf(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        using var file = File.OpenRead(path);
        return Convert.ToHexString(SHA256.HashData(file));
    }
}
