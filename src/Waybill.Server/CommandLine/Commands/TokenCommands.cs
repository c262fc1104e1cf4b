using System.CommandLine;
using System.Globalization;
using Waybill.Core.Tokens;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>token add | list | revoke | scopes</c>.</summary>
internal static class TokenCommands
{
    private const int DefaultDays = 365;

    private sealed record Issued(ApiToken Token, string Secret);

    public static IEnumerable<Command> Create(Func<ParseResult, CommandContext> context) =>
        [new Command("token", "Tokens of programs that call the REST API.") { Add(context), List(context), Revoke(context), Scopes(context) }];

    private static Command Add(Func<ParseResult, CommandContext> context)
    {
        var name = new Argument<string>("NAME") { Description = "what to call it, as the program that has it" };
        var scopes = new Option<string[]>("--scope") { Description = "what it may do, as ./waybill token scopes lists it; may be repeated", HelpName = "WORD", Required = true };
        var account = new Option<string?>("--account") { Description = "the only account that it sees", HelpName = "NUMBER" };
        var days = new Option<int>("--days") { Description = $"how long it works; {DefaultDays} unless given", HelpName = "N", DefaultValueFactory = _ => DefaultDays };
        var command = new Command("add", "Make a token. It is printed once, and kept nowhere.") { name, scopes, account, days };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var life = parse.GetValue(days);
            if (life < 1 || life > ApiTokens.LongestLife.Days)
            {
                throw new UsageException($"--days is 1 to {ApiTokens.LongestLife.Days}");
            }

            await using var installation = here.Open();
            var issued = CommandContext.Require(await installation.Tokens.AddAsync(
                new NewApiToken(parse.GetRequiredValue(name), parse.GetRequiredValue(scopes), TimeProvider.System.GetUtcNow().AddDays(life)) { Account = parse.GetValue(account) },
                CommandContext.Operator, cancellationToken));
            here.Print(new Issued(issued.Token, issued.Secret), output => output.WriteLine(issued.Secret));
            if (!here.Json)
            {
                await here.Error.WriteLineAsync($"token {issued.Token.Id} works until {CommandContext.Time(issued.Token.Expires)}; it is not shown again");
            }
        });
        return command;
    }

    private static Command List(Func<ParseResult, CommandContext> context)
    {
        var command = new Command("list", "List tokens, those that do not work any more too.");
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open();
            var tokens = await CommandContext.AllPagesAsync((after, size) => installation.Tokens.ListAsync(size, after, cancellationToken));
            here.Print(tokens, _ => here.PrintTable(
                ["ID", "NAME", "ACCOUNT", "SCOPES", "STATE", "LAST USED"],
                [.. tokens.Select(token => new[]
                {
                    token.Id.ToString(CultureInfo.InvariantCulture), token.Name, token.Account ?? "", string.Join(' ', token.Scopes), State(token), CommandContext.Time(token.LastUsed),
                })]));
        });
        return command;
    }

    private static Command Revoke(Func<ParseResult, CommandContext> context)
    {
        var id = new Argument<long>("ID") { Description = "the token's number" };
        var reason = new Option<string>("--reason") { Description = "why, for the audit", HelpName = "TEXT", Required = true };
        var command = new Command("revoke", "Stop a token at once.") { id, reason };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open();
            var token = CommandContext.Require(await installation.Tokens.RevokeAsync(
                parse.GetRequiredValue(id), parse.GetRequiredValue(reason), CommandContext.Operator, cancellationToken));
            here.Print(token, output => output.WriteLine($"revoked: token {token.Id}, {token.Name}"));
        });
        return command;
    }

    private static Command Scopes(Func<ParseResult, CommandContext> context)
    {
        var command = new Command("scopes", "List what tokens may do.");
        command.SetAction(parse =>
        {
            var here = context(parse);
            here.Print(ApiScope.All, _ => here.PrintTable(
                ["SCOPE", "OF ONE ACCOUNT", "WHAT"], [.. ApiScope.All.Select(scope => new[] { scope.Word, scope.OfAccount ? "yes" : "no", scope.What })]));
        });
        return command;
    }

    private static string State(ApiToken token) => token switch
    {
        { Revoked: not null } => "revoked: " + token.RevokedReason,
        _ when token.Expires <= TimeProvider.System.GetUtcNow() => "expired " + CommandContext.Time(token.Expires),
        _ => "until " + CommandContext.Time(token.Expires),
    };
}
