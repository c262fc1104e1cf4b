using System.Text.RegularExpressions;
using Waybill.Interop.Tests.Clients;
using Waybill.TestKit;

namespace Waybill.Interop.Tests;

/// <summary>
/// What the kernel is asked, in which order, for one upload: every write of the file, its fsync, the rename into place, the directory's fsync, the audit row's
/// fdatasync, and only then the next byte to the client (promise D1 of docs/promises.md).
/// </summary>
public sealed partial class DurabilityOrderTests : IAsyncLifetime
{
    private const string FileNotSynced = "the file was not synced between its last write and the rename";

    // A server of its own: another client's messages would stand between the calls of this upload.
    private readonly WaybillServer _server = new();

    public ValueTask InitializeAsync() => _server.InitializeAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task An_upload_with_sftp_is_synced_before_it_is_acknowledged_and_no_program_is_started()
    {
        var trace = await TraceAsync(_server, new OpenSshSftp(_server), "order-sftp.csv");
        Assert.Null(Violation(trace));
        Assert.DoesNotContain(trace, line => Start().IsMatch(line));
    }

    [Fact]
    public async Task Nothing_that_a_client_asks_for_starts_a_program()
    {
        var log = _server.Directory.Combine("trace-programs.log");
        await using var strace = ExternalProcess.Start("strace", ["-f", "-qq", "-o", log, "-e", "trace=execve,execveat,fork,vfork,read,recvfrom,recvmsg", "-p", $"{_server.ProcessId}"]);
        await WaitUntilTracedAsync(_server.ProcessId);
        string[] ssh =
        [
            "-F", "none", "-T", "-i", _server.Key, "-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=yes", "-o", $"UserKnownHostsFile={_server.KnownHosts}",
            "-p", $"{_server.Port}", $"{WaybillServer.User}@127.0.0.1",
        ];
        await ExternalProcess.RunAsync("ssh", ssh);
        await ExternalProcess.RunAsync("ssh", [.. ssh, "id; /bin/sh"]);
        await ExternalProcess.RunAsync("ssh", [.. ssh, "scp -f /upload/$(id)"]);
        await new Scp(_server).PutAsync(_server.Directory.Write("programs.csv", "x"), "/upload/`id`.csv");
        await strace.SignalAsync("INT");
        await strace.WaitForExitAsync(TimeSpan.FromSeconds(60));
        var trace = await File.ReadAllLinesAsync(log);

        // That receives are in it show that the server was watched while it served.
        Assert.Contains(trace, line => Receive().IsMatch(line));
        Assert.DoesNotContain(trace, line => Start().IsMatch(line));
    }

    [Fact]
    public async Task An_upload_with_scp_is_synced_before_it_is_acknowledged() => Assert.Null(Violation(await TraceAsync(_server, new Scp(_server), "order-scp.csv")));

    [Fact]
    public async Task With_durability_rename_the_same_check_fails()
    {
        await _server.StopAsync();
        await _server.StartAsync("Storage:Durability=Rename");
        Assert.Equal(FileNotSynced, Violation(await TraceAsync(_server, new OpenSshSftp(_server), "order-rename.csv")));
    }

    private static async Task<IReadOnlyList<string>> TraceAsync(WaybillServer server, InteropClient client, string name)
    {
        var source = server.Directory.Write("trace-" + name, new byte[200_000]);
        var log = server.Directory.Combine("trace-" + name + ".log");
        await using var strace = ExternalProcess.Start("strace",
            ["-f", "-y", "-qq", "-o", log, "-e", "trace=pwrite64,pwritev,write,fsync,fdatasync,renameat2,sendto,sendmsg,execve,execveat,fork,vfork", "-p", $"{server.ProcessId}"]);
        await WaitUntilTracedAsync(server.ProcessId);
        await client.PutAsync(source, "/upload/" + name);
        await strace.SignalAsync("INT");
        await strace.WaitForExitAsync(TimeSpan.FromSeconds(60));
        return await File.ReadAllLinesAsync(log);
    }

