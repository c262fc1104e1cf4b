using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using System.Text.RegularExpressions;
using Waybill.TestKit;

namespace Waybill.Ftp.Tests.Support;

/// <summary>A reply as it came.</summary>
/// <param name="Code">Its code.</param>
/// <param name="Lines">All its lines.</param>
internal sealed record Reply(int Code, IReadOnlyList<string> Lines)
{
    public string Text => string.Join('\n', Lines);

    public override string ToString() => Text;
}

/// <summary>A client that says exactly what a test wants, and demands well-formed replies.</summary>
internal sealed partial class FtpClient : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Socket _socket;
    private readonly List<byte> _buffer = [];

    private FtpClient(Socket socket)
    {
        _socket = socket;
        Stream = new NetworkStream(socket, ownsSocket: true);
    }

    public Stream Stream { get; private set; }

    public Socket Socket => _socket;

    /// <summary>The last reply.</summary>
    public Reply Last { get; private set; } = new(0, []);

    public SslProtocols Protocols { get; set; } = SslProtocols.None;

    /// <summary>Whether lines within a reply begin with a blank: ours do, so that no client takes one for the last; other servers' need not.</summary>
    public bool IndentsLines { get; init; } = true;

    public static async Task<FtpClient> ConnectAsync(int port, string? from = null, string to = "127.0.0.1", bool indentsLines = true)
    {
        var address = IPAddress.Parse(to);
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (from is not null)
        {
            socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        }

        await socket.ConnectAsync(address, port);
        return new FtpClient(socket) { IndentsLines = indentsLines };
    }

    /// <summary>Shakes hands as a client that knows the root.</summary>
    public async Task StartTlsAsync(IEnumerable<string>? protocols = null) => Stream = await TestTls.ConnectAsync(Stream, protocols, Protocols);

    public async Task WriteAsync(byte[] bytes) => await Stream.WriteAsync(bytes).AsTask().WaitAsync(Patience);

    public Task WriteAsync(string text) => WriteAsync(Encoding.UTF8.GetBytes(text));

    /// <summary>Sends a command and returns its reply's code.</summary>
    public async Task<int> SendAsync(string command) => (await CommandAsync(command)).Code;

    /// <summary>Sends a command and returns its reply.</summary>
    public async Task<Reply> CommandAsync(string command)
    {
        await WriteAsync(command + "\r\n");
        return await ReadReplyAsync();
    }

    /// <summary>The next reply.</summary>
    public async Task<Reply> ReadReplyAsync() => await TryReadReplyAsync() ?? throw new IOException("The server closed the connection.");

    /// <summary>The next reply; null when the server closes.</summary>
    public async Task<Reply?> TryReadReplyAsync()
    {
        var lines = new List<string>();
        while (true)
        {
            if (await ReadLineAsync() is not { } line)
            {
                Assert.Empty(lines);
                return null;
            }

            lines.Add(line);
            if (lines.Count == 1)
            {
                Assert.Matches("^[1-5][0-9][0-9][ -]", line);
            }

            if (lines[0][3] == ' ' || (lines.Count > 1 && line.StartsWith(lines[0][..3] + ' ', StringComparison.Ordinal)))
            {
                return Last = new Reply(int.Parse(line[..3], CultureInfo.InvariantCulture), lines);
            }

            Assert.True(lines.Count == 1 || !IndentsLines || line.StartsWith(' '), $"a line in the middle of a reply: {line}");
        }
    }

    /// <summary>A data connection to the port that EPSV gives, not yet secured.</summary>
    public async Task<Socket> PassiveAsync(string? from = null)
    {
        var reply = await CommandAsync("EPSV");
        Assert.True(reply.Code == 229, reply.Text);
        return await DialAsync(int.Parse(ExtendedPort().Match(reply.Text).Groups[1].Value, CultureInfo.InvariantCulture), from);
    }

    public static async Task<Socket> DialAsync(int port, string? from = null)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (from is not null)
        {
            socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        }

        await socket.ConnectAsync(IPAddress.Loopback, port);
        return socket;
    }

    /// <summary>Begins a transfer and returns its data stream, secured if the session is.</summary>
    public async Task<Stream> BeginAsync(string command, Socket? data = null)
    {
        data ??= await PassiveAsync();
        var reply = await CommandAsync(command);
        Assert.True(reply.Code == 150, reply.Text);
        var stream = new NetworkStream(data, ownsSocket: true);
        return Stream is SslStream ? await TestTls.ConnectAsync(stream, versions: Protocols) : stream;
    }

    /// <summary>Fetches a file or listing.</summary>
    public async Task<byte[]> GetAsync(string command, int code = 226)
    {
        await using var data = await BeginAsync(command);
        using var content = new MemoryStream();
        await data.CopyToAsync(content).WaitAsync(Patience);
        var reply = await ReadReplyAsync();
        Assert.True(reply.Code == code, reply.Text);
        return content.ToArray();
    }

    public async Task<string> GetTextAsync(string command) => Encoding.UTF8.GetString(await GetAsync(command));

    /// <summary>Sends a file and returns the final reply.</summary>
    public async Task<Reply> PutAsync(string command, byte[] content)
    {
        await using var data = await BeginAsync(command);
        await data.WriteAsync(content).AsTask().WaitAsync(Patience);
        await CloseAsync(data);
        return await ReadReplyAsync();
    }

    /// <summary>Closes a data stream as a client does that says it was all.</summary>
    public static async Task CloseAsync(Stream data)
    {
        if (data is SslStream tls)
        {
            await tls.ShutdownAsync();

            // What a client leaves unread (the server's tickets) makes its kernel reset the connection, and drop what it has not yet sent.
            while (await tls.ReadAsync(new byte[1024]).AsTask().WaitAsync(Patience) > 0)
            {
            }
        }

        await data.DisposeAsync();
    }

    /// <summary>Cuts the connection without a word.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await Stream.DisposeAsync();
        _socket.Dispose();
    }

    private async Task<string?> ReadLineAsync()
    {
        var block = new byte[4096];
        while (true)
        {
            var end = _buffer.IndexOf((byte)'\n');
            if (end >= 0)
            {
                var line = Encoding.UTF8.GetString([.. _buffer.GetRange(0, end + 1)]);
                _buffer.RemoveRange(0, end + 1);
                Assert.EndsWith("\r\n", line, StringComparison.Ordinal);
                return line[..^2];
            }

            int read;
            try
            {
                read = await Stream.ReadAsync(block).AsTask().WaitAsync(Patience);
            }
            catch (IOException)
            {
                read = 0;
            }

            if (read == 0)
            {
                Assert.Empty(_buffer);
                return null;
            }

            _buffer.AddRange(block.AsSpan(0, read));
        }
    }

    [GeneratedRegex(@"\(\|\|\|(\d+)\|\)")]
    private static partial Regex ExtendedPort();
}
