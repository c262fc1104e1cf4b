using System.Net;
using Waybill.Core.Audit;

namespace Waybill.Core.People;

/// <summary>Where a request to the portal comes from.</summary>
/// <param name="Address">The address.</param>
/// <param name="UserAgent">What the browser says it is; anything, or nothing.</param>
public sealed record PortalClient(IPAddress Address, string? UserAgent)
{
    /// <summary>What tries are counted for.</summary>
    public string Source => SourceText.Of(Address);

    /// <summary>The address as the audit has it.</summary>
    public string Text => SourceText.Plain(Address).ToString();

    /// <summary>What the browser says, bounded and without control characters.</summary>
    internal string Agent => AuditText.Clean(UserAgent ?? "", SessionLimits.Agent, doubleBackslash: false)!;
}
