using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Waybill.SshKeys.Keys;
using Waybill.TestKit;
using Waybill.TestKit.Sftp;
using Waybill.TestKit.Ssh;

namespace Waybill.Interop.Tests;

/// <summary>Uploads that end at the same time share one commit of the database, and so one forced write of its log; each is in the audit log all the same.</summary>
public sealed partial class GroupCommitTests : IAsyncLifetime
{
    private const int Clients = 64;
    private const int FilesEach = 20;
    private const int Size = 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // A server of its own: nobody else's rows are counted.
    private readonly WaybillServer _server = new() { Settings = ["Limits:PerLogin=100", "Limits:PerSource=200"] };

    public ValueTask InitializeAsync() => _server.InitializeAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Sixty_four_clients_that_upload_at_once_need_fewer_commits_and_syncs_than_uploads()
    {
        // One client waits for each of its uploads: nothing can be shared, and the counter shows it.
        await using (var alone = await ConnectAsync(1))
        {
            Assert.Equal(FilesEach, (await UploadAsync(alone, "alone")).Commits);
        }

        const int Uploads = Clients * FilesEach;
        await using var clients = await ConnectAsync(Clients);
        var (commits, seconds) = await UploadAsync(clients, "together");
        Assert.True(commits <= Uploads / 3, $"{commits} commits for {Uploads} uploads: too few were committed together");

        // Counted by the kernel's calls too, which slows each of them down and so makes the groups larger.
        var log = _server.Directory.Combine("syncs.log");
        await using var strace = ExternalProcess.Start("strace", ["-f", "-y", "-qq", "-o", log, "-e", "trace=fsync,fdatasync,syncfs", "-p", $"{_server.ProcessId}"]);
        await DurabilityOrderTests.WaitUntilTracedAsync(_server.ProcessId);
        var traced = await UploadAsync(clients, "traced");
        await strace.SignalAsync("INT");
        await strace.WaitForExitAsync(Patience);
        var calls = (await File.ReadAllLinesAsync(log)).Where(line => Sync().IsMatch(line)).ToList();
        var logSyncs = calls.Count(line => line.Contains(".db-wal>", StringComparison.Ordinal));
        var database = calls.Count(line => line.Contains(".db>", StringComparison.Ordinal));
        var files = calls.Count(line => line.Contains("/.waybill-", StringComparison.Ordinal));
        var folders = calls.Count(line => line.Contains("/upload>", StringComparison.Ordinal));

        Assert.True(files >= Uploads, $"{files} files were synced of {Uploads}: it was not counted what was to be counted");
        Assert.True(logSyncs >= traced.Commits, $"{logSyncs} syncs of the database's log for {traced.Commits} commits");
        Assert.True(logSyncs < Uploads, $"{logSyncs} syncs of the database's log for {Uploads} uploads: none was shared");
        Console.WriteLine($"group commit: {Clients} clients, {Uploads} uploads of {Size} bytes in {seconds:0.0} s, {commits} commits: {(double)Uploads / commits:0.0} uploads for each commit");
        Console.WriteLine(
            $"group commit, traced: {Uploads} uploads, {traced.Commits} commits, {calls.Count} syncs: {files} of files, {folders} of the directory, {logSyncs} of the database's log, {database} of the database; "
            + $"{(double)traced.Commits / logSyncs:0.00} commits and {(double)Uploads / logSyncs:0.0} uploads for each sync of the log");
    }

    private async Task<Sessions> ConnectAsync(int clients)
    {
        using var key = PrivateKeyFile.Read(await File.ReadAllBytesAsync(_server.Key)).Key!;
        var sessions = new Sessions();
        for (var client = 0; client < clients; client++)
        {
            var ssh = await RawSshClient.ConnectAsync(_server.Port);
            await ssh.LogInAsync(WaybillServer.User, key);
            var sftp = new RawSftpClient((await ssh.OpenSubsystemAsync("sftp")).AsStream()) { Timeout = Patience };
            await sftp.InitializeAsync();
            sessions.Add((ssh, sftp));
        }

        return sessions;
    }

    private async Task<(long Commits, double Seconds)> UploadAsync(Sessions sessions, string prefix)
    {
        var content = RandomNumberGenerator.GetBytes(Size);
        var before = Commits();
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(sessions.Select((session, client) => Task.Run(async () =>
        {
            for (var file = 0; file < FilesEach; file++)
            {
                await session.Sftp.PutAsync($"/upload/{prefix}-{client}-{file}", content);
            }
        })));
        return (Commits() - before, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    /// <summary>Each commit that has rows of the audit log moves its anchor once; the anchor counts them.</summary>
    private long Commits()
    {
        var anchor = Encoding.Latin1.GetString(File.ReadAllBytes(Path.Combine(_server.Data, "audit", "anchor")));
        return AnchorSlot().Matches(anchor).Max(slot => long.Parse(slot.Groups[1].Value, CultureInfo.InvariantCulture));
    }

    [GeneratedRegex(@"waybill-audit-anchor-1 (\d+) ")]
    private static partial Regex AnchorSlot();

    /// <summary>A call's one line or, where threads overlap, its first.</summary>
    [GeneratedRegex(@"\b(fsync|fdatasync|syncfs)\(")]
    private static partial Regex Sync();

    private sealed class Sessions : List<(RawSshClient Ssh, RawSftpClient Sftp)>, IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            foreach (var (ssh, sftp) in this)
            {
                await sftp.DisposeAsync();
                await ssh.DisposeAsync();
            }
        }
    }
}
