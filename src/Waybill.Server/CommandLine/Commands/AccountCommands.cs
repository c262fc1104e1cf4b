using System.CommandLine;
using Waybill.Core.Accounts;
using Waybill.Core.People;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>account add | list | show | change | region | suspend | resume | close | files</c>.</summary>
internal static class AccountCommands
{
    private sealed record AccountView(
        string Number, string Name, string Status, string? StatusReason, string? Email, string? Parent, string Language, string? TimeZone, string? Region, DateTimeOffset Created);

    private sealed record AccountWithLogins(AccountView Account, IReadOnlyList<string> Logins, IReadOnlyList<QuotaCommands.View> Quotas);

    public static IEnumerable<Command> Create(Func<ParseResult, CommandContext> context) =>
        [new Command("account", "Customers of the provider; each owns a vault.") { Add(context), List(context), Show(context), Change(context), Region(context), LoginFtpCommands.AccountTerms(context), Suspend(context), Resume(context), Close(context), Files(context) }];

    private static Command Add(Func<ParseResult, CommandContext> context)
    {
        var number = new Argument<string>("NUMBER") { Description = "1 to 32 of A-Z a-z 0-9 . _, the first a letter or digit; leading zeros are kept" };
        var name = new Option<string>("--name") { Description = "the company's name", HelpName = "TEXT", Required = true };
        var email = new Option<string?>("--email") { Description = "where the account is reached", HelpName = "E" };
        var parent = new Option<string?>("--parent") { Description = "the wholesale account above it", HelpName = "NUMBER" };
        var region = new Option<string?>("--region") { Description = "which of Ssh:Public it is told, as GB; else all", HelpName = "REGION" };
        var command = new Command("add", "Add an account and make its vault.") { number, name, email, parent, region };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open(here.LoadConfiguration());
            var account = CommandContext.Require(await installation.Accounts.AddAsync(
                new NewAccount(parse.GetRequiredValue(number), parse.GetRequiredValue(name)) { Email = parse.GetValue(email), Parent = parse.GetValue(parent), Region = parse.GetValue(region) },
                CommandContext.Operator, cancellationToken));
            CommandContext.Check(installation.Folders.Ensure(account));
            here.Print(View(account), output =>
            {
                output.WriteLine($"account {account.Number} ({account.Name}) is there, with an empty vault");
                output.WriteLine($"next: {ShellWord.Command(here.Data, $"login add {account.Number} --account {account.Number}")}");
            });
        });
        return command;
    }

    private static Command List(Func<ParseResult, CommandContext> context)
    {
        var command = new Command("list", "List all accounts.");
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open();
            var accounts = await CommandContext.AllPagesAsync((after, size) => installation.Accounts.ListAsync(size, after, cancellationToken));
            here.Print(accounts.Select(View), _ => here.PrintTable(
                ["NUMBER", "NAME", "STATUS", "PARENT", "E-MAIL"],
                [.. accounts.Select(account => new[] { account.Number, account.Name, Lower(account.Status), account.Parent ?? "", account.Email ?? "" })]));
        });
        return command;
    }

    private static Command Show(Func<ParseResult, CommandContext> context)
    {
        var number = new Argument<string>("NUMBER") { Description = "the account's number" };
        var command = new Command("show", "Show one account and its logins.") { number };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open();
            var account = CommandContext.Require(await installation.Accounts.FindAsync(parse.GetRequiredValue(number), cancellationToken));
            var logins = await CommandContext.AllPagesAsync((after, size) => installation.Logins.ListAsync(account.Number, size, after, cancellationToken));
            var quotas = CommandContext.Require(await installation.Quotas.OfAccountAsync(account.Number, cancellationToken));
            here.Print(new AccountWithLogins(View(account), [.. logins.Select(login => login.UserName)], [.. quotas.Select(QuotaCommands.ViewOf)]), output =>
            {
                output.WriteLine($"number   {account.Number}");
                output.WriteLine($"name     {account.Name}");
                output.WriteLine($"status   {Lower(account.Status)}{(account.StatusReason is { } reason ? ": " + reason : "")}");
                output.WriteLine($"e-mail   {account.Email ?? "-"}");
                output.WriteLine($"parent   {account.Parent ?? "-"}");
                output.WriteLine($"region   {account.Region ?? "-"}");
                output.WriteLine($"created  {CommandContext.Time(account.Created)}");
                output.WriteLine($"logins   {(logins.Count == 0 ? "-" : string.Join(", ", logins.Select(login => login.UserName)))}");
                foreach (var quota in quotas)
                {
                    output.WriteLine($"stored   {QuotaCommands.Describe(quota)}");
                }
            });
        });
        return command;
    }

    private static Command Change(Func<ParseResult, CommandContext> context)
    {
        var number = new Argument<string>("NUMBER") { Description = "the account's number" };
        var name = new Option<string?>("--name") { Description = "the company's name", HelpName = "TEXT" };
        var email = new Option<string?>("--email") { Description = "where the account is reached; \"\" for nowhere", HelpName = "E" };
        var language = new Option<string?>("--language") { Description = "of its mails, as en", HelpName = "LANGUAGE" };
        var zone = new Option<string?>("--zone") { Description = "its time zone, as Europe/London; \"\" for the provider's", HelpName = "ZONE" };
        var command = new Command("change", "Change an account's name, e-mail address, language or time zone; what is left out stays.") { number, name, email, language, zone };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open();
            var change = new AccountChange { Name = parse.GetValue(name), Email = parse.GetValue(email), Language = parse.GetValue(language), TimeZone = parse.GetValue(zone) };
            if (change == new AccountChange())
            {
                throw new UsageException("say what to change: --name, --email, --language or --zone; see ./waybill account change --help");
            }

            var account = CommandContext.Require(await installation.Accounts.ChangeAsync(parse.GetRequiredValue(number), change, CommandContext.Operator, cancellationToken));
            here.Print(View(account), output => output.WriteLine(
                $"account {account.Number} is {account.Name}; mails go to {account.Email ?? "nobody"}, in {account.Language}, times as {account.TimeZone ?? "the provider's"}"));
        });
        return command;
    }

    private static Command Region(Func<ParseResult, CommandContext> context)
    {
        var number = new Argument<string>("NUMBER") { Description = "the account's number" };
        var region = new Argument<string?>("REGION") { Description = "as in Ssh:Public; without it the account is told all host names", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("region", "Set which of the public host names an account is told.") { number, region };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open();
            var account = CommandContext.Require(await installation.Accounts.SetRegionAsync(
                parse.GetRequiredValue(number), parse.GetValue(region), CommandContext.Operator, cancellationToken));
            here.Print(View(account), output => output.WriteLine($"account {account.Number} is told {(account.Region is { } set ? "the host names of region " + set : "all host names")}"));
        });
        return command;
    }

    private static Command Suspend(Func<ParseResult, CommandContext> context) => Change(
        context, "suspend", "Stop all logins of an account; its sessions end at once, its files stay.", "suspended",
        (installation, number, reason, cancellationToken) => installation.Accounts.SuspendAsync(number, reason, CommandContext.Operator, cancellationToken));

    private static Command Resume(Func<ParseResult, CommandContext> context) => Change(
        context, "resume", "Let a suspended account's logins in again.", "active again",
        (installation, number, _, cancellationToken) => installation.Accounts.ResumeAsync(number, CommandContext.Operator, cancellationToken));

    private static Command Close(Func<ParseResult, CommandContext> context) => Change(
        context, "close", "Close an account: its logins stop for good, its files stay until retention removes them.", "closed",
        (installation, number, reason, cancellationToken) => installation.Accounts.CloseAsync(number, reason, CommandContext.Operator, cancellationToken));

    private static Command Files(Func<ParseResult, CommandContext> context)
    {
        var number = new Argument<string>("NUMBER") { Description = "the account's number" };
        var files = new Argument<string?>("FILES") { Description = "off, read, read-write, or provider for what Portal:Files says; left out it is shown", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("files", "Say what the portal does with an account's files; never more than Portal:Files.") { number, files };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var configuration = here.LoadConfiguration();
            await using var installation = here.Open(configuration);
            var account = CommandContext.Require(await installation.Accounts.FindAsync(parse.GetRequiredValue(number), cancellationToken));
            using var people = installation.OpenPeople(configuration);
            if (parse.GetValue(files) is { } word)
            {
                var set = PortalAccess.Parse(word);
                if (set is null && word != "provider")
                {
                    throw new UsageException($"'{word}' is not one of off, read, read-write, provider; see ./waybill account files --help");
                }

                CommandContext.Check(await people.Access.SetFilesAsync(account.Number, set, CommandContext.Operator, cancellationToken));
            }

            var now = PortalAccess.WordOf(await people.Access.FilesOfAsync(account.Number, cancellationToken));
            here.Print(new { Account = account.Number, PortalFiles = now }, output => output.WriteLine($"files of account {account.Number} in the portal: {now}"));
        });
        return command;
    }

    private static Command Change(
        Func<ParseResult, CommandContext> context, string name, string description, string done,
        Func<Installation, string, string?, CancellationToken, ValueTask<Core.Result<Account>>> change)
    {
        var number = new Argument<string>("NUMBER") { Description = "the account's number" };
        var reason = new Option<string?>("--reason") { Description = "why, for the audit", HelpName = "TEXT" };
        var command = new Command(name, description) { number, reason };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open();
            var account = CommandContext.Require(await change(installation, parse.GetRequiredValue(number), parse.GetValue(reason), cancellationToken));
            await here.TellServerAsync(cancellationToken);
            here.Print(View(account), output => output.WriteLine($"account {account.Number} is {done}"));
        });
        return command;
    }

    private static string Lower(AccountStatus status) => CommandContext.Lower(status);

    private static AccountView View(Account account) => new(
        account.Number, account.Name, Lower(account.Status), account.StatusReason, account.Email, account.Parent, account.Language, account.TimeZone, account.Region, account.Created);
}
