using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Waybill.Ftp.Hosting;

namespace Waybill.Ftp.Tls;

/// <summary>
/// TLS of one session: TLS 1.2 and 1.3, no renegotiation, the protocol name <c>ftp</c> for clients that ask for one (ALPACA: a handshake meant for HTTP must fail).
/// </summary>
internal sealed class FtpTls
{
    private static readonly SslApplicationProtocol Ftp = new("ftp");

    private readonly SslServerAuthenticationOptions _options;

    private FtpTls(SslStreamCertificateContext certificate, FtpSessionReuse reuse)
    {
        MustResume = reuse == FtpSessionReuse.Required;
        _options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = certificate,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ApplicationProtocols = [Ftp],
            AllowRenegotiation = false,
            AllowTlsResume = reuse != FtpSessionReuse.Off,
        };
    }

    /// <summary>A data connection that resumes no TLS session of this control connection is refused.</summary>
    public bool MustResume { get; }

    /// <summary>
    /// TLS for a control connection and its data connections. Where they must resume its session, the keys of its tickets are its own: .NET keeps them with the
    /// certificate's context, so that the session gets one of its own and no ticket of another is worth anything (docs/decisions/0012).
    /// </summary>
    public static FtpTls Begin(FtpServerOptions options)
    {
        var shared = options.Certificate();
        return new FtpTls(
            options.SessionReuse != FtpSessionReuse.Required
                ? shared
                : SslStreamCertificateContext.Create(shared.TargetCertificate, new X509Certificate2Collection(shared.IntermediateCertificates.ToArray()), offline: true),
            options.SessionReuse);
    }

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