    internal static async Task WaitUntilTracedAsync(int processId)
    {
        for (var attempt = 0; attempt < 1200; attempt++)
        {
            var untraced = Directory.GetDirectories($"/proc/{processId}/task").Count(IsUntraced);
            if (untraced == 0)
            {
                return;
            }

            await Task.Delay(50);
        }

        Assert.Fail("strace did not attach");
    }

    private static bool IsUntraced(string thread)
    {
        try
        {
            return File.ReadAllText(thread + "/status").Contains("TracerPid:\t0", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            // It has ended since it was listed.
            return false;
        }
    }

    /// <summary>
    /// The calls in order. Where threads overlap strace prints a call's beginning and end on lines of their own: a send counts from its beginning, every other call
    /// from its end.
    /// </summary>
    private static List<string> InOrder(IReadOnlyList<string> trace)
    {
        var calls = new List<string>();
        var running = new Dictionary<string, string>();
        foreach (var line in trace)
        {
            var thread = line.Split(' ', 2)[0];
            if (line.Contains("<... ", StringComparison.Ordinal))
            {
                if (running.Remove(thread, out var begun))
                {
                    calls.Add(begun);
                }
            }
            else if (line.EndsWith("<unfinished ...>", StringComparison.Ordinal) && !Send().IsMatch(line))
            {
                running[thread] = line;
            }
            else
            {
                calls.Add(line);
            }
        }

        return calls;
    }

    /// <summary>What is out of order, or null.</summary>
    private static string? Violation(IReadOnlyList<string> trace)
    {
        var calls = InOrder(trace);
        var lastWrite = calls.FindLastIndex(line => TemporaryWrite().IsMatch(line));
        var fileSync = calls.FindIndex(Math.Max(0, lastWrite), line => TemporarySync().IsMatch(line));
        var rename = calls.FindLastIndex(line => line.Contains("renameat2(", StringComparison.Ordinal) && line.Contains(".waybill-", StringComparison.Ordinal));
        var directorySync = rename < 0 ? -1 : calls.FindIndex(rename, line => DirectorySync().IsMatch(line));
        var reply = directorySync < 0 ? -1 : calls.FindIndex(directorySync, line => Send().IsMatch(line));
        if (lastWrite < 0 || rename < 0)
        {
            return "the upload was not seen at all";
        }

        if (fileSync < lastWrite || fileSync > rename)
        {
            return FileNotSynced;
        }

        if (directorySync < 0)
        {
            return "the directory was not synced after the rename";
        }

        if (reply < 0)
        {
            return "no reply was sent";
        }

        var early = calls.FindIndex(fileSync, line => Send().IsMatch(line));
        if (early < directorySync)
        {
            return "something was sent before the directory was synced: " + calls[early];
        }

        var row = calls.FindIndex(directorySync, line => RowSync().IsMatch(line));
        return row < 0 || row > reply ? "the reply was sent before the audit row was synced" : null;
    }

    [GeneratedRegex(@"(pwrite64|pwritev|write)\(\d+<[^>]*\.waybill-")]
    private static partial Regex TemporaryWrite();

    [GeneratedRegex(@"(fsync|fdatasync)\(\d+<[^>]*\.waybill-")]
    private static partial Regex TemporarySync();

    [GeneratedRegex(@"fsync\(\d+<[^>]*/upload>")]
    private static partial Regex DirectorySync();

    [GeneratedRegex(@"(fsync|fdatasync)\(\d+<[^>]*\.db-wal>")]
    private static partial Regex RowSync();

    /// <summary>Another program; clone without CLONE_THREAD would have to come before it.</summary>
    [GeneratedRegex(@"\b(execve|execveat|fork|vfork)\(")]
    private static partial Regex Start();

    [GeneratedRegex(@"\b(read|recvfrom|recvmsg)\(")]
    private static partial Regex Receive();

    [GeneratedRegex(@"(sendto|sendmsg)\(\d+<(TCP|socket)")]
    private static partial Regex Send();
}
