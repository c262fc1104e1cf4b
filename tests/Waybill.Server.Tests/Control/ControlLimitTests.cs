using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Waybill.Server.Control;
using Waybill.TestKit;

namespace Waybill.Server.Tests.Control;

/// <summary>The bounds between commands and the server beside them, with both at hand: no command keeps the others waiting, and none waits for ever.</summary>
public sealed class ControlLimitTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_command_that_says_nothing_keeps_the_others_waiting_for_a_moment_only()
    {
        using var directory = new TemporaryDirectory();
        await using var server = Start(directory, new ControlReply(Done: true));
        using var silent = await ConnectAsync(Socket(directory));
        await ExpectServedAsync(directory);
        Assert.Empty(await RestAsync(silent));
    }

    [Fact]
    public async Task A_request_is_read_up_to_its_limit_and_a_longer_one_gets_no_answer()
    {
        using var directory = new TemporaryDirectory();
        await using var server = Start(directory, new ControlReply(Done: true));
        foreach (var (length, served) in new[] { (ControlServer.MaximumRequest, true), (ControlServer.MaximumRequest + 1, false) })
        {
            var empty = JsonSerializer.Serialize(new ControlRequest("", ""), ControlJson.Default.ControlRequest);
            var request = JsonSerializer.SerializeToUtf8Bytes(new ControlRequest("", new string('x', length - empty.Length)), ControlJson.Default.ControlRequest);
            Assert.Equal(length, request.Length);
            using var client = await ConnectAsync(Socket(directory));
            await client.SendAsync(request);
            Assert.Equal(served, (await RestAsync(client)).Length > 0);
        }

        await ExpectServedAsync(directory);
    }

    [Fact]
    public async Task A_command_that_does_not_read_its_reply_is_given_up()
    {
        using var directory = new TemporaryDirectory();
        await using var server = Start(directory, request => new ControlReply(Done: true, request.Argument is null ? null : new string('x', 16 * 1024 * 1024)));
        using var deaf = await ConnectAsync(Socket(directory));
        await deaf.SendAsync((byte[])[.. JsonSerializer.SerializeToUtf8Bytes(new ControlRequest("", "much"), ControlJson.Default.ControlRequest), (byte)'\n']);
        await ExpectServedAsync(directory);
    }

    [Fact]
    public async Task A_command_does_not_wait_for_ever_for_a_server_that_is_there_but_does_not_answer()
    {
        using var directory = new TemporaryDirectory();
        using var hung = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        hung.Bind(new UnixDomainSocketEndPoint(Socket(directory)));
        hung.Listen();
        var error = await Assert.ThrowsAsync<CommandException>(() => ControlClient.AskAsync(Socket(directory), new ControlRequest("status"), CancellationToken.None).WaitAsync(Deadline));
        Assert.Equal("the running server does not answer; see its log, and try again", error.Message);
    }

    private static string Socket(TemporaryDirectory directory) => directory.Combine("control.sock");

    private static ControlServer Start(TemporaryDirectory directory, ControlReply reply) => Start(directory, _ => reply);

    private static ControlServer Start(TemporaryDirectory directory, Func<ControlRequest, ControlReply> reply)
    {
        var server = new ControlServer(Socket(directory), request => ValueTask.FromResult(reply(request)), NullLogger.Instance);
        server.Start();
        return server;
    }

    private static async Task<Socket> ConnectAsync(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        return socket;
    }

    private static async Task ExpectServedAsync(TemporaryDirectory directory)
    {
        var reply = await ControlClient.AskAsync(Socket(directory), new ControlRequest("status"), CancellationToken.None).WaitAsync(Deadline);
        Assert.True(reply!.Done);
    }

    /// <summary>What comes until the server closes.</summary>
    private static async Task<byte[]> RestAsync(Socket socket)
    {
        var buffer = new byte[4096];
        var length = 0;
        try
        {
            while (await socket.ReceiveAsync(buffer.AsMemory(length)).AsTask().WaitAsync(Deadline) is > 0 and var received)
            {
                length += received;
            }
        }
        catch (SocketException)
        {
            // Closed with bytes of ours unread.
        }

        return buffer[..length];
    }
}
