using System.IO.Pipelines;
using System.Net.Security;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Waybill.Ftp.Hosting;
using Waybill.TestKit;

namespace Waybill.Ftp.Tests;

public sealed class GreetingTests
{
    [Fact]
    public async Task A_client_is_greeted_and_may_leave()
    {
        var application = new Nobody();
        var handler = new FtpConnectionHandler(
            new FtpServerOptions { Certificate = () => throw new InvalidOperationException("No handshake here.") }, application, TimeProvider.System, NullLoggerFactory.Instance);
        await using var connection = new InMemoryConnection();
        var running = connection.RunAsync(handler.OnConnectedAsync);
        await connection.Client.Output.WriteAsync("QUIT\r\n"u8.ToArray());
        using var reader = new StreamReader(connection.Client.Input.AsStream(), Encoding.ASCII);
        Assert.StartsWith("220 ", await reader.ReadLineAsync(), StringComparison.Ordinal);
        Assert.StartsWith("221 ", await reader.ReadLineAsync(), StringComparison.Ordinal);
        await running;
        Assert.Equal(FtpEndReason.ClientClosed, application.Report!.Reason);
    }

    private sealed class Nobody : IFtpApplication
    {
        public FtpConnectionReport? Report { get; private set; }

        public ValueTask<bool> MayUsePlainAsync(FtpConnectionInfo connection, string user, CancellationToken cancellationToken) => new(false);

        public ValueTask<IFtpLogin?> LogInAsync(FtpConnectionInfo connection, string user, string password, CancellationToken cancellationToken) => new((IFtpLogin?)null);

        public ValueTask ConnectionEndedAsync(FtpConnectionReport report)
        {
            Report = report;
            return ValueTask.CompletedTask;
        }
    }
}
