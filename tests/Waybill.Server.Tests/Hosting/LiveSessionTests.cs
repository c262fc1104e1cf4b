using System.Diagnostics;
using System.Text.Json;
using Waybill.Server.Tests.Support;
using Waybill.TestKit.Ssh;

namespace Waybill.Server.Tests.Hosting;

/// <summary>What commands beside a running server do to the sessions that live.</summary>
public sealed class LiveSessionTests(Template template)
{
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData("key revoke 10020 SHA256 --reason stolen", "key-revoked", "the key was revoked", "the key was revoked on ")]
    [InlineData("key report-lost 10020 SHA256 --note stolen", "key-reported-lost", "the key was revoked", "the key was revoked on ")]
    [InlineData("login suspend 10020", "login-suspended", "the login is suspended", "the login is suspended")]
    [InlineData("login remove 10020", "login-removed", "there is no such login", "there is no such login")]
    [InlineData("account suspend 10020", "account-suspended", "the account is suspended", "the account is suspended")]
    [InlineData("account close 10020", "account-closed", "the account is closed", "the account is closed")]
    public async Task Sessions_end_with_the_command_and_no_new_login_succeeds(string words, string action, string ended, string refused)
    {
        using var data = await template.CopyAsync();
        await using var server = await RunningServer.StartAsync(data);
        using var key = data.LoadKey();
        await using var idle = await server.LogInAsync(key);
        await using var busy = await server.LogInAsync(key);
        await using var sftp = await RunningServer.OpenSftpAsync(busy);
        var fingerprint = (await data.JsonAsync("key", "list", Template.User))[0].GetProperty("sha256").GetString()!;

        await data.OutputAsync(words.Replace("SHA256", fingerprint, StringComparison.Ordinal).Split(' '));
        var idleEnd = await idle.ReceiveEndAsync();
        await busy.ReceiveEndAsync();
        Assert.NotNull(idleEnd.Disconnect);

        Assert.False(await server.CanLogInAsync(key));
        Assert.Contains(refused, (await data.AuditAsync("login-refused")).GetProperty("detail").GetString(), StringComparison.Ordinal);
        var end = await data.AuditAsync("connection-ended");
        Assert.StartsWith("Kicked: " + ended, end.GetProperty("detail").GetString(), StringComparison.Ordinal);
        var begun = (await data.AuditAsync(action)).GetProperty("time").GetDateTimeOffset();
        Assert.InRange(end.GetProperty("time").GetDateTimeOffset() - begun, TimeSpan.Zero, AtOnce);
        await SessionsAsync(data, 0);
    }

    [Fact]
    public async Task A_session_ends_within_a_second_of_its_keys_expiry()
    {
        using var data = await template.CopyAsync();
        await using var server = await RunningServer.StartAsync(data);
        var file = await data.MakeKeyAsync("short");
        using var key = SshKeys.Keys.PrivateKeyFile.Read(await File.ReadAllBytesAsync(file)).Key!;

        // Far enough for the command and the login of a busy machine.
        var end = DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + 15);
        await data.SetUpAsync("key", "add", Template.User, file + ".pub", "--expires", end.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture));
        await using var client = await server.LogInAsync(key);
        await client.ReceiveEndAsync();
        var after = TimeProvider.System.GetUtcNow() - end;
        Assert.InRange(after, TimeSpan.Zero, AtOnce);
        Assert.False(await server.CanLogInAsync(key));
        Assert.Contains("the key has expired", (await data.AuditAsync("login-refused")).GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_change_that_no_command_announced_ends_sessions_within_a_second()
    {
        using var data = await template.CopyAsync();
        await using var server = await RunningServer.StartAsync(data);
        using var key = data.LoadKey();
        await using var client = await server.LogInAsync(key);
        data.Sql("UPDATE login SET status = 'suspended'; UPDATE revision SET value = value + 1");
        var changed = Stopwatch.StartNew();
        await client.ReceiveEndAsync();
        Assert.InRange(changed.Elapsed, TimeSpan.Zero, AtOnce);
    }

    [Fact]
    public async Task Sessions_are_listed_with_user_source_and_client_and_one_can_be_ended()
    {
        using var data = await template.CopyAsync();
        await using var server = await RunningServer.StartAsync(data);
        using var key = data.LoadKey();
        await using var one = await RawSshClient.ConnectAsync(server.Port);
        one.ClientVersion = "SSH-2.0-One_1.0 of a customer";
        await one.LogInAsync(Template.User, key);
        await using var other = await server.LogInAsync(key);

        var sessions = (await data.JsonAsync("sessions")).EnumerateArray().ToList();
        Assert.Equal(2, sessions.Count);
        Assert.All(sessions, session => Assert.Equal("10020", session.GetProperty("user").GetString()));
        Assert.All(sessions, session => Assert.StartsWith("127.0.0.1:", session.GetProperty("source").GetString(), StringComparison.Ordinal));
        Assert.Equal("Waybill_TestKit", sessions[1].GetProperty("client").GetString());
        var table = await data.OutputAsync("sessions");
        Assert.Contains("One_1.0 of a customer", table, StringComparison.Ordinal);

        // What cannot be recorded is not done.
        var id = sessions[0].GetProperty("id").GetString()!;
        data.Sql("CREATE TRIGGER no_more BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no'); END");
        await data.RefusedAsync(1, "sessions", "kick", id);
        data.Sql("DROP TRIGGER no_more");
        Assert.Equal(2, (await data.JsonAsync("sessions")).GetArrayLength());

        Assert.Contains("the session of 10020 from 127.0.0.1:", await data.OutputAsync("sessions", "kick", id), StringComparison.Ordinal);
        await one.ReceiveEndAsync();
        Assert.Equal(sessions[1].GetProperty("id").GetString(), Assert.Single(await SessionsAsync(data, 1)).GetProperty("id").GetString());
        await using (var sftp = await RunningServer.OpenSftpAsync(other))
        {
            Assert.NotEmpty(await sftp.ListAsync("/"));
        }

        Assert.Contains($"there is no session {id}; see: ./waybill sessions --data {data.Root}", await data.RefusedAsync(1, "sessions", "kick", id), StringComparison.Ordinal);
        Assert.Equal(Environment.UserName, (await data.AuditAsync("session-kicked")).GetProperty("actor").GetString());
        Assert.StartsWith("Kicked: an operator ended it", (await data.AuditAsync("connection-ended")).GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_list_shows_the_last_use_within_seconds()
    {
        using var data = await template.CopyAsync();
        await using var server = await RunningServer.StartAsync(data);
        using var key = data.LoadKey();
        await using var client = await server.LogInAsync(key);
        var waited = Stopwatch.StartNew();
        while (true)
        {
            var shown = (await data.LookAsync("key", "list", Template.User))[0];
            if (shown.GetProperty("lastUsed").GetString() is not null)
            {
                Assert.Equal("127.0.0.1", shown.GetProperty("lastUsedFrom").GetString());
                Assert.Equal("Waybill_TestKit", shown.GetProperty("lastUsedClient").GetString());
                return;
            }

            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(60), "the last use is not shown");
            await Task.Delay(100);
        }
    }

    [Fact]
    public async Task A_login_from_an_address_outside_its_networks_is_refused_and_the_audit_says_so()
    {
        using var data = await template.CopyAsync();
        await data.SetUpAsync("login", "add", "office", "--account", "10020", "--allow-from", "192.0.2.0/24");
        await data.SetUpAsync("key", "add", "office", data.KeyFile + ".pub");
        await using var server = await RunningServer.StartAsync(data);
        using var key = data.LoadKey();
        Assert.False(await server.CanLogInAsync(key, "office"));
        Assert.Contains("may not come from this address", (await data.AuditAsync("login-refused")).GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_names_the_installed_keys_or_that_there_is_none()
    {
        using var data = await template.CopyAsync();
        await data.SetUpAsync("login", "add", "empty", "--account", "10020");
        await using var server = await RunningServer.StartAsync(data);
        using var other = SshKeys.Keys.SshPrivateKeys.GenerateEd25519();
        Assert.False(await server.CanLogInAsync(other));
        var fingerprint = (await data.JsonAsync("key", "list", Template.User))[0].GetProperty("sha256").GetString()!;
        var row = await data.AuditAsync("login-refused");
        Assert.Contains($"; installed is ssh-ed25519 256 {fingerprint}", row.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(("10020", "10020", "refused"), (row.GetProperty("subject").GetString(), row.GetProperty("account").GetString(), row.GetProperty("outcome").GetString()));
        Assert.False(await server.CanLogInAsync(other, "empty"));
        await WaitForRefusalAsync(data, "no key is installed for it; next: ./waybill key add empty FILE");
        Assert.False(await server.CanLogInAsync(other, "nobody"));
        await WaitForRefusalAsync(data, "there is no such login");
    }

    [Fact]
    public async Task Every_file_operation_and_both_ends_of_the_session_are_in_the_audit()
    {
        using var data = await template.CopyAsync();
        await using var server = await RunningServer.StartAsync(data);
        using var key = data.LoadKey();
        await using (var client = await server.LogInAsync(key))
        {
            await using var sftp = await RunningServer.OpenSftpAsync(client);
            await sftp.PutAsync("/upload/a.csv", new byte[] { 1, 2, 3 });
            Assert.Equal([1, 2, 3], await sftp.GetAsync("/upload/a.csv"));
            Assert.True((await sftp.RenameAsync("/upload/a.csv", "/upload/b.csv")).IsOk);
            Assert.True((await sftp.MkDirAsync("/upload/d")).IsOk);
            Assert.True((await sftp.RmDirAsync("/upload/d")).IsOk);
            Assert.True((await sftp.RemoveAsync("/upload/b.csv")).IsOk);
            await client.DisconnectAsync();
        }

        var ended = await data.AuditAsync("connection-ended");
        Assert.Equal("10020", ended.GetProperty("account").GetString());
        var connection = ended.GetProperty("connection").GetString()!;
        var rows = (await data.JsonAsync("audit", "search", connection)).EnumerateArray().Reverse().ToList();
        Assert.Equal(
            ["login", "upload", "download", "rename", "make-directory", "remove-directory", "remove", "connection-ended"],
            rows.Select(row => row.GetProperty("action").GetString()));
        Assert.All(rows, row => Assert.Equal(("10020", "10020"), (row.GetProperty("actor").GetString(), row.GetProperty("account").GetString())));
        Assert.Equal("/upload/a.csv", rows[1].GetProperty("subject").GetString());
        Assert.Contains("ClientClosed", rows[^1].GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Contains("rows, all whole and in order", await data.OutputAsync("audit", "verify"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_peer_sent_reaches_neither_log_nor_audit_with_control_characters()
    {
        using var data = await template.CopyAsync();
        await using var server = await RunningServer.StartAsync(data);
        using (var socket = new System.Net.Sockets.TcpClient("127.0.0.1", server.Port))
        {
            await socket.GetStream().WriteAsync("SSH-2.0-\u001b[31mEvil\u0007\r\n"u8.ToArray());
            while (await socket.GetStream().ReadAsync(new byte[256]) > 0)
            {
            }
        }

        using var key = data.LoadKey();
        Assert.False(await server.CanLogInAsync(key, "evil\u202e\u200bname"));
        await WaitForRefusalAsync(data, @"SSH-2.0-\u{1b}[31mEvil\u{7}");
        var shown = await data.OutputAsync("audit", "search") + server.Logs;
        Assert.DoesNotContain('\u001b', shown);
        Assert.DoesNotContain('\u202e', shown);
    }

    /// <summary>The sessions once they are that many: one that was ended is on the list until the server is done with it.</summary>
    private static async Task<IReadOnlyList<JsonElement>> SessionsAsync(Data data, int count)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            JsonElement[] sessions = [.. (await data.LookAsync("sessions")).EnumerateArray()];
            if (sessions.Length == count)
            {
                return sessions;
            }

            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(60), $"{sessions.Length} sessions are listed");
            await Task.Delay(20);
        }
    }

    private static async Task WaitForRefusalAsync(Data data, string words)
    {
        var waited = Stopwatch.StartNew();
        while ((await data.LookAsync("audit", "search", words)).GetArrayLength() == 0)
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(60), $"no audit row says {words}: {await data.OutputAsync("audit", "search")}");
            await Task.Delay(100);
        }
    }
}
