using System.Net;

namespace Waybill.Server.Hosting;

/// <summary>One NTSAPI listener.</summary>
/// <param name="EndPoint">Where it listens.</param>
/// <param name="IsTls">Whether TLS begins with the first byte; else there is none.</param>
internal sealed record NtsapiListener(IPEndPoint EndPoint, bool IsTls)
{
    /// <summary>How <c>serve</c> names it.</summary>
    public string Words => IsTls ? "TLS" : "plain";
}
