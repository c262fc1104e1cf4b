using System.Net;
using System.Net.Sockets;
using Waybill.SshKeys.Keys;
using Waybill.TestKit.Ssh;

namespace Waybill.Server.Tests.Hostile;

/// <summary>A client from any address of 127.0.0.0/8.</summary>
internal static class Peer
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>A different source for each number.</summary>
    public static IPAddress Source(int number) => new([127, (byte)(1 + (number / 62_500)), (byte)(1 + (number / 250 % 250)), (byte)(1 + (number % 250))]);

    public static async Task<Socket> ConnectAsync(IPAddress source, int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.Bind(new IPEndPoint(source, 0));
            using var limit = new CancellationTokenSource(Patience);
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), limit.Token);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public static async Task<RawSshClient> LogInAsync(IPAddress source, int port, string user, SshPrivateKey key)
    {
        var client = new RawSshClient(new NetworkStream(await ConnectAsync(source, port), ownsSocket: true));
        try
        {
            await client.LogInAsync(user, key);
            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    /// <summary>Whether the server lets a new connection in and speaks to it.</summary>
    public static async Task<bool> IsGreetedAsync(IPAddress source, int port)
    {
        try
        {
            using var socket = await ConnectAsync(source, port);
            using var limit = new CancellationTokenSource(Patience);
            return await socket.ReceiveAsync(new byte[8], limit.Token) > 0;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Waits until the server has closed this connection, reading whatever it says.</summary>
    public static async Task ClosedAsync(Socket socket)
    {
        var buffer = new byte[4096];
        try
        {
            using var limit = new CancellationTokenSource(2 * Patience);
            while (await socket.ReceiveAsync(buffer, limit.Token) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // Reset: closed too.
        }
    }
}
