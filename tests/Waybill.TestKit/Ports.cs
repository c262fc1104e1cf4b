using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Waybill.TestKit;

/// <summary>Ports for servers that must come back on the same one.</summary>
public static class Ports
{
    /// <summary>Held by this process until it ends, whose kernel gives them back then: no other test program is given the same port between this look and its use.</summary>
    private static readonly ConcurrentBag<Socket> Claims = [];

    /// <summary>
    /// A free port of 127.0.0.1 below those that Linux gives to clients (32768 and up), and below the data ports of FTP's tests (20000 and up): while the server is down no
    /// connection of another test takes it.
    /// </summary>
    public static int Free()
    {
        while (true)
        {
            var port = RandomNumberGenerator.GetInt32(10_000, 20_000);
            var claim = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                claim.Bind(new UnixDomainSocketEndPoint($"\0waybill-test-port-{port}"));
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                Claims.Add(claim);
                return port;
            }
            catch (SocketException)
            {
                // Taken: another one.
                claim.Dispose();
            }
        }
    }
}
