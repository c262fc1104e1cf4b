namespace Waybill.Core.Packs;

/// <summary>Where a customer connects to: what the provider has made public, never a listening address.</summary>
/// <param name="Host">The host name.</param>
/// <param name="Port">The port.</param>
/// <param name="Region">The region that it is for; null for all.</param>
/// <param name="Policy">Which programs the listener behind it takes.</param>
public sealed record PackEndpoint(string Host, int Port, string? Region = null, PackPolicy Policy = PackPolicy.Modern)
{
    /// <summary>Of FTP: whether TLS begins with the first byte, and not when the client asks for it.</summary>
    public bool ImplicitTls { get; init; }

    /// <summary>The word for it.</summary>
    internal string TlsWord => ImplicitTls ? "implicit" : "explicit";

    /// <summary>The scheme that lftp and curl know it by.</summary>
    internal string FtpScheme => ImplicitTls ? "ftps" : "ftp";
}
