using System.CommandLine;
using System.Globalization;
using Waybill.Core.Notifications;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>notification list | retry</c>.</summary>
internal static class NotificationCommands
{
    private sealed record Retried(int Count);

    public static IEnumerable<Command> Create(Func<ParseResult, CommandContext> context) =>
        [new Command("notification", "Mails and calls of web hooks: what was sent, what waits, what was given up.") { List(context), Retry(context) }];

    private static Command List(Func<ParseResult, CommandContext> context)
    {
        var dead = new Option<bool>("--dead") { Description = "only those that were given up" };
        var waiting = new Option<bool>("--waiting") { Description = "only those that wait" };
        var account = new Option<string?>("--account") { Description = "only those about this account", HelpName = "NUMBER" };
        var limit = new Option<int>("--limit") { Description = "how many at most; the newest come first", HelpName = "N", DefaultValueFactory = _ => 100 };
        var command = new Command("list", "List notifications, the newest first.") { dead, waiting, account, limit };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var most = parse.GetValue(limit);
            if (most < 1 || (parse.GetValue(dead) && parse.GetValue(waiting)))
            {
                throw new UsageException(most < 1 ? "--limit is at least 1" : "--dead and --waiting do not go together");
            }

            await using var installation = here.Open();
            DeliveryState? state = parse.GetValue(dead) ? DeliveryState.Dead : parse.GetValue(waiting) ? DeliveryState.Waiting : null;
            var rows = await CommandContext.AllPagesAsync((after, size) => installation.Notifications.ListAsync(state, parse.GetValue(account), size, after, cancellationToken), most);
            here.Print(rows, _ => here.PrintTable(
                ["ID", "STATE", "KIND", "TOPIC", "ACCOUNT", "TO", "TRIES", "CREATED", "ERROR"],
                [.. rows.Select(row => new[]
                {
                    Number(row.Id), CommandContext.Lower(row.State), CommandContext.Lower(row.Kind), row.Topic, row.Account ?? "", row.Target,
                    Number(row.Attempts), CommandContext.Time(row.Created), row.Error ?? "",
                })]));
        });
        return command;
    }

    private static Command Retry(Func<ParseResult, CommandContext> context)
    {
        var id = new Argument<long?>("ID") { Description = "the notification's number", Arity = ArgumentArity.ZeroOrOne };
        var dead = new Option<bool>("--all-dead") { Description = "all that were given up" };
        var command = new Command("retry", "Try a notification again at once; a running server sends it.") { id, dead };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            if (parse.GetValue(id) is null != parse.GetValue(dead))
            {
                throw new UsageException("give the ID of a notification, or --all-dead");
            }

            await using var installation = here.Open();
            if (parse.GetValue(id) is { } number)
            {
                var delivery = CommandContext.Require(await installation.Notifications.RetryAsync(number, CommandContext.Operator, cancellationToken));
                here.Print(delivery, output => output.WriteLine($"notification {delivery.Id} to {delivery.Target} is tried again"));
                return;
            }

            var count = CommandContext.Require(await installation.Notifications.RetryDeadAsync(CommandContext.Operator, cancellationToken));
            here.Print(new Retried(count), output => output.WriteLine($"{count} notifications are tried again"));
        });
        return command;
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
