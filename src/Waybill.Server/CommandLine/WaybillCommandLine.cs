using System.CommandLine;
using Waybill.Core.Database;
using Waybill.Server.CommandLine.Commands;

namespace Waybill.Server.CommandLine;

/// <summary>
/// The command line. Exit code 0 on success, 1 when the request cannot be done (one line on standard error: what and what to do), 2 on wrong usage.
/// </summary>
internal static class WaybillCommandLine
{
    private static readonly Func<Func<ParseResult, CommandContext>, IEnumerable<Command>>[] All =
    [
        DemoCommand.Create, ServeCommand.Create, InitCommand.Create, AccountCommands.Create, PersonCommands.Create, LoginCommands.Create, KeyCommands.Create, PasswordCommands.Create, PackCommand.Create, RequestCommands.Create,
        HostKeyCommands.Create, CertificateCommands.Create, QuotaCommands.Create, BalanceCommands.Create, NumberCommands.Create, PortingCommands.Create,
        PublishCommand.Create, HeldCommands.Create, SubscriptionCommands.Create, ReceiptCommands.Create, InboundCommands.Create, ArrivalCommands.Create, CollectCommands.Create,
        FileCommands.Create, RetentionCommands.Create, HoldCommands.Create, ExpectationCommands.Create, NotificationCommands.Create, HookCommands.Create, TokenCommands.Create, ApiCommands.Create, ScheduleCommand.Create,
        StatusCommand.Create, SessionCommands.Create, PenaltyCommands.Create, WhyCommand.Create, AuditCommands.Create, BackupCommands.Create, DoctorCommand.Create,
    ];

    // A customer may be called @acme: an argument is what was typed, and never the content of a file.
    private static readonly ParserConfiguration Literal = new() { ResponseFileTokenReplacer = null };

    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error)
    {
        try
        {
            // The parser takes such a word for a directive of its own, and swallows it whether it knows it or not.
            if (args is [['[', ..] directive, ..])
            {
                return await WrongUsageAsync(error, UsageWords.NoCommand(Root(output, error), directive));
            }

            var parse = Root(output, error).Parse(args, Literal);
            if (args is ["help", .. var topic])
            {
                var asked = Root(output, error).Parse(topic, Literal);
                if (asked.UnmatchedTokens.Count > 0)
                {
                    return await WrongUsageAsync(error, UsageWords.Describe(asked));
                }

                parse = Root(output, error).Parse([.. topic, "--help"], Literal);
            }

            return parse.Errors.Count > 0
                ? await WrongUsageAsync(error, UsageWords.Describe(parse))
                : await parse.InvokeAsync(new InvocationConfiguration
                {
                    EnableDefaultExceptionHandler = false,
                    Output = output,
                    Error = error,
                    ProcessTerminationTimeout = null,
                });
        }
        catch (UsageException problem)
        {
            return await WrongUsageAsync(error, problem.Message);
        }
        catch (Exception problem) when (problem is CommandException or DatabaseException)
        {
            return await CannotAsync(error, problem.Message);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return await CannotAsync(error, $"{problem.Message} Check that the user {Environment.UserName} may use the data directory and that the disk is not full.");
        }
        catch (Exception defect)
        {
            // Whoever runs a command is no developer: the line says where to look, and the type and place say enough to find it.
            return await CannotAsync(
                error, $"a defect of this program: {defect.GetType().Name}: {defect.Message} (in {defect.TargetSite?.DeclaringType?.Name}); please report it, and run ./waybill doctor");
        }
    }

    /// <summary>Every command that there is.</summary>
    internal static RootCommand Root(TextWriter output, TextWriter error)
    {
        var root = new RootCommand("Waybill: secure file exchange for your customers and vendors. Each command tells more with --help.")
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

    private static async Task<int> WrongUsageAsync(TextWriter error, string message)
    {
        await error.WriteLineAsync("waybill: " + OneLine(message));
        return 2;
    }

    private static async Task<int> CannotAsync(TextWriter error, string message)
    {
        await error.WriteLineAsync("waybill: " + OneLine(message));
        return 1;
    }

    private static string OneLine(string message) => message.ReplaceLineEndings(" ");
}
