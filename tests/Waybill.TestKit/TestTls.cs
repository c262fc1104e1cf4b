using System.Net.Security;
using System.Security.Authentication;

namespace Waybill.TestKit;

/// <summary>TLS of clients under test.</summary>
public static class TestTls
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Shakes hands as a client of <c>localhost</c> that knows the root of <see cref="TestCertificate"/>.</summary>
    public static async Task<SslStream> ConnectAsync(Stream inner, IEnumerable<string>? protocols = null, SslProtocols versions = SslProtocols.None, bool resume = true)
    {
        var stream = new SslStream(inner);
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            EnabledSslProtocols = versions,
            AllowTlsResume = resume,
            ApplicationProtocols = protocols?.Select(static name => new SslApplicationProtocol(name)).ToList(),
            RemoteCertificateValidationCallback = static (_, certificate, _, errors) =>
                certificate is not null && (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) == SslPolicyErrors.None,
        }).WaitAsync(Patience);
        return stream;
    }
}
