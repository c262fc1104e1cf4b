using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Waybill.SshKeys.Crypto;

// What this machine and this runtime allow at best: 32 KiB reads from the page cache, the cipher's calls for SSH packets, eight packets a send; no protocol.
// Prints the CPU seconds of the sending side. The receiving side is a process of its own (this program again), so that it is not counted.
const int PayloadLength = 32 * 1024;
const int PacketsPerSend = 8;

if (args is ["--receive", var port])
{
    using var sink = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    sink.Connect(IPAddress.Loopback, int.Parse(port, CultureInfo.InvariantCulture));
    var ignored = new byte[1 << 20];
    while (sink.Receive(ignored) > 0)
    {
    }

    return 0;
}

if (args is not [var path, "aes256-gcm" or "aes128-ctr"])
{
    Console.Error.WriteLine("usage: Waybill.Limit FILE aes256-gcm|aes128-ctr");
    return 2;
}

using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
listener.Listen(1);
var listening = ((IPEndPoint)listener.LocalEndPoint!).Port.ToString(CultureInfo.InvariantCulture);
using var receiver = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [.. Environment.GetCommandLineArgs()[..1], "--receive", listening]))!;
using var connection = listener.Accept();
connection.NoDelay = true;

using var file = File.OpenHandle(path);
using var sealer = args[1] == "aes256-gcm"
    ? PacketCiphers.CreateSealer("aes256-gcm@openssh.com", null, new byte[32], new byte[12], [])
    : PacketCiphers.CreateSealer("aes128-ctr", "hmac-sha2-256-etm@openssh.com", new byte[16], new byte[16], new byte[32]);
var plain = new byte[5 + PayloadLength];
var padding = new byte[(2 * 16) - 1 - (PayloadLength % 16)];
var packet = plain.Length + padding.Length + sealer.TagLength;
var outgoing = GC.AllocateArray<byte>(PacketsPerSend * packet, pinned: true);
BinaryPrimitives.WriteInt32BigEndian(plain, 1 + PayloadLength + padding.Length);
plain[4] = (byte)padding.Length;
var length = RandomAccess.GetLength(file);
var filled = 0;
uint sequence = 0;
var start = Process.GetCurrentProcess().TotalProcessorTime;
for (long offset = 0; offset < length; offset += PayloadLength)
{
    RandomAccess.Read(file, plain.AsSpan(5), offset);
    sealer.Seal(sequence++, plain, [], padding, outgoing.AsSpan(filled, packet));
    filled += packet;
    if (filled == outgoing.Length)
    {
        Send();
    }
}

Send();
var used = Process.GetCurrentProcess().TotalProcessorTime - start;
connection.Shutdown(SocketShutdown.Send);
receiver.WaitForExit();
Console.WriteLine(used.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture));
return 0;

void Send()
{
    for (var sent = 0; sent < filled;)
    {
        sent += connection.Send(outgoing.AsSpan(sent, filled - sent));
    }

    filled = 0;
}
