using System.Net;
using Waybill.Ftp.Hosting;

namespace Waybill.Server.Hosting;

/// <summary>One FTP listener.</summary>
internal sealed record FtpListener(IPEndPoint EndPoint, FtpMode Mode)
{
    /// <summary>How <c>serve</c> names it.</summary>
    public string Words => Mode switch
    {
        FtpMode.ExplicitTls => "explicit TLS",
        FtpMode.ImplicitTls => "implicit TLS",
        _ => "plain and TLS",
    };
}
