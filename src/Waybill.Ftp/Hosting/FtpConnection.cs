using System.Buffers;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Connections;

namespace Waybill.Ftp.Hosting;

/// <summary>One control connection from its greeting to its report.</summary>
internal sealed class FtpConnection(ConnectionContext transport, FtpServer server) : IAsyncDisposable
{
    private readonly long _accepted = server.Time.GetTimestamp();
    private readonly FtpConnectionInfo _info = new()
    {
        Id = transport.ConnectionId,
        RemoteEndPoint = transport.RemoteEndPoint as IPEndPoint ?? new IPEndPoint(IPAddress.None, 0),
        LocalEndPoint = transport.LocalEndPoint as IPEndPoint ?? new IPEndPoint(IPAddress.None, 0),
        Features = transport.Features,
    };

    /// <summary>Serves the connection; never throws.</summary>
    public async Task RunAsync()
    {
        FtpLog.Accepted(server.Logger, _info.Id, _info.RemoteEndPoint.ToString());
        FtpEndException end;
        try
        {
            await SendAsync($"220 {server.Options.Greeting}\r\n");
            end = await ServeAsync();
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            end = new FtpEndException(FtpEndReason.ConnectionLost, "the network connection broke");
        }
        catch (FtpEndException exception)
        {
            end = exception;
        }

        FtpLog.Ended(server.Logger, _info.Id, end.Reason, end.Message);
        await server.Application.ConnectionEndedAsync(
            new FtpConnectionReport(_info, end.Reason, end.Message, null, false, 0, 0, 0, server.Time.GetElapsedTime(_accepted), []));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<FtpEndException> ServeAsync()
    {
        var input = transport.Transport.Input;
        while (true)
        {
            var read = await input.ReadAsync(transport.ConnectionClosed);
            var rest = read.Buffer;
            while (rest.PositionOf((byte)'\n') is { } lineEnd)
            {
                var line = Encoding.Latin1.GetString(rest.Slice(0, lineEnd)).TrimEnd('\r', ' ');
                rest = rest.Slice(rest.GetPosition(1, lineEnd));
                if (line.Equals("QUIT", StringComparison.OrdinalIgnoreCase))
                {
                    await SendAsync("221 Goodbye.\r\n");
                    return new FtpEndException(FtpEndReason.ClientClosed, "the client said QUIT");
                }

                await SendAsync("502 Command not served.\r\n");
            }

            if (rest.Length > server.Limits.CommandLine)
            {
                throw new FtpEndException(FtpEndReason.ProtocolError, "a command line is too long");
            }

            input.AdvanceTo(rest.Start, rest.End);
            if (read.IsCompleted)
            {
                return new FtpEndException(FtpEndReason.ClientClosed, "the client closed the connection");
            }
        }
    }

    private async ValueTask SendAsync(string text) => await transport.Transport.Output.WriteAsync(Encoding.ASCII.GetBytes(text));
}
