using System.CommandLine;
using Waybill.Server.Control;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>status</c>: how the running server is.</summary>
internal static class StatusCommand
{
    public static IEnumerable<Command> Create(Func<ParseResult, CommandContext> context)
    {
        var command = new Command("status", "Show how the running server is: sessions, memory, collections.");
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            here.Data.RequireInitialised();
            var reply = await here.AskServerAsync(new ControlRequest(ControlCommands.Status), cancellationToken)
                ?? throw new CommandException($"no server runs on {here.Data.Root}; start one: ./waybill serve --data {here.Data.Root}");
            if (reply.Status is not { } status)
            {
                throw new CommandException(reply.Message ?? "the running server said nothing of itself; see its log, and try again");
            }

            here.Print(status, output =>
            {
                output.WriteLine($"running since {CommandContext.Time(status.Since)} as process {status.ProcessId}, {status.Sessions} sessions, {status.Threads} pool threads");
                output.WriteLine($"memory: {Mebibytes(status.ResidentBytes)} resident, {Mebibytes(status.HeapBytes)} of it managed, {Mebibytes(status.BufferBytes)} of that idle network buffers");
                output.WriteLine($"allocated since the start: {Mebibytes(status.AllocatedBytes)}, in {status.Collections} collections");
            });
        });
        return [command];
    }

    private static string Mebibytes(long bytes) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.0} MiB");
}
