using Waybill.Interop.Tests.Clients;
using Waybill.Interop.Tests.Crashes;
using Waybill.SshKeys.Keys;
using Waybill.TestKit;

namespace Waybill.Interop.Tests.Backups;

/// <summary>A backup beside a server that works, and a customer who notices nothing after its restore.</summary>
public sealed class BackupTests
{
    private const string Folder = "/upload";

    [Fact]
    public async Task After_a_restore_the_same_client_with_the_same_key_and_pin_finds_every_file_acknowledged_before_the_backup()
    {
        await using var server = new WaybillServer();
        await server.InitializeAsync();
        var sftp = new OpenSshSftp(server);
        var local = server.Directory.Write("kept.csv", System.Security.Cryptography.RandomNumberGenerator.GetBytes(300_000));
        await sftp.PutAsync(local, Folder + "/kept.csv");
        var log = new UploadLog();
        var clients = new UploadingClients(3, WaybillServer.User, PrivateKeyFile.Read(await File.ReadAllBytesAsync(server.Key, TestContext.Current.CancellationToken)).Key!, Folder, log);
        var uploading = clients.RunAsync(server.Port, seed: 7);
        await WaitAsync(() => log.Acknowledged >= 20);
        var before = log.AcknowledgedNames;
        var archive = server.Directory.Combine("backup.tar");
        await server.ProgramAsync("backup", archive, "--with-files");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(archive));

        await KillInTheMiddleAsync(server);

        // The old server is gone for good; the new one has its address.
        await server.KillAsync();
        await uploading;
        Directory.Move(server.Data, server.Directory.Combine("old-data"));
        var restored = await server.ProgramAsync("restore", archive);
        Assert.Contains("all whole and in order", restored.Output, StringComparison.Ordinal);
        Assert.Contains(server.HostKeyFingerprint, restored.Output, StringComparison.Ordinal);
        await server.StartAsync();

        var listed = await sftp.ListAsync(Folder);
        Assert.Empty(before.Append("kept.csv").Except(listed));
        var fetched = server.Directory.Combine("fetched.csv");
        await sftp.GetAsync(Folder + "/kept.csv", fetched);
        Assert.Equal(Transfers.Hash(local), Transfers.Hash(fetched));
        await sftp.PutAsync(local, Folder + "/after.csv");
        Assert.Contains("all whole and in order", (await server.ProgramAsync("audit", "verify")).Output, StringComparison.Ordinal);
        Assert.Contains("backup.tar", (await server.ProgramAsync("audit", "search", "--action", "restored")).Output, StringComparison.Ordinal);
        Assert.Contains(server.HostKeyFingerprint, (await server.ProgramAsync("hostkey", "show")).Output, StringComparison.Ordinal);
    }

    /// <summary>Kill -9 of a backup leaves no archive under its name, and the next one has its way.</summary>
    private static async Task KillInTheMiddleAsync(WaybillServer server)
    {
        var archive = server.Directory.Combine("killed.tar");
        var half = archive + ".unfinished/archive";
        for (var attempt = 0; ; attempt++)
        {
            await using var backup = ExternalProcess.Start("dotnet", [WaybillServer.Program, "backup", archive, "--with-files", "--data", server.Data]);
            await WaitAsync(() => (File.Exists(half) && new FileInfo(half).Length > 0) || backup.HasExited);
            backup.Kill();
            await backup.WaitForExitAsync(TimeSpan.FromSeconds(60));
            if (!File.Exists(archive))
            {
                break;
            }

            // It was whole before this process had its turn to kill it.
            Assert.True(attempt < 10, "no kill came in the middle of a backup");
            File.Delete(archive);
        }

        var refused = await server.TryProgramAsync("restore", half);
        Assert.Equal(1, refused.ExitCode);
        await server.ProgramAsync("backup", archive);
        Assert.False(Directory.Exists(archive + ".unfinished"));
    }

    private static async Task WaitAsync(Func<bool> condition)
    {
        var waited = System.Diagnostics.Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(60), "it did not come so far");
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
    }
}
