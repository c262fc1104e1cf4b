using Waybill.Ftp.Hosting;
using Waybill.Ftp.Tests.Support;
using Waybill.TestKit;

namespace Waybill.Ftp.Tests;

/// <summary>A whole session, as clients have it.</summary>
public sealed class SessionTests
{
    [Theory]
    [InlineData(FtpMode.ExplicitTls)]
    [InlineData(FtpMode.ImplicitTls)]
    public async Task A_client_logs_in_sends_lists_fetches_and_leaves(FtpMode mode)
    {
        await using var harness = await FtpHarness.StartAsync(FtpHarness.DefaultOptions with { Mode = mode });
        await using var client = await harness.LogInAsync();
        var content = new SeededRandom(1).Bytes(3_000_007);
        Assert.Equal(226, (await client.PutAsync("STOR Übersicht.csv", content)).Code);
        Assert.Equal(content, harness.Content("Übersicht.csv"));
        Assert.Contains(" 3000007 ", await client.GetTextAsync("LIST"), StringComparison.Ordinal);
        Assert.Equal("Übersicht.csv\r\n", await client.GetTextAsync("NLST"));
        Assert.Equal(content, await client.GetAsync("RETR Übersicht.csv"));
        Assert.Equal(221, await client.SendAsync("QUIT"));
        var report = await harness.ReportAsync();
        Assert.Equal((FtpEndReason.ClientClosed, true, FtpHarness.User, 3_000_007L, 3_000_007L), (report.Reason, report.LoggedIn, report.User, report.BytesReceived, report.BytesSent));
    }
}
