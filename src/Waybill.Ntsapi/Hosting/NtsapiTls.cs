using System.Net.Security;
using System.Security.Authentication;

namespace Waybill.Ntsapi.Hosting;

/// <summary>
/// TLS from the first byte: 1.2 and 1.3, no renegotiation, the whole chain, the protocol name <c>ntsapi</c> for clients that ask for one (ALPACA: a handshake meant for
/// HTTP must fail).
/// </summary>
internal static class NtsapiTls
{
    private static readonly SslApplicationProtocol Ntsapi = new("ntsapi");

    /// <summary>Shakes hands as the server.</summary>
    public static async Task<SslStream> AuthenticateAsync(Stream inner, SslStreamCertificateContext certificate, CancellationToken cancellationToken)
    {
        var stream = new SslStream(inner, leaveInnerStreamOpen: false);
        try
        {
            await stream.AuthenticateAsServerAsync(
                new SslServerAuthenticationOptions
                {
                    ServerCertificateContext = certificate,
                    EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                    ApplicationProtocols = [Ntsapi],
                    AllowRenegotiation = false,
                },
                cancellationToken).ConfigureAwait(false);
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
