using Waybill.Core;

namespace Waybill.Server;

/// <summary>A request that cannot be done: one line for standard error that says what and what to do; exit code 1.</summary>
internal class CommandException(string message) : Exception(message)
{
    /// <summary>What was typed wrong is wrong usage, whatever is installed; everything else is a request that cannot be done.</summary>
    public static CommandException Of(Problem problem) =>
        problem.Kind == ProblemKind.Invalid ? new UsageException(problem.Message) : new CommandException(problem.Message);
}

/// <summary>Wrong usage; exit code 2.</summary>
internal sealed class UsageException(string message) : CommandException(message);
