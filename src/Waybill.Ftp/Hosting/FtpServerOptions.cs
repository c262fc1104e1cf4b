using System.Net;
using System.Net.Security;

namespace Waybill.Ftp.Hosting;

/// <summary>What a listener begins with.</summary>
public enum FtpMode
{
    /// <summary>Plain until AUTH TLS; nobody logs in before.</summary>
    ExplicitTls,

    /// <summary>TLS from the first byte (port 990).</summary>
    ImplicitTls,

    /// <summary>Plain and TLS on one port: an operator has said so in words. Who must use TLS is decided for each login.</summary>
    PlainAllowed,
}

/// <summary>Ports, both ends included.</summary>
/// <param name="First">The first.</param>
/// <param name="Last">The last.</param>
public readonly record struct FtpPortRange(int First, int Last)
{
    /// <summary>How many there are.</summary>
    public int Count => Last - First + 1;
}

/// <summary>How one FTP listener behaves.</summary>
public sealed record FtpServerOptions
{
    /// <summary>
    /// The certificate and its chain, asked for at each control connection's handshake, so that a new one takes over without a restart; data connections keep that of
    /// their control connection. The same object must be given out as long as the certificate is the same: TLS sessions are resumed within one only.
    /// </summary>
    public required Func<SslStreamCertificateContext> Certificate { get; init; }

    /// <summary>What the listener begins with.</summary>
    public FtpMode Mode { get; init; } = FtpMode.ExplicitTls;

    /// <summary>Where data connections are taken.</summary>
    public FtpPortRange PassivePorts { get; init; } = new(42_000, 42_999);

    /// <summary>The IPv4 address that PASV tells (the outside of a NAT); null for the one that the client has connected to.</summary>
    public IPAddress? PassiveAddress { get; init; }

    /// <summary>PORT and EPRT, to the client's own address only.</summary>
    public bool AllowActive { get; init; }

    /// <summary>Whether clients may resume TLS sessions, as most do for data connections.</summary>
    public bool ResumesSessions { get; init; } = true;

    /// <summary>
    /// Whether a data connection must resume the session of its control connection, so that nobody else can take its place. TLS 1.2 only, since .NET tells nobody whose session
    /// was resumed, and TLS 1.3 encrypts what would (docs/decisions/0012).
    /// </summary>
    public bool RequiresSessionReuse { get; init; }

    /// <summary>
    /// Clients, by how the name begins that they say in CLNT, whose uploads count although they cut the connection without close_notify; flagged in the catalogue.
    /// Everyone else's are refused, unless the login says otherwise (<see cref="IFtpLogin.AcceptsUncleanUploadsAsync"/>).
    /// </summary>
    public IReadOnlyList<string> LenientClients { get; init; } = [];

    /// <summary>The words of the greeting: one line, without a version.</summary>
    public string Greeting { get; init; } = "Waybill FTP server ready.";

    /// <summary>The names by which clients may call this server in HOST (RFC 7151); empty for any.</summary>
    public IReadOnlyList<string> HostNames { get; init; } = [];

    /// <summary>Bounds.</summary>
    public FtpLimits Limits { get; init; } = new();
}
