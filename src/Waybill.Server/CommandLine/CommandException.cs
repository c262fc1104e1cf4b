namespace Waybill.Server;

/// <summary>A request that cannot be done: one line for standard error that says what and what to do; exit code 1.</summary>
internal class CommandException(string message) : Exception(message);

/// <summary>Wrong usage; exit code 2.</summary>
internal sealed class UsageException(string message) : CommandException(message);
