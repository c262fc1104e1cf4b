using System.Net;
using Waybill.Net.Buffers;
using Waybill.Net.Gate;
using Waybill.Server.CommandLine.Commands;
using Waybill.Server.Control;

namespace Waybill.Server.Hosting;

/// <summary>What commands beside the running server can ask of it.</summary>
internal sealed class ControlHandler(
    Installation installation, ConnectionGate gate, SessionGuard guard, BlockMemoryPoolFactory blocks, Func<ValueTask<ControlReply>> reloadHostKeys)
{
    public async ValueTask<ControlReply> HandleAsync(ControlRequest request)
    {
        switch (request.Command)
        {
            case ControlCommands.Status:
                return new ControlReply(true, Status: StatusView.Take(installation.Sessions.Count, blocks.IdleBytes));

            case ControlCommands.Sessions:
                return new ControlReply(true, Sessions: installation.Sessions.Views);

            case ControlCommands.Kick:
                return installation.Sessions.TryKick(request.Argument ?? "", "an operator ended it") is { } ended
                    ? new ControlReply(true, Sessions: [ended])
                    : new ControlReply(false, SessionCommands.None(installation.Data, request.Argument ?? ""));

            case ControlCommands.Penalties:
                return new ControlReply(true, Penalties: [.. gate.Penalties().Select(penalty => new PenaltyView(penalty.Source.ToString(), Math.Round(penalty.Left.TotalSeconds, 1)))]);

            case ControlCommands.ClearPenalties:
                if (request.Argument is null)
                {
                    return new ControlReply(true, Count: gate.ClearPenalties(null));
                }

                return IPAddress.TryParse(request.Argument, out var address)
                    ? new ControlReply(true, Count: gate.ClearPenalties(address))
                    : new ControlReply(false, PenaltyCommands.NoAddress(request.Argument));

            case ControlCommands.Changed:
                await guard.RecheckAsync();
                return new ControlReply(true);

            case ControlCommands.HostKeys:
                return await reloadHostKeys();

            default:
                return new ControlReply(false, $"the server does not know '{request.Command}'; it is of another version");
        }
    }
}
