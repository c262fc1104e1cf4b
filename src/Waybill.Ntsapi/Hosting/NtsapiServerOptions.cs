using System.Net.Security;

namespace Waybill.Ntsapi.Hosting;

/// <summary>How one NTSAPI listener behaves.</summary>
public sealed record NtsapiServerOptions
{
    /// <summary>What known clients match byte for byte.</summary>
    public const string KnownGreeting = "0 Magrathea NTS GW (ntsapi.c(V0.1))";

    /// <summary>The same of a login.</summary>
    public const string KnownWelcome = "Access granted. Welcome (cl=500)";

    /// <summary>
    /// The certificate and its chain, asked for at each handshake, so that a new one takes over without a restart; null for a listener without TLS.
    /// The same object must be given out as long as the certificate is the same: TLS sessions are resumed within one only.
    /// </summary>
    public Func<SslStreamCertificateContext>? Certificate { get; init; }

    /// <summary>The first line, sent at once: <c>0</c>, a blank and a text of printable ASCII.</summary>
    public string Greeting { get; init; } = KnownGreeting;

    /// <summary>What stands behind the 0 of a login that succeeded; printable ASCII.</summary>
    public string Welcome { get; init; } = KnownWelcome;

    /// <summary>Bounds.</summary>
    public NtsapiLimits Limits { get; init; } = new();
}
