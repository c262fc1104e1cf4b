using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Waybill.Server.Tests.Support;
using Waybill.TestKit;

namespace Waybill.Server.Tests;

/// <summary>What the README tells a newcomer to type.</summary>
public sealed class ReadmeTests(Template template)
{
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task The_server_of_the_README_is_reached_by_a_customer_on_another_machine()
    {
        using var data = await template.CopyAsync();
        var readme = await File.ReadAllLinesAsync(Path.Combine(RepositoryRoot.Find(), "README.md"), TestContext.Current.CancellationToken);
        var line = readme.Single(line => line.StartsWith("./waybill serve ", StringComparison.Ordinal));

        // A shell reads it, quotes and all; the test needs a port of its own.
        var words = await Tool.RequireAsync("sh", "-c", line.TrimEnd('&', ' ').Replace("./waybill serve --data /srv/waybill", "printf '%s\\n'", StringComparison.Ordinal));
        await using var server = RunningServer.Launch(data, words.Replace(":2222", ":0", StringComparison.Ordinal).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        await server.WaitForTextAsync("READY\n", Time);
        var bound = IPEndPoint.Parse(Regex.Match(server.Output, @"^ssh (\S+) ", RegexOptions.Multiline).Groups[1].Value);
        Assert.Equal(IPAddress.Any, bound.Address);

        // An address that is not the default one.
        using var customer = new TcpClient();
        await customer.ConnectAsync("127.0.0.77", bound.Port, TestContext.Current.CancellationToken);
        Assert.True(await customer.GetStream().ReadAsync(new byte[256], TestContext.Current.CancellationToken) > 0);
    }
}
