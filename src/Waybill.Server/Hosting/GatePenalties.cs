using System.Net;
using Waybill.Core.Diagnosis;
using Waybill.Net.Gate;
using Waybill.Portal;

namespace Waybill.Server.Hosting;

/// <summary>The penalties of the gate of SSH, for the portal's pages.</summary>
internal sealed class GatePenalties(ConnectionGate gate) : IConnectionPenalties
{
    public IReadOnlyList<SourcePenalty> All => [.. gate.Penalties().Select(static penalty => new SourcePenalty(penalty.Source.ToString(), Math.Round(penalty.Left.TotalSeconds, 1)))];

    public bool Clear(IPAddress source) => gate.ClearPenalties(source) > 0;
}
