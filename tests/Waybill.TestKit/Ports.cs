using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Waybill.TestKit;

/// <summary>Ports for servers that must come back on the same one.</summary>
public static class Ports
{
    /// <summary>
    /// A free port of 127.0.0.1 below those that Linux gives to clients (32768 and up): while the server is down no connection of another test takes it.
    /// </summary>
    public static int Free()
    {
        while (true)
        {
            var port = RandomNumberGenerator.GetInt32(10_000, 32_768);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken: another one.
            }
        }
    }
}
