using System.Security.Cryptography;
using Waybill.Interop.Tests.Clients;

namespace Waybill.Interop.Tests;

/// <summary>A quota as customers meet it, with their own programs.</summary>
public sealed class QuotaTests
{
    private const int MiB = 1024 * 1024;

    [Fact]
    public async Task Sftp_scp_and_df_meet_the_quota_that_an_operator_sets_beside_the_server()
    {
        await using var server = new WaybillServer();
        await server.InitializeAsync();
        var small = server.Directory.Write("small.bin", RandomNumberGenerator.GetBytes(3 * MiB));
        var large = server.Directory.Write("large.bin", RandomNumberGenerator.GetBytes(8 * MiB));
        await server.CommandAsync("quota", "set", "--account", WaybillServer.User, "--bytes", "10MiB", "--files", "3");
        await new OpenSshSftp(server).PutAsync(small, "/upload/a.bin");

        Assert.Equal([10L * MiB, 3 * MiB, 7 * MiB, 3, 1, 2], await new Sshfs(server).RoomAsync());

        // Too large: the write fails, nothing is there, the old version stays.
        var refused = await FullDiskTests.SftpAsync(server, $"put {large} /upload/b.bin");
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Matches("(write remote \"/upload/b.bin\"|close remote): Failure", refused.ErrorOutput);
        Assert.Equal(["a.bin"], Directory.GetFiles(Path.Combine(server.Vault, "upload")).Select(Path.GetFileName));

        // The difference counts: 8 MiB in place of 3 are within 10.
        await new OpenSshSftp(server).PutAsync(large, "/upload/a.bin");
        Assert.Equal(Transfers.Hash(large), Transfers.Hash(Path.Combine(server.Vault, "upload", "a.bin")));
        var words = (await FullDiskTests.ScpAsync(server, small, "/upload/c.bin")).ErrorOutput;
        Assert.Contains("The quota of account 10020 is 10 MiB, 8 MiB are used. This does not fit, nothing was changed.", words, StringComparison.Ordinal);
        Assert.Equal([10L * MiB, 8 * MiB, 2 * MiB, 3, 1, 2], await new Sshfs(server).RoomAsync());

        var shown = (await server.CommandAsync("account", "show", WaybillServer.User)).Output;
        Assert.Contains("stored   8 MiB of 10 MiB, 1 of 3 files (80 % used)", shown, StringComparison.Ordinal);

        // Room again, without a restart.
        await new OpenSshSftp(server).RemoveAsync("/upload/a.bin");
        await new OpenSshSftp(server).PutAsync(small, "/upload/b.bin");
        Assert.Equal(Transfers.Hash(small), Transfers.Hash(Path.Combine(server.Vault, "upload", "b.bin")));
        await server.CommandAsync("audit", "verify");
    }
}
