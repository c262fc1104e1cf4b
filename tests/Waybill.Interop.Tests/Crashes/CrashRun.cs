using System.Diagnostics;
using System.Security.Cryptography;
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

    /// <summary>After each so many crashes the server may bring catalogue and disk together, and must have.</summary>
    private const int SettledEvery = 10;

    private static readonly TimeSpan RecentAcknowledgement = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan MomentTime = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan SettleTime = TimeSpan.FromSeconds(60);

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
            var found = Check(server, folder, log);
            log.Leftovers = Leftovers(server.Folder);
            if (crash % SettledEvery == 0 && server.Database is not null)
            {
                await server.StartAsync();
                found = [.. found, .. await SettleAsync(server, folder, log)];
                await server.CrashAsync();
            }

            violations.AddRange(found);
            Console.WriteLine($"{server.CrashName} {crash}: ready after {ready.TotalSeconds:0.0} s, {inFlight} uploads in flight, {acknowledged} acknowledged in all, the last {since.TotalMilliseconds:0} ms before; {log.Leftovers} temporaries left; {cut} overwrites cut off; {found.Count} violations");
        }

        Console.WriteLine($"{log.CutOverwrites} overwrites of acknowledged files were cut off in all");
        Console.WriteLine(random);
        return violations;
    }

    /// <summary>
    /// The end of a run, with the server up: the scan has made the catalogue agree with the disk, every hash is right, the audit log's chain holds and it has a row
    /// of each acknowledged upload.
    /// </summary>
    public static async Task CheckRecordsAsync(CrashingWaybill server, UploadLog log)
    {
        const string Folder = "/upload";
        Assert.Empty(await SettleAsync(server, Folder, log));
        await server.Program.CommandAsync("files", "hash");
        var state = DatabaseState.OfRunning(server.Database);
        Assert.Empty(DatabaseCheck.AfterScan(log, state, Folder, Hashes(server.Folder), hashed: true));
        Assert.Empty(DatabaseCheck.AfterCrash(log, state, Folder, Hashes(server.Folder)));
        await server.Program.CommandAsync("audit", "verify");
        Console.WriteLine($"{log.Acknowledged} uploads were acknowledged, the audit log has {state.Uploads.Count} rows of uploads, the catalogue {state.Files.Count} files, {state.Files.Count(row => row.Found)} of them by the scan");
    }

    /// <summary>What is violated right after a crash, before anybody repairs anything.</summary>
    private static IReadOnlyList<string> Check(ICrashingServer server, string folder, UploadLog log)
    {
        var hashes = Hashes(server.Folder);
        var found = log.Check(hashes);
        return server.Database is { } database ? [.. found, .. DatabaseCheck.AfterCrash(log, DatabaseState.OfCrashed(database), folder, hashes)] : found;
    }

    /// <summary>Waits until the scan of the start has made the catalogue agree with the disk; returns what it has not.</summary>
    private static async Task<IReadOnlyList<string>> SettleAsync(ICrashingServer server, string folder, UploadLog log)
    {
        var start = Stopwatch.GetTimestamp();
        while (true)
        {
            var found = DatabaseCheck.AfterScan(log, DatabaseState.OfRunning(server.Database!), folder, Hashes(server.Folder), hashed: false);
            if (found.Count == 0 || Stopwatch.GetElapsedTime(start) > SettleTime)
            {
                return found;
            }

            await Task.Delay(100);
        }
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

    /// <summary>The temporaries of uploads that a crash cut off. A restart removes those of overwrites, and makes those of new names partials that it keeps.</summary>
    public static int Leftovers(string folder) =>
        Directory.EnumerateFiles(folder, ".waybill-*").Count(path => !Path.GetFileName(path).StartsWith(".waybill-p-", StringComparison.Ordinal));

    // The store's own temporaries are hidden from every client; the last assertion of the test sees that a restart removes them.
    public static IEnumerable<string> VisibleNames(string folder) =>
        Directory.EnumerateFiles(folder).Select(path => Path.GetFileName(path)!).Where(name => !name.StartsWith(".waybill-", StringComparison.Ordinal));

    private static Dictionary<string, string> Hashes(string folder) => VisibleNames(folder).ToDictionary(name => name, name => HashOf(Path.Combine(folder, name)));

    private static string HashOf(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexString(SHA256.HashData(file));
    }
}
