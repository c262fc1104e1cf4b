using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Waybill.Server.Tests.Support;
using Waybill.TestKit.Sftp;

namespace Waybill.Server.Tests.Hosting;

public sealed class StartAndStopTests(Template template)
{
    [Fact]
    public async Task READY_stands_on_a_line_of_its_own_after_the_bound_listeners()
    {
        using var data = await template.CopyAsync();
        await using var server = await RunningServer.StartAsync(data, "--set", "Ssh:ListenCompat=127.0.0.1:0");
        var lines = server.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, lines.Length);
        Assert.Matches(@"^ssh 127\.0\.0\.1:[1-9]\d* \(modern\)$", lines[0]);
        Assert.Matches(@"^ssh 127\.0\.0\.1:[1-9]\d* \(compat\)$", lines[1]);
        Assert.Equal("READY", lines[2]);
        Assert.Equal(2, (await ListeningAsync(server.ProcessId)).Count);
    }

    [Fact]
    public async Task An_empty_Listen_opens_no_port_at_all()
    {
        using var data = await template.CopyAsync();
        await using var server = await RunningServer.StartAsync(data, "--set", "Ssh:Listen=[]");
        Assert.Equal("READY\n", server.Output);

        // Kestrel left to itself opens 5000.
        Assert.Empty(await ListeningAsync(server.ProcessId));
        Assert.Contains("a server runs, 0 sessions", await data.OutputAsync("doctor"), StringComparison.Ordinal);
        Assert.Equal(0, (await server.StopAsync()).ExitCode);
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task A_signal_ends_idle_sessions_at_once_and_exits_0(string signal)
    {
        using var data = await template.CopyAsync();

        // Whoever waited for the sessions would wait for an hour.
        await using var server = await RunningServer.StartAsync(data, "--set", "ShutdownSeconds=3600");
        using var key = data.LoadKey();
        await using var withoutChannel = await server.LogInAsync(key);
        await using var idle = await server.LogInAsync(key);
        await using var sftp = await RunningServer.OpenSftpAsync(idle);
        await sftp.ListAsync("/");
        var begun = Stopwatch.StartNew();
        await server.SignalAsync(signal);
        Assert.Equal(0, (await server.WaitForExitAsync()).ExitCode);
        Assert.True(begun.Elapsed < TimeSpan.FromSeconds(5), $"it took {begun.Elapsed}");
        Assert.Contains("stopping", (await withoutChannel.ReceiveEndAsync()).Disconnect?.Text, StringComparison.Ordinal);
        Assert.Contains("ServerStopping", (await data.AuditAsync("connection-ended")).GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal("server-stopped", (await data.JsonAsync("audit", "search", "--limit", "1"))[0].GetProperty("action").GetString());
        Assert.False(File.Exists(data.Combine("run", "control.sock")));
    }

    [Fact]
    public async Task A_transfer_under_way_may_finish_within_the_time_allowed()
    {
        using var data = await template.CopyAsync();
        await using var server = await RunningServer.StartAsync(data, "--set", "ShutdownSeconds=3600");
        using var key = data.LoadKey();
        await using var client = await server.LogInAsync(key);
        await using var sftp = await RunningServer.OpenSftpAsync(client);
        var handle = (await sftp.OpenAsync("/upload/late.csv", SftpOpen.Write | SftpOpen.Create | SftpOpen.Truncate)).Handle;
        await server.SignalAsync("TERM");
        await StoppingAsync(server);
        Assert.True((await sftp.WriteAsync(handle, 0, new byte[] { 1, 2, 3 })).IsOk);
        Assert.True((await sftp.CloseAsync(handle)).IsOk);
        var closed = Stopwatch.StartNew();
        Assert.Equal(0, (await server.WaitForExitAsync()).ExitCode);
        Assert.True(closed.Elapsed < TimeSpan.FromSeconds(5), $"it took {closed.Elapsed}");
        Assert.Equal([1, 2, 3], await File.ReadAllBytesAsync(data.Combine("vaults", "10020", "upload", "late.csv")));
    }

    [Fact]
    public async Task A_transfer_that_does_not_finish_is_cut_after_ShutdownSeconds()
    {
        using var data = await template.CopyAsync();
        await using var server = await RunningServer.StartAsync(data, "--set", "ShutdownSeconds=2");
        using var key = data.LoadKey();
        await using var client = await server.LogInAsync(key);
        var sftp = await RunningServer.OpenSftpAsync(client);
        await sftp.OpenAsync("/upload/never.csv", SftpOpen.Write | SftpOpen.Create | SftpOpen.Truncate);
        var begun = Stopwatch.StartNew();
        Assert.Equal(0, (await server.StopAsync()).ExitCode);
        Assert.InRange(begun.Elapsed.TotalSeconds, 1.8, 8);
        Assert.Empty(Directory.GetFiles(data.Combine("vaults", "10020", "upload")));
    }

    [Fact]
    public async Task A_second_signal_ends_what_still_runs()
    {
        using var data = await template.CopyAsync();
        await using var server = await RunningServer.StartAsync(data, "--set", "ShutdownSeconds=3600");
        using var key = data.LoadKey();
        await using var client = await server.LogInAsync(key);
        var sftp = await RunningServer.OpenSftpAsync(client);
        await sftp.OpenAsync("/upload/never.csv", SftpOpen.Write | SftpOpen.Create | SftpOpen.Truncate);
        await server.SignalAsync("TERM");

        // Two signals that a process has not taken yet are one.
        await StoppingAsync(server);
        var begun = Stopwatch.StartNew();
        await server.SignalAsync("TERM");
        Assert.Equal(0, (await server.WaitForExitAsync()).ExitCode);
        Assert.True(begun.Elapsed < TimeSpan.FromSeconds(10), $"it took {begun.Elapsed}");
    }

    [Fact]
    public async Task A_second_server_on_the_same_data_is_refused_and_the_first_goes_on()
    {
        using var data = await template.CopyAsync();
        await using var server = await RunningServer.StartAsync(data);
        Assert.Contains("a server runs on", await data.RefusedAsync(1, "serve", "--set", "Ssh:Listen=127.0.0.1:0"), StringComparison.Ordinal);
        using var key = data.LoadKey();
        Assert.True(await server.CanLogInAsync(key));
    }

    [Fact]
    public async Task Ports_and_addresses_that_cannot_be_had_are_refused_in_words()
    {
        using var data = await template.CopyAsync();
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        Assert.Contains("the port is taken; stop what listens there", await data.RefusedAsync(1, "serve", "--set", $"Ssh:Listen={taken.LocalEndpoint}"), StringComparison.Ordinal);
        Assert.Contains($"cannot listen on {taken.LocalEndpoint}: the port is taken", await data.RefusedAsync(1, "serve", "--set", "Ssh:Listen=127.0.0.1:0", "--set", $"Portal:Listen={taken.LocalEndpoint}"), StringComparison.Ordinal);
        Assert.Contains("this machine has no such address", await data.RefusedAsync(1, "serve", "--set", "Ssh:Listen=203.0.113.7:2222"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_policy_pq_without_ML_KEM_is_refused_in_words()
    {
        Assert.SkipUnless(!System.Security.Cryptography.MLKem.IsSupported, "this machine's OpenSSL has ML-KEM");
        using var data = await template.CopyAsync();
        Assert.Contains("The policy pq needs ML-KEM", await data.RefusedAsync(1, "serve", "--set", "Ssh:Policy=pq"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_starts_again_after_SIGKILL_and_commands_see_that_none_runs()
    {
        using var data = await template.CopyAsync();
        await using (var killed = await RunningServer.StartAsync(data))
        {
            killed.Kill();
            await killed.WaitForExitAsync();
        }

        Assert.True(File.Exists(data.Combine("run", "control.sock")));
        Assert.Equal(0, (await data.JsonAsync("sessions")).GetArrayLength());
        await data.OutputAsync("login", "suspend", "10020");
        await data.OutputAsync("login", "resume", "10020");
        await using var server = await RunningServer.StartAsync(data);
        using var key = data.LoadKey();
        Assert.True(await server.CanLogInAsync(key));
    }

    [Fact]
    public async Task Commands_do_not_hang_on_a_server_that_is_stopped_and_the_change_is_made()
    {
        using var data = await template.CopyAsync();
        await using var server = await RunningServer.StartAsync(data);

        // Not in the middle of a write of its own, which nobody could get past.
        using (var database = data.OpenDatabase())
        {
            using var turn = database.BeginTransaction();
            await server.SignalAsync("STOP");
        }

        var outcome = await data.RunAsync("login", "suspend", "10020");
        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("note: the change is made, but the running server does not answer", outcome.ErrorOutput, StringComparison.Ordinal);
        Assert.Contains("suspended", await data.OutputAsync("login", "show", "10020"), StringComparison.Ordinal);
        await server.SignalAsync("CONT");
    }

    [Fact]
    public async Task Logs_are_lines_of_JSON_when_asked_for_warnings_of_the_configuration_too()
    {
        using var data = await template.CopyAsync();
        await using var server = await RunningServer.StartAsync(data, "--json", "--set", "Ssh:Nope=1");
        using var key = data.LoadKey();
        await using (await server.LogInAsync(key))
        {
        }

        await server.StopAsync();
        var lines = server.Logs.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Contains(lines, line => line.GetProperty("Message").GetString()!.Contains("there is no setting Ssh:Nope", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.GetProperty("Message").GetString()!.Contains("10020", StringComparison.Ordinal));
        Assert.Contains("READY\n", server.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_demo_prints_a_line_that_works_and_starts_again_on_the_same_data()
    {
        using var data = new Data(template);
        for (var start = 0; start < 2; start++)
        {
            await using var demo = TestKit.ExternalProcess.Start("dotnet", [Cli.Path, "demo", "--data", data.Root, "--set", "Ssh:Listen=127.0.0.1:0", "--set", "Portal:Listen=127.0.0.1:0"]);
            await demo.WaitForTextAsync("Ctrl-C ends the demo.", TimeSpan.FromSeconds(60));
            Assert.Contains("\nREADY\n", demo.Output, StringComparison.Ordinal);
            var line = demo.Output.Split('\n').Single(text => text.StartsWith("  sftp -P", StringComparison.Ordinal)).Trim();
            await File.WriteAllTextAsync(data.Beside("batch"), $"ls /cdr\nput {data.Combine("known_hosts")} /upload/\n");
            var outcome = await TestKit.ExternalProcess.RunAsync("sh", ["-c", line.Replace("sftp ", $"sftp -b {data.Beside("batch")} ", StringComparison.Ordinal)]);
            Assert.True(outcome.ExitCode == 0, $"{line}: {outcome}");
            Assert.Matches(@"/cdr/10020-cdr-\d{8}\.csv", outcome.Output);
            Assert.True(File.Exists(data.Combine("vaults", "10020", "upload", "known_hosts")));

            // The page that it names is there, with the root that it names.
            var portal = System.Text.RegularExpressions.Regex.Match(demo.Output, @"The portal: (https://localhost:\d+/) \(its certificate is signed by (\S+)\)");
            Assert.Contains("127.0.0.1", await Tool.RequireAsync("curl", "-sS", "--fail", "--max-time", "60", "--cacert", portal.Groups[2].Value, portal.Groups[1].Value), StringComparison.Ordinal);
            await demo.SignalAsync("INT");
            Assert.Equal(0, (await demo.WaitForExitAsync(TimeSpan.FromSeconds(60))).ExitCode);
        }
    }

    [Fact]
    public async Task The_demo_leaves_a_directory_alone_that_is_no_demo()
    {
        using var data = await template.CopyAsync();
        Assert.Contains("holds a Waybill that is no demo", await data.RefusedAsync(1, "demo"), StringComparison.Ordinal);
    }

    /// <summary>Waits until a server that was told to stop lets nobody in any more.</summary>
    private static async Task StoppingAsync(RunningServer server)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync(IPAddress.Loopback, server.Port);
                if (await client.GetStream().ReadAsync(new byte[256]) == 0)
                {
                    return;
                }
            }
            catch (Exception refused) when (refused is IOException or SocketException)
            {
                return;
            }

            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(60), "newcomers are still let in");
            await Task.Delay(100);
        }
    }

    /// <summary>The TCP sockets in which a process listens, as the kernel has them.</summary>
    private static async Task<IReadOnlyList<string>> ListeningAsync(int processId)
    {
        const string Listen = "0A";
        var own = Directory.GetFiles($"/proc/{processId}/fd").Select(file => new FileInfo(file).LinkTarget).ToHashSet();
        string[] sockets = [.. await File.ReadAllLinesAsync("/proc/net/tcp"), .. await File.ReadAllLinesAsync("/proc/net/tcp6")];
        return [.. sockets.Where(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, _, _, Listen, _, _, _, _, _, var inode, ..] && own.Contains($"socket:[{inode}]"))];
    }
}
