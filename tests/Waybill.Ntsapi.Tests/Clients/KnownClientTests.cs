using System.Text.RegularExpressions;
using Waybill.Ntsapi.Hosting;
using Waybill.Ntsapi.Tests.Support;

namespace Waybill.Ntsapi.Tests.Clients;

/// <summary>
/// The six public clients of the protocol, as each of them is written: what it sends and in which pace, what it matches, how long it waits (domain.md 1.1 and 1.5).
/// </summary>
public sealed partial class KnownClientTests
{
    private const string Auth = $"AUTH {NtsapiHarness.User} {NtsapiHarness.Password}";
    private const string Number = "01224000000";

    /// <summary>Perl Magrathea::API 1.6.0: CR LF, a digit and a blank on each line, ten seconds for each reply; retries a number that somebody else has taken.</summary>
    [Fact]
    public async Task Client_A()
    {
        await using var harness = await NtsapiHarness.StartAsync();
        await using var client = await NtsapiClient.ConnectAsync(harness.Port);
        async Task<(int Code, string Text)> CommandAsync(string? command)
        {
            if (command is not null)
            {
                await client.WriteAsync(command + "\r\n");
            }

            var line = await client.ReadAsync().WaitAsync(TimeSpan.FromSeconds(10));
            var match = AReply().Match(line);
            Assert.True(match.Success, "Unknown response");
            return (line[0] - '0', match.Groups[2].Value);
        }

        Assert.Equal(0, (await CommandAsync(null)).Code);
        Assert.Equal(0, (await CommandAsync(Auth)).Code);
        var allocated = (await CommandAsync("ALLO " + "01224".PadRight(11, '_'))).Text.Split(' ')[0];
        Assert.Equal(Number, allocated);
        await harness.Numbers.ActivateAsync(allocated);
        Assert.StartsWith("Number not activated", (await CommandAsync($"ACTI {allocated}")).Text, StringComparison.Ordinal);
        allocated = (await CommandAsync("ALLO " + "01224".PadRight(11, '_'))).Text.Split(' ')[0];
        Assert.Equal((0, "Number activated OK"), await CommandAsync($"ACTI {allocated}"));
        Assert.Equal(0, (await CommandAsync($"SET {allocated} 1 441189999999")).Code);

        // It cuts STAT at the first bar and then at blanks.
        Assert.Equal([allocated, "Y", "2026-12-31", "441189999999"], (await CommandAsync($"STAT {allocated}")).Text.Split('|')[0].Split(' '));
        Assert.StartsWith("No number found for allocation", (await CommandAsync("ALLO 0161_______")).Text, StringComparison.Ordinal);
        List<string> listed = [];
        for (var reply = await CommandAsync("ALIST 01224 5"); reply.Code == 0; reply = await CommandAsync(null))
        {
            listed.Add(reply.Text);
        }

        Assert.Equal(5, listed.Count);
        Assert.Equal((0, "01224000030 01224000039"), await CommandAsync("BLKACTI 0122400003 10"));
        Assert.Equal((0, "01224000030 10"), await CommandAsync("BLKINFO 01224000031"));
        Assert.Equal(0, (await CommandAsync($"INFO {allocated} 999 CREATE")).Code);
        Assert.Equal(0, (await CommandAsync($"INFO {allocated} 999 NAME Smith")).Code);
        List<string> fields = [];
        for (var reply = await CommandAsync($"INFO {allocated} 999 DATA"); reply.Code == 0; reply = await CommandAsync(null))
        {
            fields.Add(reply.Text);
        }

        Assert.Equal(["NAME Smith"], fields);
        Assert.Equal(0, (await CommandAsync("QUIT")).Code);
        Assert.Null(await client.TryReadAsync());
    }

    /// <summary>Perl Net::Magrathea 0.03: CR LF, five seconds, the greeting and the texts of success byte for byte.</summary>
    [Fact]
    public async Task Client_B()
    {
        await using var harness = await NtsapiHarness.StartAsync();
        await using var client = await NtsapiClient.ConnectAsync(harness.Port);
        async Task ExpectAsync(string? command, string pattern)
        {
            if (command is not null)
            {
                await client.WriteAsync(command + "\r\n");
            }

            Assert.Matches(pattern, await client.ReadAsync().WaitAsync(TimeSpan.FromSeconds(5)));
        }

        await ExpectAsync(null, @"^0 Magrathea NTS GW \(ntsapi\.c\(V0\.1\)\)$");
        await ExpectAsync(Auth, @"^0 Access granted\. Welcome \(cl=500\)$");
        await ExpectAsync("ALLO 01224______", @"^0 [0-9]{2,} Allocated$");
        await ExpectAsync($"ACTI {Number}", "^0 Number activated OK$");
        await ExpectAsync($"SET {Number} 1 S:441224000000@sip.example", "^0 Number updated OK$");
        await ExpectAsync($"INFO {Number} GEN Example Ltd, 1 High St, AB10 1AA", "^0 Information updated$");
        await ExpectAsync($"DEAC {Number}", "^0 Number deactivated OK$");
        await ExpectAsync($"REAC {Number}", "^0 Number reactivated OK$");
        await ExpectAsync("QUIT", "^0 Many thanks. Goodbye$");
    }

