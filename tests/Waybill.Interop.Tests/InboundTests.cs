using System.Text.RegularExpressions;
using Waybill.Interop.Tests.Clients;
using Waybill.TestKit;

namespace Waybill.Interop.Tests;

/// <summary>A customer's sftp delivers, the account's rules judge, the back office takes over, and the customer sees all of it.</summary>
public sealed partial class InboundTests : IAsyncLifetime
{
    private const int QuietSeconds = 10;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly WaybillServer _server = new() { Settings = [$"Inbound:QuietSeconds={QuietSeconds}"] };

    public ValueTask InitializeAsync() => _server.InitializeAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_bad_file_can_still_be_touched_after_its_rename_and_is_rejected_when_its_session_is_quiet()
    {
        await _server.CommandAsync("arrival", "set", WaybillServer.User, "--name", "*.csv", "--header", "number;date");
        var local = _server.Directory.Write("x.csv", "number,date\n1,2\n"u8.ToArray());

        // One session for all of it, which stays open; sftp reads its commands from the pipe as they come.
        await using var sftp = ExternalProcess.Start("sh", ["-c", Script(
            $"put {local} /upload/x.csv.filepart",
            "rename /upload/x.csv.filepart /upload/x.csv",
            "chmod 640 /upload/x.csv",
            "ls /upload/x.csv")]);
        await WaitAsync(() => sftp.Output.Contains("\n/upload/x.csv", StringComparison.Ordinal), "the file was not there any more for its own session");
        Assert.DoesNotContain("not found", sftp.ErrorOutput, StringComparison.OrdinalIgnoreCase);

        var rejected = Path.Combine(_server.Vault, "rejected", "x.csv");
        await WaitAsync(() => File.Exists(rejected + ".report.txt"), "the file was not rejected");
        Assert.False(sftp.HasExited, "the session ended, and would have let the file arrive");
        Assert.True(File.Exists(rejected));
        Assert.False(File.Exists(Path.Combine(_server.Vault, "upload", "x.csv")));
        sftp.Kill();

        var report = _server.Directory.Combine("report.txt");
        await new OpenSshSftp(_server).GetAsync("/rejected/x.csv.report.txt", report);
        Assert.Contains("expected: number;date", await File.ReadAllTextAsync(report), StringComparison.Ordinal);
        Assert.Contains("found:    number,date", await File.ReadAllTextAsync(report), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_the_back_office_confirms_is_seen_in_processed_by_its_sender()
    {
        var customer = new OpenSshSftp(_server);
        var local = _server.Directory.Write("good.csv", "number;date\n1;2\n"u8.ToArray());
        await customer.PutAsync(local, "/upload/good.csv");
        var listed = "";
        await WaitAsync(async () => (listed = (await _server.CommandAsync("inbound", "list")).Output).Contains("/upload/good.csv", StringComparison.Ordinal), "the file is not offered");
        var number = Number().Match(listed).Groups[1].Value;
        await _server.CommandAsync("inbound", "claim", number, "--as", "billing");
        await _server.CommandAsync("inbound", "confirm", number, "--as", "billing");

        Assert.Equal(["good.csv"], await customer.ListAsync("/processed"));
        Assert.Empty(await customer.ListAsync("/upload"));
        var fetched = _server.Directory.Combine("fetched.csv");
        await customer.GetAsync("/processed/good.csv", fetched);
        Assert.Equal(Transfers.Hash(local), Transfers.Hash(fetched));
        await Assert.ThrowsAsync<InvalidOperationException>(() => customer.RemoveAsync("/processed/good.csv"));
    }

    private string Script(params string[] commands) =>
        $"(printf '%s\\n' {string.Join(' ', commands.Select(command => $"'{command}'"))}; exec sleep 300) | exec sftp -F none -o BatchMode=yes -o IdentitiesOnly=yes "
        + $"-o StrictHostKeyChecking=yes -o UserKnownHostsFile={_server.KnownHosts} -i {_server.Key} -P {_server.Port} -b - {WaybillServer.User}@127.0.0.1";

    private static Task WaitAsync(Func<bool> isThere, string complaint) => WaitAsync(() => Task.FromResult(isThere()), complaint);

    private static async Task WaitAsync(Func<Task<bool>> isThere, string complaint)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await isThere())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Patience, complaint);
            await Task.Delay(100);
        }
    }

    [GeneratedRegex(@"^(\d+) ", RegexOptions.Multiline)]
    private static partial Regex Number();
}
