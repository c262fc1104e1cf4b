using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Waybill.Net.Gate;

/// <summary>Puts the gate in front of a listener's protocol.</summary>
public static class ConnectionGateExtensions
{
    /// <summary>
    /// Lets connections through <paramref name="gate"/> first; the lease is a feature of the connection (<see cref="ConnectionLease"/>) and ends with it.
    /// One that is not let in is closed without a byte: an answer would be work for whoever floods.
    /// </summary>
    public static IConnectionBuilder UseConnectionGate(
        this IConnectionBuilder builder, ConnectionGate gate, Action<GateRefusal, SourceNetwork> refused)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Use(next => async connection =>
        {
            var address = ((IPEndPoint)connection.RemoteEndPoint!).Address;
            var refusal = gate.TryEnter(address, out var lease, () => End(GateRefusal.Displaced));
            if (lease is null)
            {
                End(refusal);
                return;
            }

            using (lease)
            {
                connection.Features.Set(lease);
                await next(connection);
            }

            void End(GateRefusal reason)
            {
                connection.Abort();
                refused(reason, SourceNetwork.Of(address));
            }
        });
    }
}
