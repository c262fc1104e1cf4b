namespace Waybill.Ftp.Tests.Peers;

/// <summary>The same orders of commands go to vsftpd, ProFTPD and Waybill; wherever codes differ, docs/protocols/ftp.md says why.</summary>
public sealed class PeerTests
{
    /// <summary>ProFTPD sleeps 0.2 s after every session.</summary>
    private const int ProFtpdServers = 8;

    [Fact]
    public async Task Every_reply_code_is_that_of_vsftpd_and_ProFTPD_or_the_difference_is_explained()
    {
        var orders = CommandOrder.ReadAll();
        Assert.InRange(orders.Count, 200, 1000);
        Assert.Equal(orders.Count, orders.Select(order => (order.Start, order.ToString())).Distinct().Count());
        var codes = await Task.WhenAll(
            RunAsync(OrderServers.StartWaybillAsync, orders), RunAsync(OrderServers.StartVsftpdAsync, orders), RunAsync(OrderServers.StartProFtpdAsync, orders, ProFtpdServers));
        var differences = new List<Difference>();
        for (var i = 0; i < orders.Count; i++)
        {
            for (var step = 0; step < orders[i].Steps.Count; step++)
            {
                var (ours, vsftpd, proftpd) = (codes[0][i][step], codes[1][i][step], codes[2][i][step]);
                if (ours != vsftpd || ours != proftpd)
                {
                    differences.Add(new Difference(orders[i] with { Steps = [.. orders[i].Steps.Take(step + 1)] }, $"{ours} | {vsftpd} | {proftpd}"));
                }
            }
        }

        var problems = DifferenceTable.Read().Problems(differences).ToList();
        Assert.True(problems.Count == 0, string.Join("\n", problems));
    }

    [Fact]
    public void A_difference_without_an_explanation_and_an_explanation_without_a_difference_are_both_problems()
    {
        var table = new DifferenceTable([DifferenceTable.Heading, "| `A`, `B -> C` | 200 | 500 | 502 | because |", "| `D\\|` | 1 | 2 | 3 | so |", "## Next", "| `E` | 1 | 2 | 3 | no |"]);
        Difference Of(string order, string codes) => new(new CommandOrder(OrderStart.LoggedIn, order.Split(CommandOrder.Arrow)), codes);
        Difference[] explained = [Of("A", "200 | 500 | 502"), Of("X -> B -> C", "200 | 500 | 502"), Of("D|", "1 | 2 | 3")];
        Assert.Empty(table.Problems(explained));
        Assert.Single(table.Problems(explained[..2]), problem => problem.Contains("not there", StringComparison.Ordinal) && problem.Contains("`D|`", StringComparison.Ordinal));
        foreach (var difference in (Difference[])[Of("A", "200 | 500 | 500"), Of("C", "200 | 500 | 502"), Of("XB -> C", "200 | 500 | 502"), Of("E", "1 | 2 | 3")])
        {
            Assert.Single(table.Problems([.. explained, difference]), problem => problem.Contains("not explained", StringComparison.Ordinal));
        }
    }

    /// <summary>Says all orders to a server, or to several of its kind that share them.</summary>
    private static async Task<IReadOnlyList<string>[]> RunAsync(Func<Task<OrderServer>> startAsync, IReadOnlyList<CommandOrder> orders, int servers = 1)
    {
        var codes = new IReadOnlyList<string>[orders.Count];
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, servers).Select(async _ =>
        {
            await using var server = await startAsync();
            for (var i = Interlocked.Increment(ref next); i < orders.Count; i = Interlocked.Increment(ref next))
            {
                try
                {
                    server.MakeFiles();
                    codes[i] = await OrderSession.RunAsync(server, orders[i]);
                }
                catch (Exception exception)
                {
                    throw new InvalidOperationException($"{server.Name}, {orders[i].Start}: {orders[i]}", exception);
                }
            }
        }));
        return codes;
    }
}
