using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.RegularExpressions;
using Waybill.Ftp.Tests.Support;
using Waybill.TestKit;

namespace Waybill.Ftp.Tests.Peers;

/// <summary>Says an order to a server, and notes the codes of its replies.</summary>
internal sealed partial class OrderSession : IAsyncDisposable
{
    private const string Closed = "closed";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly OrderServer _server;
    private readonly FtpClient _client;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private Socket? _passive;
    private bool _isActive;
    private bool _isProtected;
    private Stream? _running;

    private OrderSession(OrderServer server, FtpClient client)
    {
        (_server, _client) = (server, client);
        _listener.Start();
    }

    /// <summary>The codes of each step: mostly one, two of a transfer, or that the connection is closed.</summary>
    public static async Task<IReadOnlyList<string>> RunAsync(OrderServer server, CommandOrder order)
    {
        await using var session = new OrderSession(server, await FtpClient.ConnectAsync(server.Port, indentsLines: false));
        Assert.Equal(220, (await session._client.ReadReplyAsync()).Code);
        string[] before = order.Start switch
        {
            OrderStart.Plain => [],
            OrderStart.Secured => ["AUTH TLS"],
            _ => ["AUTH TLS", "USER <user>", "PASS <password>", "PBSZ 0", "PROT P", "TYPE I", "CWD files"],
        };
        foreach (var step in before)
        {
            Assert.Matches("^(234|331|230|200|250)$", await session.StepAsync(step));
        }

        var codes = new List<string>();
        foreach (var step in order.Steps)
        {
            codes.Add(codes is [.., Closed] ? Closed : await session.StepAsync(step));
        }

        return codes;
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        _passive?.Dispose();
        await _client.DisposeAsync();
    }

    private async Task<string> StepAsync(string step)
    {
        if (step.StartsWith(CommandOrder.Silent, StringComparison.Ordinal))
        {
            return await SilentStepAsync(step[CommandOrder.Silent.Length..]);
        }

        var isLeftRunning = step.EndsWith(CommandOrder.Running, StringComparison.Ordinal);
        var command = isLeftRunning ? step[..^CommandOrder.Running.Length] : step;
        try
        {
            await _client.WriteAsync(CommandOrder.Expand(command, _server, ((IPEndPoint)_listener.LocalEndpoint).Port));
        }
        catch (IOException)
        {
            return Closed;
        }

        if (_running is { } running)
        {
            // The transfer that runs answers too, before this command or behind it.
            _running = null;
            await FinishAsync(running, isUpload: false);
            return $"{await CodeAsync()} {await CodeAsync()}";
        }

        if (await _client.TryReadReplyAsync() is not { } reply)
        {
            return Closed;
        }

        await NoteAsync(command, reply);
        if (reply.Code >= 200)
        {
            return Code(reply);
        }

        var data = await OpenDataAsync();
        if (isLeftRunning)
        {
            _running = data;
            return Code(reply);
        }

        await FinishAsync(data, isUpload: command.StartsWith("STO", StringComparison.Ordinal) || command.StartsWith("APPE", StringComparison.Ordinal));
        return $"{Code(reply)} {await CodeAsync()}";
    }

    /// <summary>SYST is asked behind it, whose reply no other command has; in a record of TLS of its own, since ProFTPD passes over all of one with too long a line.</summary>
    private async Task<string> SilentStepAsync(string command)
    {
        const int SystemType = 215;
        try
        {
            await _client.WriteAsync(CommandOrder.Expand(command, _server, 0));
            await _client.WriteAsync("SYST\r\n");
        }
        catch (IOException)
        {
            return Closed;
        }

        var code = await CodeAsync();
        if (code == $"{SystemType}")
        {
            return "none";
        }

        return code == Closed || await _client.TryReadReplyAsync() is { Code: SystemType } ? code : $"{code} closed";
    }

    private async Task NoteAsync(string command, Reply reply)
    {
        switch (reply.Code)
        {
            case 234:
                await _client.StartTlsAsync();
                break;
            case 227 or 229:
                var numbers = Number().Matches(reply.Text[4..]).Select(match => int.Parse(match.Value, CultureInfo.InvariantCulture)).ToArray();
                _passive?.Dispose();
                _passive = await FtpClient.DialAsync(reply.Code == 229 ? numbers[^1] : (numbers[^2] << 8) | numbers[^1]);
                _isActive = false;
                break;
            case 200 when command.StartsWith("PORT", StringComparison.Ordinal) || command.StartsWith("EPRT", StringComparison.Ordinal):
                _isActive = true;
                break;
            case 200 when command.StartsWith("PROT", StringComparison.Ordinal):
                _isProtected = command == "PROT P";
                break;
        }
    }

    private async Task<Stream> OpenDataAsync()
    {
        var socket = _isActive ? await _listener.AcceptSocketAsync().WaitAsync(Patience) : _passive!;
        _passive = null;
        var stream = new NetworkStream(socket, ownsSocket: true);
        return _isProtected ? await TestTls.ConnectAsync(stream) : stream;
    }

    private static async Task FinishAsync(Stream data, bool isUpload)
    {
        try
        {
            if (isUpload)
            {
                await data.WriteAsync("upload"u8.ToArray()).AsTask().WaitAsync(Patience);
                await FtpClient.CloseAsync(data);
            }
            else
            {
                await data.CopyToAsync(Stream.Null).WaitAsync(Patience);
            }
        }
        catch (IOException)
        {
            // The server ended the transfer: its reply says how.
        }

        await data.DisposeAsync();
    }

    private async Task<string> CodeAsync() => await _client.TryReadReplyAsync() is { } reply ? Code(reply) : Closed;

    private static string Code(Reply reply) => reply.Code.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Number();
}