    /// <summary>Node magrathea-cli: TLS, no end behind a command, takes each next line for the answer, and destroys its socket half a second after QUIT.</summary>
    [Fact]
    public async Task Client_C()
    {
        await using var harness = await NtsapiHarness.StartAsync(NtsapiHarness.Tls);
        await using var client = await NtsapiClient.ConnectAsync(harness.Port);
        await client.StartTlsAsync();
        async Task<string[]> CommandAsync(string? command)
        {
            if (command is not null)
            {
                await client.WriteAsync(command);
            }

            return (await client.ReadAsync()).Split((char[]?)null, StringSplitOptions.None);
        }

        Assert.Equal("0", (await CommandAsync(null))[0]);
        Assert.Equal("0", (await CommandAsync(Auth))[0]);
        var allocated = (await CommandAsync("ALLO +441224______"))[1];
        Assert.Equal("0", (await CommandAsync($"ACTI {allocated}"))[0]);
        Assert.Equal("0", (await CommandAsync($"SET {allocated} 2 S:user:pass@host.example"))[0]);
        var status = await CommandAsync($"STAT {allocated}");
        Assert.Equal(["0", allocated, "Y", "2026-12-31"], status[..4]);
        Assert.Equal(["S:user:pass@host.example"], status[4].Split('|').Where(static target => target.Length > 0));
        await client.WriteAsync("QUIT");
        await Task.Delay(500);
        client.Socket.Dispose();
        Assert.Equal((NtsapiEndReason.ClientClosed, "the client said QUIT"), ((await harness.ReportAsync()).Reason, (await harness.ReportAsync()).Detail));
    }

    /// <summary>Python scripts over telnetlib: LF behind AUTH and QUIT, nothing behind SET, no reply read before QUIT, and then all there is until the server closes.</summary>
    [Fact]
    public async Task Client_D()
    {
        await using var harness = await NtsapiHarness.StartAsync();
        await harness.Numbers.ActivateAsync(Number);
        await using var client = await NtsapiClient.ConnectAsync(harness.Port);
        Assert.Equal("0 Magrathea NTS GW (ntsapi.c(V0.1))", await client.ReadAsync());
        await client.WriteAsync(Auth + "\n");
        foreach (var index in (int[])[1, 2])
        {
            await client.WriteAsync($"SET {Number} {index} S:441224000000@server1");

            // It sleeps between its commands: without that they come as one.
            await Task.Delay(1_000);
        }

        await client.WriteAsync("QUIT\n");
        Assert.Equal("0 Access granted. Welcome (cl=500)\n0 Number updated OK\n0 Number updated OK\n0 Many thanks. Goodbye\n", await client.ReadToEndAsync());
    }

    /// <summary>The same without the sleep: the network makes one command of two, which is refused, and nothing is set.</summary>
    [Fact]
    public async Task Client_D_whose_commands_come_as_one()
    {
        await using var harness = await NtsapiHarness.StartAsync();
        await harness.Numbers.ActivateAsync(Number);
        await using var client = await NtsapiClient.ConnectAsync(harness.Port);
        await client.ReadAsync();
        await client.WriteAsync($"{Auth}\nSET {Number} 1 S:441224000000@server1SET {Number} 1 S:441224000000@server1QUIT\n");
        Assert.Equal("0 Access granted. Welcome (cl=500)", await client.ReadAsync());
        Assert.StartsWith("4 Two commands came as one, and neither was done.", await client.ReadAsync(), StringComparison.Ordinal);
        Assert.Equal($"0 {Number} Y 2026-12-31 ||", await client.AskAsync($"STAT {Number}"));
    }

