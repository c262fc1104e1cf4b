using System.CommandLine;
using Waybill.Core;
using Waybill.Core.Vaults;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>collect grant | revoke | list</c>.</summary>
internal static class CollectCommands
{
    public static IEnumerable<Command> Create(Func<ParseResult, CommandContext> context) =>
    [
        new Command("collect", "The right of customers to delete or move away what they fetched; it goes to the archive.")
        {
            Change(context, "grant", "Give the right; sessions that begin from now on have it.", "may be tidied up", (rights, right, cancellationToken) =>
                rights.GrantAsync(right, CommandContext.Operator, cancellationToken)),
            Change(context, "revoke", "Take the right; sessions that begin from now on do not have it.", "can only be read again", (rights, right, cancellationToken) =>
                rights.RevokeAsync(right, CommandContext.Operator, cancellationToken)),
            List(context),
        },
    ];

    private static Command Change(
        Func<ParseResult, CommandContext> context, string name, string description, string done,
        Func<CollectRights, CollectRight, CancellationToken, ValueTask<Result<CollectRight>>> change)
    {
        var account = new Argument<string>("NUMBER") { Description = "the account's number" };
        var login = new Option<string?>("--login") { Description = "of one customer login only", HelpName = "USER" };
        var folder = new Option<string>("--folder") { Description = "the folder, with all below it", HelpName = "PATH", Required = true };
        var command = new Command(name, description) { account, login, folder };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open();
            var right = CommandContext.Require(await change(
                installation.CollectRights, new CollectRight(parse.GetRequiredValue(account), parse.GetValue(login), parse.GetRequiredValue(folder)), cancellationToken));
            here.Print(right, output => output.WriteLine($"{right.Folder} of account {right.Account} {done} by {right.Login ?? "all its customer logins"}"));
        });
        return command;
    }

    private static Command List(Func<ParseResult, CommandContext> context)
    {
        var account = new Argument<string>("NUMBER") { Description = "the account's number" };
        var command = new Command("list", "List who has the right where.") { account };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open();
            var rights = CommandContext.Require(await installation.CollectRights.ListAsync(parse.GetRequiredValue(account), cancellationToken));
            here.Print(rights, _ => here.PrintTable(["FOLDER", "LOGIN"], [.. rights.Select(right => new[] { right.Folder, right.Login ?? "(all)" })]));
        });
        return command;
    }
}
