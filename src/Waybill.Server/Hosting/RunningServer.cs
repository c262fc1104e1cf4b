using System.Net;
using Waybill.Core.Diagnosis;
using Waybill.Net.Buffers;
using Waybill.Net.Gate;
using Waybill.Portal;
using Waybill.Server.Control;

namespace Waybill.Server.Hosting;

/// <summary>This server, as the portal sees it; what <see cref="ControlHandler"/> is for commands beside it.</summary>
internal sealed class RunningServer(SessionRegistry sessions, ConnectionGate gate, BlockMemoryPoolFactory blocks) : IRunningServer
{
    public IReadOnlyList<ServerSession> Sessions => [.. sessions.Views.Select(View)];

    public IReadOnlyList<SourcePenalty> Penalties =>
        [.. gate.Penalties().Select(static penalty => new SourcePenalty(penalty.Source.ToString(), Math.Round(penalty.Left.TotalSeconds, 1)))];

    public ServerStatus Status
    {
        get
        {
            var status = StatusView.Take(sessions.Count, blocks.IdleBytes);
            return new(
                status.ProcessId, status.Since, status.Sessions, status.ResidentBytes, status.HeapBytes, status.BufferBytes, status.AllocatedBytes, status.Collections, status.Threads);
        }
    }

    public ServerSession? Kick(string id, string reason) => sessions.TryKick(id, reason) is { } ended ? View(ended) : null;

    public int Forgive(IPAddress? address) => gate.ClearPenalties(address);

    private static ServerSession View(SessionView view) =>
        new(view.Id, view.Protocol, view.User, view.Account, view.Source, view.Client, view.Algorithms, view.Key, view.Since);
}
