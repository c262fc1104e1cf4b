using System.Text.RegularExpressions;

namespace Waybill.Interop.Tests.Ntsapi;

/// <summary>What clients A, D and E of domain.md 1.5 do beside ending their commands in their own way, against the program and its database; the rest of it is in KnownClientTests.</summary>
public sealed partial class NtsapiTests
{
    /// <summary>A takes another number when somebody was quicker, reads a list to the line that does not begin with 0, and cuts STAT at the first bar and then at blanks.</summary>
    [Fact]
    public async Task Client_A_asks_again_for_a_number_that_somebody_took_and_reads_lists_to_their_end()
    {
        const string End = "\r\n";
        await ntsapi.AddRangeAsync("01465200000", "01465200039");
        await using var line = await ntsapi.ConnectPlainAsync();
        Assert.Equal("0 Access granted. Welcome (cl=500)", await line.AskAsync($"AUTH {WaybillServer.User} {Server.Password}", End));
        var first = FirstWord(await line.AskAsync("ALLO " + "01465".PadRight(11, '_'), End));
        await Server.CommandAsync("numbers", "activate", first, "--account", WaybillServer.User);
        Assert.StartsWith("1 Number not activated", await line.AskAsync($"ACTI {first}", End), StringComparison.Ordinal);
        var second = FirstWord(await line.AskAsync("ALLO " + "01465".PadRight(11, '_'), End));
        Assert.NotEqual(first, second);
        Assert.Equal("0 Number activated OK", await line.AskAsync($"ACTI {second}", End));
        Assert.Equal("0 Number updated OK", await line.AskAsync($"SET {second} 1 441189999999", End));
        var status = (await line.AskAsync($"STAT {second}", End)).Split('|')[0].Split(' ');
        Assert.Equal(["0", second, "Y", status[3], "441189999999"], status);
        Assert.Matches(IsoDay(), status[3]);

        // It sends the bare prefix, and sorts.
        await line.WriteAsync("ALIST 01465 100" + End);
        List<string> listed = [];
        string? reply;
        for (reply = await line.ReadAsync(); reply is ['0', ' ', ..]; reply = await line.ReadAsync())
        {
            listed.Add(reply[2..]);
        }

        Assert.Matches("^[1-9] ", reply);
        Assert.Equal(
            Enumerable.Range(0, 40).Select(static i => $"014652000{i:D2}").Except([first, second]), listed.Order());
        Assert.Matches("^0 0146520[0-9]{4} 0146520[0-9]{4}$", await line.AskAsync("BLKACTI 01465 10", End));

        // Ten digits are a beginning too, as long as no number has just these.
        await ntsapi.AddRangeAsync("01465300030", "01465300039");
        Assert.Equal("0 01465300030 01465300039", await line.AskAsync("BLKACTI 0146530003 10", End));
        Assert.Equal("0 01465300030 10", await line.AskAsync("BLKINFO 01465300031", End));
        Assert.StartsWith("1 No number found for allocation", await line.AskAsync("ALLO 0161_______", End), StringComparison.Ordinal);
        Assert.Equal("0 Many thanks. Goodbye", await line.AskAsync("QUIT", End));
        Assert.Null(await line.ReadAsync());
    }

    /// <summary>
    /// D ends AUTH and QUIT with a line feed and SET with nothing, sleeps a second after each, and reads nothing before QUIT. Here it sleeps until the target is set, however
    /// long the machine takes. Without that its commands come as one, and nothing is set.
    /// </summary>
    [Fact]
    public async Task Client_D_reads_all_after_QUIT_and_what_came_as_one_has_changed_nothing()
    {
        await ntsapi.AddRangeAsync("01466200000", "01466200000");
        await Server.CommandAsync("numbers", "activate", "01466200000", "--account", WaybillServer.User);
        await using (var line = await ntsapi.ConnectPlainAsync())
        {
            await using var beside = await ntsapi.ConnectPlainAsync();
            Assert.StartsWith("0 ", await beside.AskAsync($"AUTH {WaybillServer.User} {Server.Password}"), StringComparison.Ordinal);
            await line.WriteAsync($"AUTH {WaybillServer.User} {Server.Password}\n");
            foreach (var index in (int[])[1, 2])
            {
                var target = $"S:441466200000@server{index}";
                await line.WriteAsync($"SET 01466200000 {index} {target}");
                await FtpsTests.WaitForAsync(async () => (await beside.AskAsync("STAT 01466200000")).Contains(target, StringComparison.Ordinal));
            }

            await line.WriteAsync("QUIT\n");
            foreach (var reply in (string?[])["0 Access granted. Welcome (cl=500)", "0 Number updated OK", "0 Number updated OK", "0 Many thanks. Goodbye", null])
            {
                Assert.Equal(reply, await line.ReadAsync());
            }
        }

        await using var glued = await ntsapi.ConnectPlainAsync();
        await glued.WriteAsync($"AUTH {WaybillServer.User} {Server.Password}\nSET 01466200000 1 S:4@server3SET 01466200000 2 S:4@server4QUIT\n");
        Assert.Equal("0 Access granted. Welcome (cl=500)", await glued.ReadAsync());
        Assert.StartsWith("4 Two commands came as one, and neither was done.", await glued.ReadAsync(), StringComparison.Ordinal);
        Assert.Contains(" S:441466200000@server1|S:441466200000@server2|", await glued.AskAsync("STAT 01466200000"), StringComparison.Ordinal);
    }

    /// <summary>E sleeps a second and reads what is there; the first character is the code, the message begins at the third, and of the message of ALLO all digits are the number. It fills a pool that way, and takes none of it.</summary>
    [Fact]
    public async Task Client_E_fills_its_pool_with_numbers_that_differ_and_finds_each_reply_after_a_second()
    {
        await ntsapi.AddRangeAsync("01467200000", "01467200999");
        await using var line = await ntsapi.ConnectPlainAsync();
        async Task<string> CommandAsync(string command)
        {
            await line.WriteAsync(command + "\r");
            return (await line.ReadAsync().WaitAsync(TimeSpan.FromSeconds(1)))!;
        }

        Assert.Equal('0', (await CommandAsync($"AUTH {WaybillServer.User} {Server.Password}"))[0]);
        List<string> pool = [];
        for (var i = 0; i < 12; i++)
        {
            pool.Add(string.Concat((await CommandAsync("ALLO " + "01467".PadRight(11, '_')))[2..].Where(char.IsAsciiDigit)));
        }

        // Twelve out of sixty-four and more: fewer than three different ones come once in 10^13 runs.
        Assert.All(pool, static number => Assert.Equal(11, number.Length));
        Assert.True(pool.Distinct().Count() >= 3, string.Join(' ', pool));
        Assert.Equal("Number activated OK", (await CommandAsync($"ACTI {pool[0]}"))[2..]);

        // It says something of its own when it leaves.
        Assert.Equal('4', (await CommandAsync("exit"))[0]);
        Assert.Equal('0', (await CommandAsync($"STAT {pool[0]}"))[0]);
    }

    private static string FirstWord(string reply) => reply.Split(' ')[1];

    [GeneratedRegex("^2[0-9]{3}-[0-9]{2}-[0-9]{2}$")]
    private static partial Regex IsoDay();
}
