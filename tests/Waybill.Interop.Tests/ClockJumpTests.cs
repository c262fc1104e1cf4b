using System.Globalization;
using Microsoft.Data.Sqlite;
using Waybill.Core.Database;
using Waybill.SshKeys.Keys;
using Waybill.TestKit;
using Waybill.TestKit.Sftp;
using Waybill.TestKit.Ssh;

namespace Waybill.Interop.Tests;

/// <summary>
/// Somebody sets the clock of a machine that serves (security test T18). The wall clock alone jumps, as it does in earnest. That a wrong clock removes nothing
/// is also in RetentionClockTests and RetentionTests.A_year_passes_under_faketime.
/// </summary>
public sealed class ClockJumpTests : IAsyncLifetime
{
    private const int Connections = 20;
    private const int Transfers = 100;
    private const int Piece = 4096;
    private const string Brief = "brief";

    private readonly WaybillServer _server = new();
    private readonly List<RawSshClient> _connections = [];
    private SshPrivateKey _key = null!;
    private FakeClock _clock = null!;

    public async ValueTask InitializeAsync()
    {
        _clock = new FakeClock(_server.Directory);
        _server.Launcher = _clock.Launcher;
        await _server.InitializeAsync();
        _key = PrivateKeyFile.Read(await File.ReadAllBytesAsync(_server.Key)).Key!;
        await _server.CommandAsync("login", "add", Brief, "--account", WaybillServer.User);
        await WaybillServer.RequireAsync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", _server.Directory.Combine(Brief)]);
        await _server.CommandAsync(
            "key", "add", Brief, _server.Directory.Combine(Brief + ".pub"), "--expires", TimeProvider.System.GetUtcNow().AddDays(30).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in _connections)
        {
            await connection.DisposeAsync();
        }

        _key.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_clock_that_jumps_during_100_transfers_ends_none_and_removes_nothing_and_keys_expire_by_it()
    {
        using var brief = PrivateKeyFile.Read(await File.ReadAllBytesAsync(_server.Directory.Combine(Brief))).Key!;
        var now = TimeProvider.System.GetUtcNow();
        (string Name, TimeSpan Offset, bool BriefKeyHolds)[] jumps =
        [
            ("an hour ahead", TimeSpan.FromHours(1), true),
            ("back to the hour before", TimeSpan.FromHours(-1), true),
            ("a year ahead", TimeSpan.FromDays(365), false),
            ("back to the year before", TimeSpan.FromDays(-365), true),
            ("the last second of 28 February of a leap year", At(now, 2028, 2, 28), false),
            ("the last second of 29 February", At(now, 2028, 2, 29), false),
            ("the last second of a year", At(now, 2028, 12, 31), false),
            ("that second once more, as a leap second is", At(now, 2028, 12, 31) - TimeSpan.FromSeconds(1), false),
            ("right again", TimeSpan.Zero, true),
        ];
        var pieces = jumps.Length + 1;
        var source = SeededRandom.FromEnvironment().Bytes(pieces * Piece);
        await File.WriteAllBytesAsync(Path.Combine(_server.Vault, "upload", "download.bin"), source, TestContext.Current.CancellationToken);
        var transfers = await BeginAsync(source);
        await Task.WhenAll(transfers.GroupBy(transfer => transfer.Sftp).Select(each => MoveAsync(each, 0)));

        foreach (var ((name, offset, holds), jump) in jumps.Select((jump, index) => (jump, index)))
        {
            _clock.Set(offset);
            await Task.WhenAll(transfers.GroupBy(transfer => transfer.Sftp).Select(each => MoveAsync(each, jump + 1)));
            await using var newcomer = await RawSshClient.ConnectAsync(_server.Port);
            await newcomer.LogInAsync(WaybillServer.User, _key);
            await using var other = await RawSshClient.ConnectAsync(_server.Port);
            await other.HandshakeAsync();
            await other.RequestServiceAsync();
            Assert.True((await other.SignInAsync(Brief, brief)).Success == holds, $"{name}: the key that expires in 30 days was {(holds ? "refused" : "let in")}");
        }

        foreach (var transfer in transfers)
        {
            Assert.True((await transfer.Sftp.CloseAsync(transfer.Handle)).IsOk);
            if (transfer.Upload is { } upload)
            {
                Assert.Equal(source, await File.ReadAllBytesAsync(Path.Combine(_server.Vault, "upload", upload), TestContext.Current.CancellationToken));
            }
            else
            {
                Assert.Equal(source, transfer.Fetched.ToArray());
            }
        }

        Assert.Equal(0L, Scalar("SELECT count(*) FROM audit WHERE action = 'connection-ended' AND actor = '10020' AND outcome <> 'done'"));
        Assert.Equal(0L, Scalar("SELECT count(*) FROM file WHERE gone_at IS NOT NULL"));
        Assert.Equal(Transfers / 2L, Scalar("SELECT count(*) FROM file WHERE path LIKE '/upload/upload-%'"));
        await _server.CommandAsync("audit", "verify");
    }

    /// <summary>From now to the last second of that day.</summary>
    private static TimeSpan At(DateTimeOffset now, int year, int month, int day) => new DateTimeOffset(year, month, day, 23, 59, 59, TimeSpan.Zero) - now;

    /// <summary>Half of them up, half of them down, five on each connection.</summary>
    private async Task<List<Transfer>> BeginAsync(byte[] source)
    {
        var transfers = new List<Transfer>();
        for (var connection = 0; connection < Connections; connection++)
        {
            var ssh = await RawSshClient.ConnectAsync(_server.Port);
            _connections.Add(ssh);
            await ssh.LogInAsync(WaybillServer.User, _key);
            var sftp = new RawSftpClient((await ssh.OpenSubsystemAsync("sftp")).AsStream()) { Timeout = TimeSpan.FromSeconds(60) };
            await sftp.InitializeAsync();
            for (var i = 0; i < Transfers / Connections; i++)
            {
                var number = transfers.Count;
                var upload = number % 2 == 0 ? $"upload-{number}.bin" : null;
                var opened = upload is null
                    ? await sftp.OpenAsync("/upload/download.bin", SftpOpen.Read)
                    : await sftp.OpenAsync("/upload/" + upload, SftpOpen.Write | SftpOpen.Create | SftpOpen.Truncate);
                Assert.True(opened.Handle.Length > 0, opened.ToString());
                transfers.Add(new Transfer(sftp, opened.Handle, upload, source));
            }
        }

        return transfers;
    }

    private static async Task MoveAsync(IEnumerable<Transfer> transfers, int piece)
    {
        foreach (var transfer in transfers)
        {
            var offset = piece * Piece;
            if (transfer.Upload is null)
            {
                await transfer.Fetched.WriteAsync((await transfer.Sftp.ReadAsync(transfer.Handle, (ulong)offset, Piece)).Data);
            }
            else
            {
                Assert.True((await transfer.Sftp.WriteAsync(transfer.Handle, (ulong)offset, transfer.Source.AsMemory(offset, Piece))).IsOk);
            }
        }
    }

    /// <summary>In one step: the server may look at any moment.</summary>
    private object? Scalar(string sql)
    {
        Assert.NotNull(WaybillDatabase.LibraryVersion);
        using var connection = new SqliteConnection($"Data Source={Path.Combine(_server.Data, "waybill.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    private sealed record Transfer(RawSftpClient Sftp, byte[] Handle, string? Upload, byte[] Source)
    {
        public MemoryStream Fetched { get; } = new();
    }
}
