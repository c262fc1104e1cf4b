using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Waybill.Interop.Tests.Ntsapi;

/// <summary>A connection to NTSAPI.</summary>
internal sealed class NtsapiLine : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Stream _stream;
    private readonly StreamReader _reader;

    private NtsapiLine(Stream stream) => (_stream, _reader) = (stream, new StreamReader(stream, Encoding.Latin1));

    /// <summary>Connects and reads the greeting; by TLS, checked against the root, when there is one.</summary>
    public static async Task<NtsapiLine> ConnectAsync(string host, int port, string? root)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(host, port);
        Stream stream = new NetworkStream(socket, ownsSocket: true);
        if (root is not null)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.Add(X509CertificateLoader.LoadCertificateFromFile(root));
            var tls = new SslStream(stream);
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = host, CertificateChainPolicy = policy }).WaitAsync(Patience);
            stream = tls;
        }

        var line = new NtsapiLine(stream);
        Assert.Equal("0 Magrathea NTS GW (ntsapi.c(V0.1))", await line.ReadAsync());
        return line;
    }

    /// <summary>Writes at once.</summary>
    public Task WriteAsync(string text) => _stream.WriteAsync(Encoding.ASCII.GetBytes(text)).AsTask().WaitAsync(Patience);

    /// <summary>The next line; null when the server has closed.</summary>
    public Task<string?> ReadAsync() => _reader.ReadLineAsync().WaitAsync(Patience);

    /// <summary>Sends a command and reads its reply.</summary>
    public async Task<string> AskAsync(string command, string end = "\n")
    {
        await WriteAsync(command + end);
        return await ReadAsync() ?? throw new IOException("The server closed the connection.");
    }

    public async ValueTask DisposeAsync()
    {
        _reader.Dispose();
        await _stream.DisposeAsync();
    }
}
