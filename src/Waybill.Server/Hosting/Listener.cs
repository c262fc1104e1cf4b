using System.Net;
using Waybill.Ssh.Hosting;

namespace Waybill.Server.Hosting;

/// <summary>One SSH listener.</summary>
internal sealed record Listener(IPEndPoint EndPoint, SshPolicy Policy)
{
    public string PolicyName => Policy switch
    {
        SshPolicy.Modern => "modern",
        SshPolicy.PostQuantum => "pq",
        _ => "compat",
    };
}
