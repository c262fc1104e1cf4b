using Waybill.Server.CommandLine;

// Sessions run on the threads that learn of their packets (docs/decisions/0008). The runtime reads this once, before its first socket; an operator may set it to 0.
const string InlineCompletions = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";
if (Environment.GetEnvironmentVariable(InlineCompletions) is null)
{
    Environment.SetEnvironmentVariable(InlineCompletions, "1");
}

return await WaybillCommandLine.RunAsync(args, Console.Out, Console.Error);