    /// <summary>AgileBill's PHP plug-in: CR; sleeps a second and reads what is there; the first character is the code, the message begins at the third, and one line feed is behind it.</summary>
    [Fact]
    public async Task Client_E()
    {
        await using var harness = await NtsapiHarness.StartAsync();
        await using var client = await NtsapiClient.ConnectAsync(harness.Port);
        async Task<string> CommandAsync(string command)
        {
            await client.WriteAsync(command + "\r");
            await Task.Delay(1_000);
            Assert.True(client.Socket.Available > 0, "there is no reply after a second");
            var reply = await client.ReadOnceAsync();
            Assert.Equal(reply.Length - 1, reply.IndexOf('\n', StringComparison.Ordinal));
            return reply;
        }

        Assert.Equal('0', (await client.ReadOnceAsync())[0]);
        Assert.Equal('0', (await CommandAsync(Auth))[0]);
        List<string> pool = [];
        for (var i = 0; i < 3; i++)
        {
            pool.Add(string.Concat((await CommandAsync("ALLO " + "01224".PadRight(11, '_')))[2..].Where(char.IsAsciiDigit)));
        }

        Assert.Equal(3, pool.Distinct().Count(static number => number.Length == 11));
        Assert.Equal("Number activated OK\n", (await CommandAsync($"ACTI {pool[0]}"))[2..]);
        Assert.Equal('4', (await CommandAsync("exit"))[0]);
        Assert.Equal('0', (await CommandAsync($"STAT {pool[0]}"))[0]);
    }

    /// <summary>PHP Magrathea_Client: no end behind a command, fgets for the reply, QUIT and away without reading.</summary>
    [Fact]
    public async Task Client_F()
    {
        await using var harness = await NtsapiHarness.StartAsync();
        await using (var client = await NtsapiClient.ConnectAsync(harness.Port))
        {
            Assert.Equal('0', (await client.ReadAsync())[0]);
            foreach (var command in (string[])[Auth, $"ACTI {Number}", $"SET {Number} 1 S:fax@example.org", $"STAT {Number}"])
            {
                await client.WriteAsync(command);
                Assert.Equal('0', (await client.ReadAsync())[0]);
            }

            await client.WriteAsync("QUIT");
        }

        Assert.Equal((NtsapiEndReason.ClientClosed, "the client said QUIT"), ((await harness.ReportAsync()).Reason, (await harness.ReportAsync()).Detail));
    }

    /// <summary>A person at a plain TCP connection, in the pace of fingers: a program that sends each key as it is pressed, and one that sends lines.</summary>
    [Fact]
    public async Task A_person_who_types()
    {
        await using var harness = await NtsapiHarness.StartAsync();
        await using var client = await NtsapiClient.ConnectAsync(harness.Port);
        await client.ReadAsync();
        foreach (var key in "help\r\n")
        {
            await client.WriteAsync(key.ToString());
            await Task.Delay(30);
        }

        Assert.StartsWith("0 Commands:", await client.ReadAsync(), StringComparison.Ordinal);
        Assert.StartsWith("0 Access granted", await client.AskAsync(Auth.Replace("AUTH", "auth", StringComparison.Ordinal)), StringComparison.Ordinal);
        foreach (var word in "acti 01224|000|000\r\n".Split('|'))
        {
            await client.WriteAsync(word);
            await Task.Delay(500);
        }

        Assert.Equal("0 Number activated OK", await client.ReadAsync());
        await client.WriteAsync("\r\n\r\nquit\r\n");
        Assert.Equal("0 Many thanks. Goodbye\n", await client.ReadToEndAsync());
    }

    /// <summary>Whole dialogues that are cut anywhere, by clients that end their commands: the replies are the same, one for each.</summary>
    [Theory]
    [InlineData("\r\n")]
    [InlineData("\n")]
    [InlineData("\r")]
    public async Task Commands_may_be_sent_without_waiting_and_split_anywhere(string end)
    {
        await using var harness = await NtsapiHarness.StartAsync(NtsapiHarness.Tls);
        string[] commands = [Auth, $"ACTI {Number}", $"SET {Number} 1 S:a@b", $"STAT {Number}", "NONSENSE", "ALLO 0161", "QUIT"];
        var text = string.Concat(commands.Select(command => command + end));
        for (var piece = 1; piece < text.Length; piece = piece < 8 ? piece + 1 : piece * 2)
        {
            await harness.Numbers.DeactivateAsync(Number);
            await using var client = await harness.ConnectAsync();
            for (var at = 0; at < text.Length; at += piece)
            {
                await client.WriteAsync(text[at..Math.Min(text.Length, at + piece)]);
            }

            Assert.Equal(
                $"0 Access granted. Welcome (cl=500)\n0 Number activated OK\n0 Number updated OK\n0 {Number} Y 2026-12-31 S:a@b||\n4 Unknown command. HELP lists those that there are\n"
                + "1 No number found for allocation\n0 Many thanks. Goodbye\n",
                await client.ReadToEndAsync());
        }
    }

    [GeneratedRegex(@"^(\d)\s+(.*)")]
    private static partial Regex AReply();
}
