using System.Security.Cryptography;
using Waybill.Interop.Tests.Clients;

namespace Waybill.Interop.Tests;

/// <summary>SIGTERM while a customer uploads: the transfer gets its time, nobody new comes in.</summary>
public sealed class DrainTests
{
    private const int Size = 100 * 1024 * 1024;

    // Kbit/s: the upload takes about five seconds, so that it is stopped in the middle of it.
    private const string Bandwidth = "160000";

    [Fact]
    public async Task A_running_upload_is_finished_after_sigterm_while_new_connections_are_refused()
    {
        await using var server = new WaybillServer { Settings = ["ShutdownSeconds=600"] };
        await server.InitializeAsync();
        var source = server.Directory.Write("drained.bin", RandomNumberGenerator.GetBytes(Size));
        await using var upload = new OpenSshSftp(server) { MoreOptions = ["-q"] }.StartSlowPut(source, "/upload/drained.bin", Bandwidth);
        await Transfers.WaitForTemporaryAsync(Path.Combine(server.Vault, "upload"), Size / 10);

        // The client rests while another one is tried, however long that takes.
        await upload.SignalAsync("STOP");
        var stopping = server.StopAsync(TimeSpan.FromMinutes(5));
        var refused = await RefusedAsync(server);
        Assert.False(upload.HasExited, "the upload was over before the server was asked to stop");
        Assert.False(stopping.IsCompleted, "the server ended before the upload");
        Assert.Matches("Connection (refused|reset|closed)", refused);

        await upload.SignalAsync("CONT");
        var uploaded = await upload.WaitForExitAsync(TimeSpan.FromMinutes(4));
        Assert.True(uploaded.ExitCode == 0, uploaded.ToString());
        var outcome = await stopping;
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal(Transfers.Hash(source), Transfers.Hash(Path.Combine(server.Vault, "upload", "drained.bin")));
        await server.CommandAsync("audit", "verify");
    }

    /// <summary>What a new client is told; the signal may take a moment to arrive.</summary>
    private static async Task<string> RefusedAsync(WaybillServer server)
    {
        for (var attempt = 0; attempt < 60; attempt++)
        {
            try
            {
                await new OpenSshSftp(server).ListAsync("/upload");
            }
            catch (InvalidOperationException refusal)
            {
                return refusal.Message;
            }
        }

        return "never refused";
    }
}
