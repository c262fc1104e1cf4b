using System.Net.Security;
using System.Security.Authentication;
using Waybill.Net.Logging;

namespace Waybill.Net.Tls;

/// <summary>TLS of the listeners that do not speak HTTP.</summary>
public static class ServerTls
{
    /// <summary>
    /// TLS 1.2 and 1.3, no renegotiation, the whole chain, and one protocol name for clients that ask for one (ALPACA: a handshake meant for HTTP must fail).
    /// </summary>
    /// <param name="certificate">The certificate and its chain; TLS sessions are resumed within one such object only.</param>
    /// <param name="protocol">The protocol name (RFC 7301).</param>
    public static SslServerAuthenticationOptions Options(SslStreamCertificateContext certificate, string protocol) => new()
    {
        ServerCertificateContext = certificate,
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        ApplicationProtocols = [new SslApplicationProtocol(protocol)],
        AllowRenegotiation = false,
    };

    /// <summary>Shakes hands as the server.</summary>
    /// <param name="inner">The stream below; closed if the handshake fails.</param>
    /// <param name="options">How.</param>
    /// <param name="allowed">How long it may take.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="AuthenticationException">The client and we did not come to terms, or not in time.</exception>
    /// <exception cref="IOException">The client is gone.</exception>
    public static async Task<SslStream> AuthenticateAsync(
        Stream inner, SslServerAuthenticationOptions options, TimeSpan allowed, TimeProvider time, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(allowed, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var stream = new SslStream(inner, leaveInnerStreamOpen: false);
        try
        {
            await stream.AuthenticateAsServerAsync(options, both.Token).ConfigureAwait(false);
            return stream;
        }
        catch (Exception exception)
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            if (exception is OperationCanceledException && limit.IsCancellationRequested)
            {
                throw new AuthenticationException($"not done within {allowed.TotalSeconds:0} s");
            }

            throw;
        }
    }

    /// <summary>Why a handshake failed, for log and audit.</summary>
    public static string WhyNot(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return $"the TLS handshake failed: {PeerText.Sanitise((exception.InnerException ?? exception).Message)}";
    }

    /// <summary>Protocol and cipher in words, as <c>TLSv1.3 TLS_AES_256_GCM_SHA384</c>.</summary>
    public static string Describe(SslStream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return $"{(stream.SslProtocol == SslProtocols.Tls13 ? "TLSv1.3" : "TLSv1.2")} {stream.NegotiatedCipherSuite}";
    }
}
