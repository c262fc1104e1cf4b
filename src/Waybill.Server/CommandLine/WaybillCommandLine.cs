using System.CommandLine;
using Waybill.Server.CommandLine.Commands;

namespace Waybill.Server.CommandLine;

/// <summary>
/// The command line. Exit code 0 on success, 1 when the request cannot be done (one line on standard error: what and what to do), 2 on wrong usage.
/// </summary>
internal static class WaybillCommandLine
{
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error)
    {
        var parse = Root(output, error).Parse(args is ["help", .. var rest] ? [.. rest, "--help"] : args);
        if (parse.Errors.Count > 0)
        {
            foreach (var problem in parse.Errors)
            {
                await error.WriteLineAsync("waybill: " + problem.Message);
            }

            await error.WriteLineAsync($"waybill: see ./waybill {Path(parse.CommandResult.Command)}--help");
            return 2;
        }

        try
        {
            return await parse.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                Output = output,
                Error = error,
                ProcessTerminationTimeout = null,
            });
        }
        catch (UsageException problem)
        {
            await error.WriteLineAsync("waybill: " + problem.Message);
            return 2;
        }
        catch (CommandException problem)
        {
            await error.WriteLineAsync("waybill: " + problem.Message);
            return 1;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync($"waybill: {problem.Message} Check that the user {Environment.UserName} may use the data directory and that the disk is not full.");
            return 1;
        }
    }

    private static RootCommand Root(TextWriter output, TextWriter error)
    {
        var root = new RootCommand("Waybill: secure file exchange for your customers and vendors.")
        {
            CommonOptions.Data,
            CommonOptions.Json,
            CommonOptions.Set,
        };
        Func<ParseResult, CommandContext> context = parse => new CommandContext(parse, output, error);
        foreach (var command in All.SelectMany(make => make(context)))
        {
            root.Subcommands.Add(command);
        }

        return root;
    }

    private static readonly Func<Func<ParseResult, CommandContext>, IEnumerable<Command>>[] All =
    [
        DemoCommand.Create, ServeCommand.Create, InitCommand.Create, AccountCommands.Create, LoginCommands.Create, KeyCommands.Create,
        HostKeyCommands.Create, SessionCommands.Create, PenaltyCommands.Create, AuditCommands.Create, DoctorCommand.Create,
    ];

    private static string Path(Command command)
    {
        var path = "";
        for (var step = command; step is not RootCommand; step = (Command)step.Parents.First())
        {
            path = step.Name + " " + path;
        }

        return path;
    }
}
