using System.Net.Security;
using System.Security.Authentication;
using Waybill.Ftp.Hosting;

namespace Waybill.Ftp.Tls;

/// <summary>
/// TLS of one session: TLS 1.2 and 1.3, no renegotiation, the protocol name <c>ftp</c> for clients that ask for one (ALPACA: a handshake meant for HTTP must fail).
/// </summary>
internal sealed class FtpTls
{
    private static readonly SslApplicationProtocol Ftp = new("ftp");

    private readonly SslServerAuthenticationOptions _options;

    /// <summary>
    /// TLS for a control connection and its data connections: one certificate for all of them, also when another takes over meanwhile. Their sessions may be resumed, by
    /// whoever has a ticket of this server; that it is one of the same control connection cannot be demanded (docs/decisions/0012).
    /// </summary>
    public FtpTls(FtpServerOptions options) => _options = new SslServerAuthenticationOptions
    {
        ServerCertificateContext = options.Certificate(),
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        ApplicationProtocols = [Ftp],
        AllowRenegotiation = false,
        AllowTlsResume = options.ResumesSessions,
    };

    /// <summary>Shakes hands as the server.</summary>
    public async Task<SslStream> AuthenticateAsync(Stream inner, CancellationToken cancellationToken)
    {
        var stream = new SslStream(inner, leaveInnerStreamOpen: false);
        try
        {
            await stream.AuthenticateAsServerAsync(_options, cancellationToken).ConfigureAwait(false);
            return stream;
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Protocol and cipher in words.</summary>
    public static string Describe(SslStream stream) =>
        $"{(stream.SslProtocol == SslProtocols.Tls13 ? "TLSv1.3" : "TLSv1.2")} {stream.NegotiatedCipherSuite}";
}
