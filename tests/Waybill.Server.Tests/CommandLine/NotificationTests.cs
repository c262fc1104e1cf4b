using System.Net;
using System.Net.Sockets;
using System.Text;
using Waybill.Server.Tests.Support;

namespace Waybill.Server.Tests.CommandLine;

/// <summary>Notifications, web hooks and expectations from the command line, with a running server beside.</summary>
public sealed class NotificationTests(Template template)
{
    [Fact]
    public async Task An_event_reaches_the_mail_folder_of_a_running_server_and_doctor_says_that_nobody_gets_it()
    {
        using var data = await template.CopyAsync();
        await using (var server = await RunningServer.StartAsync(data, "--set", "Provider:SupportMail=help@example.com", "--set", "Notifications:Topics=[{\"Topic\":\"file-missing\",\"Provider\":\"now\"}]"))
        {
            data.Sql("INSERT INTO event (topic, account_id, body, created_at) VALUES ('file-missing', 1, '{\"feed\":\"cdr\",\"due\":\"2026-01-15T06:00:00Z\"}', 1768456800000)");
            await WaitAsync(data, "sent");
            Assert.Equal(0, (await server.StopAsync()).ExitCode);
        }

        var mail = await File.ReadAllTextAsync(Assert.Single(Directory.GetFiles(data.Combine("mail"), "*.eml")));
        Assert.Contains("Subject: Account 10020: no cdr file by 2026-01-15 06:00 +00:00", mail, StringComparison.Ordinal);
        Assert.Contains("help@example.com", mail, StringComparison.Ordinal);
        Assert.Contains("Smtp:Host is not set, so mails are written to", await data.OutputAsync("doctor"), StringComparison.Ordinal);
        Assert.Contains("file-missing", await data.OutputAsync("notification", "list", "--account", "10020"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_web_hook_is_added_tested_listed_and_removed()
    {
        using var data = await template.CopyAsync();
        await File.WriteAllTextAsync(data.Beside("secret"), "0123456789abcdef0123456789abcdef\n");
        await File.WriteAllTextAsync(data.Beside("short"), "0123456789abcde\n");
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var url = $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/";
        Assert.Contains("Notifications:HookNetworks", await data.RefusedAsync(1, "hook", "add", url, "--secret-file", data.Beside("secret")), StringComparison.Ordinal);
        string[] allow = ["--set", "Notifications:HookNetworks=127.0.0.0/8"];
        Assert.Contains("openssl rand", await data.RefusedAsync(2, ["hook", "add", url, "--secret-file", data.Beside("short"), .. allow]), StringComparison.Ordinal);
        Assert.Contains("cannot be read", await data.RefusedAsync(1, ["hook", "add", url, "--secret-file", data.Beside("none"), .. allow]), StringComparison.Ordinal);
        await data.RefusedAsync(2, "hook", "add", url);
        await data.SetUpAsync(["hook", "add", url, "--secret-file", data.Beside("secret"), "--topics", "file-missing, file-late", .. allow]);

        var answering = AnswerAsync(listener);
        Assert.Contains("has taken it", await data.OutputAsync(["hook", "test", "1", .. allow]), StringComparison.Ordinal);
        Assert.Contains("Waybill-Signature: t=", await answering, StringComparison.Ordinal);
        Assert.Contains("file-missing,file-late", await data.OutputAsync("hook", "list"), StringComparison.Ordinal);
        Assert.DoesNotContain("0123456789abcdef", await data.OutputAsync("hook", "list", "--json"), StringComparison.Ordinal);
        await data.SetUpAsync("hook", "remove", "1");
        Assert.Contains("hook list", await data.RefusedAsync(1, "hook", "remove", "1"), StringComparison.Ordinal);
        await data.AuditAsync("hook-removed");
    }

    [Fact]
    public async Task A_dead_letter_is_listed_and_tried_again()
    {
        using var data = await template.CopyAsync();
        data.Sql("""
            INSERT INTO delivery (kind, topic, target, message_id, subject, text, state, attempts, created_at, tried_since, due_at, error)
            VALUES ('mail', 'digest', 'a@example.com', '<1@x>', 's', 't', 'dead', 9, 0, 0, 0, 'nobody here')
            """);
        Assert.Contains("1 mails were given up", await data.OutputAsync("doctor"), StringComparison.Ordinal);
        Assert.Equal("nobody here", (await data.JsonAsync("notification", "list", "--dead"))[0].GetProperty("error").GetString());
        Assert.Contains("1 notifications are tried again", await data.OutputAsync("notification", "retry", "--all-dead"), StringComparison.Ordinal);
        Assert.Equal("waiting", (await data.JsonAsync("notification", "retry", "1")).GetProperty("state").GetString());
        Assert.Contains("notification list", await data.RefusedAsync(1, "notification", "retry", "2"), StringComparison.Ordinal);
        await data.RefusedAsync(2, "notification", "retry");
        await data.RefusedAsync(2, "notification", "list", "--dead", "--waiting");
    }

    [Fact]
    public async Task An_expectation_is_set_changed_listed_and_removed()
    {
        using var data = await template.CopyAsync();
        string[] set = ["expectation", "set", "--account", "10020", "--feed", "cdr", "--type", "csv", "--days", "mon-fri"];
        var first = await data.JsonAsync([.. set, "--by", "06:00"]);
        Assert.Equal(("/cdr", "*.csv", "06:00", "mon-fri"), (
            first.GetProperty("folder").GetString(), first.GetProperty("pattern").GetString(), first.GetProperty("by").GetString(), first.GetProperty("days").GetString()));
        await data.SetUpAsync([.. set, "--by", "07:30", "--unfetched-after", "3"]);
        var listed = await data.JsonAsync("expectation", "list", "--account", "10020");
        Assert.Equal(1, listed.GetArrayLength());
        Assert.Equal("07:30", listed[0].GetProperty("by").GetString());
        Assert.Contains("fetched within 3 days", (await data.AuditAsync("expectation-set")).GetProperty("detail").GetString(), StringComparison.Ordinal);
        await data.RefusedAsync(2, [.. set, "--by", "6 o'clock"]);
        await data.RefusedAsync(2, [.. set, "--pattern", "x", "--by", "06:00"]);
        Assert.Contains("Nothing is expected", await data.RefusedAsync(2, set), StringComparison.Ordinal);
        Assert.Contains("account add", await data.RefusedAsync(1, "expectation", "set", "--account", "none", "--feed", "cdr", "--by", "06:00"), StringComparison.Ordinal);
        await data.SetUpAsync("expectation", "remove", "1");
        Assert.Equal(0, (await data.JsonAsync("expectation", "list")).GetArrayLength());
    }

    [Fact]
    public async Task A_broken_template_stops_the_start_with_its_name()
    {
        using var data = await template.CopyAsync();
        Directory.CreateDirectory(data.Combine("templates"));
        await File.WriteAllTextAsync(data.Combine("templates", "default.txt"), "hello");
        Assert.Contains("default.txt", await data.RefusedAsync(1, "serve", "--set", "Ssh:Listen=127.0.0.1:0"), StringComparison.Ordinal);
    }

    private static async Task WaitAsync(Data data, string state)
    {
        var waited = System.Diagnostics.Stopwatch.StartNew();
        while (true)
        {
            var rows = await data.LookAsync("notification", "list");
            if (rows.GetArrayLength() > 0 && rows[0].GetProperty("state").GetString() == state)
            {
                return;
            }

            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(60), rows.ToString());
            await Task.Delay(100);
        }
    }

    private static async Task<string> AnswerAsync(TcpListener listener)
    {
        using var client = await listener.AcceptSocketAsync();
        var buffer = new byte[16 * 1024];
        var length = 0;
        while (!Encoding.UTF8.GetString(buffer, 0, length).Contains("}}", StringComparison.Ordinal))
        {
            var read = await client.ReceiveAsync(buffer.AsMemory(length));
            Assert.NotEqual(0, read);
            length += read;
        }

        await client.SendAsync("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"u8.ToArray());
        return Encoding.UTF8.GetString(buffer, 0, length);
    }
}
