using Microsoft.Extensions.Logging;
using Waybill.Net.Buffers;
using Waybill.Ssh.Hosting;
using Waybill.Ssh.Transport;

namespace Waybill.Ssh.Channels;

/// <summary>What all channels of one connection use.</summary>
/// <param name="Sender">The way out.</param>
/// <param name="Limits">Bounds.</param>
/// <param name="Budget">What windows may grow by.</param>
/// <param name="Time">The clock.</param>
/// <param name="Logger">The log.</param>
/// <param name="Lost">Cancelled when the connection is lost.</param>
internal sealed record ChannelServices(
    IMessageSender Sender, SshLimits Limits, WindowBudget Budget, TimeProvider Time, ILogger Logger, CancellationToken Lost)
{
    /// <summary>Blocks for received data: rented when data comes, back when the program has consumed it, so an idle channel holds none.</summary>
    public static BlockMemoryPool Blocks { get; } = new();
}
