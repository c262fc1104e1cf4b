using System.CommandLine;
using Waybill.Core.Logins;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>login add | list | show | suspend | resume | allow | numbers | ftp | plain | remove</c>.</summary>
internal static class LoginCommands
{
    private sealed record LoginView(
        string UserName, string Kind, string? Account, string? Vendor, string StartDirectory, IReadOnlyList<string> AllowFrom, string Status, string? StatusReason,
        DateTimeOffset Created, DateTimeOffset? LastLogin, string? Numbers);

    public static IEnumerable<Command> Create(Func<ParseResult, CommandContext> context) =>
        [new Command("login", "User names with machine credentials.") { Add(context), List(context), Show(context), Suspend(context), Resume(context), Allow(context), Numbers(context), LoginFtpCommands.Terms(context), LoginFtpCommands.Plain(context), Remove(context) }];

    private static Command Add(Func<ParseResult, CommandContext> context)
    {
        var user = new Argument<string?>("USER") { Description = "1 to 64 of A-Z a-z 0-9 . _ -; may be left out for a vendor", Arity = ArgumentArity.ZeroOrOne };
        var account = new Option<string?>("--account") { Description = "the account it belongs to; needed for customer and vendor", HelpName = "NUMBER" };
        var kind = new Option<LoginKind>("--kind") { Description = "customer (the default), vendor, publisher or collector", HelpName = "KIND", DefaultValueFactory = _ => LoginKind.Customer };
        var vendor = new Option<string?>("--vendor") { Description = "a vendor's short name: it sees /vendors/SHORT only", HelpName = "SHORT" };
        var start = new Option<string?>("--start") { Description = "the directory in which its sessions begin", HelpName = "DIR" };
        var allowFrom = new Option<string[]>("--allow-from") { Description = "networks it may come from; may be repeated", HelpName = "CIDR" };
        var command = new Command("add", "Add a login.") { user, account, kind, vendor, start, allowFrom };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open(here.LoadConfiguration());
            var shortName = parse.GetValue(vendor);
            var login = CommandContext.Require(await installation.Logins.AddAsync(
                new NewLogin(shortName is not null && parse.GetResult(kind)?.Implicit != false ? LoginKind.Vendor : parse.GetValue(kind))
                {
                    UserName = parse.GetValue(user),
                    Account = parse.GetValue(account),
                    Vendor = shortName,
                    StartDirectory = parse.GetValue(start),
                    AllowFrom = parse.GetValue(allowFrom) ?? [],
                },
                CommandContext.Operator, cancellationToken));
            CommandContext.Check(installation.Folders.Ensure(login));
            here.Print(View(login), output =>
            {
                output.WriteLine($"login {login.UserName} ({CommandContext.Lower(login.Kind)}) is there; it cannot connect before it has a key");
                output.WriteLine($"next: {ShellWord.Command(here.Data, $"key add {login.UserName} FILE")}");
            });
        });
        return command;
    }

    private static Command List(Func<ParseResult, CommandContext> context)
    {
        var account = new Option<string?>("--account") { Description = "of one account only", HelpName = "NUMBER" };
        var command = new Command("list", "List logins.") { account };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open();
            if (parse.GetValue(account) is { } number)
            {
                CommandContext.Require(await installation.Accounts.FindAsync(number, cancellationToken));
            }

            var logins = await CommandContext.AllPagesAsync((after, size) => installation.Logins.ListAsync(parse.GetValue(account), size, after, cancellationToken));
            here.Print(logins.Select(View), _ => here.PrintTable(
                ["USER", "KIND", "ACCOUNT", "STATUS", "LAST LOGIN"],
                [.. logins.Select(View).Select(login => new[] { login.UserName, login.Kind, login.Account ?? "", login.Status, CommandContext.Time(login.LastLogin) })]));
        });
        return command;
    }

    private static Command Show(Func<ParseResult, CommandContext> context)
    {
        var user = new Argument<string>("USER") { Description = "the login's user name" };
        var command = new Command("show", "Show one login.") { user };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open();
            var login = View(CommandContext.Require(await installation.Logins.FindAsync(parse.GetRequiredValue(user), cancellationToken)));
            here.Print(login, output =>
            {
                output.WriteLine($"user        {login.UserName}");
                output.WriteLine($"kind        {login.Kind}{(login.Vendor is { } vendor ? ", sees /vendors/" + vendor : "")}");
                output.WriteLine($"account     {login.Account ?? "-"}");
                output.WriteLine($"status      {login.Status}{(login.StatusReason is { } reason ? ": " + reason : "")}");
                output.WriteLine($"starts in   {login.StartDirectory}");
                output.WriteLine($"allow from  {(login.AllowFrom.Count == 0 ? "anywhere" : string.Join(", ", login.AllowFrom))}");
                output.WriteLine($"numbers     {login.Numbers switch { null => "-", "none" => "may not use them", "look" => "may look at them", _ => "may look at and change them" }}");
                output.WriteLine($"created     {CommandContext.Time(login.Created)}");
                output.WriteLine($"last login  {CommandContext.Time(login.LastLogin)}");
            });
        });
        return command;
    }

    private static Command Suspend(Func<ParseResult, CommandContext> context) => Change(
        context, "suspend", "Stop a login; its sessions end at once.", "suspended",
        (installation, user, reason, cancellationToken) => installation.Logins.SuspendAsync(user, reason, CommandContext.Operator, cancellationToken));

    private static Command Resume(Func<ParseResult, CommandContext> context) => Change(
        context, "resume", "Let a suspended login in again.", "active again",
        (installation, user, _, cancellationToken) => installation.Logins.ResumeAsync(user, CommandContext.Operator, cancellationToken));

    private static Command Allow(Func<ParseResult, CommandContext> context)
    {
        var user = new Argument<string>("USER") { Description = "the login's user name" };
        var from = new Option<string[]>("--from") { Description = "a network that it may come from; may be repeated", HelpName = "CIDR" };
        var anywhere = new Option<bool>("--anywhere") { Description = "it may come from anywhere" };
        var command = new Command("allow", "Set the networks that a login may come from, in place of those before; sessions from elsewhere end.") { user, from, anywhere };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var networks = parse.GetValue(from) ?? [];
            if (networks.Length == 0 != parse.GetValue(anywhere))
            {
                throw new UsageException("say --from CIDR, once or more often, or --anywhere");
            }

            await using var installation = here.Open();
            var login = CommandContext.Require(await installation.Logins.SetAllowedNetworksAsync(
                parse.GetRequiredValue(user), networks, CommandContext.Operator, cancellationToken));
            await here.TellServerAsync(cancellationToken);
            here.Print(View(login), output => output.WriteLine(
                $"login {login.UserName} may come from {(networks.Length == 0 ? "anywhere" : string.Join(", ", login.AllowFrom.Networks))}"));
        });
        return command;
    }

    private static Command Numbers(Func<ParseResult, CommandContext> context)
    {
        var user = new Argument<string>("USER") { Description = "the login's user name; a customer's own" };
        var right = new Argument<NumberRight>("RIGHT") { Description = "none, look (see them, and what is free) or change (take, set and give them back)" };
        var command = new Command("numbers", "Set what a login's programs may do with the numbers of its account, by NTSAPI and over REST.") { user, right };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open();
            var login = CommandContext.Require(await installation.Logins.SetNumbersAsync(
                parse.GetRequiredValue(user), parse.GetRequiredValue(right), CommandContext.Operator, cancellationToken));
            here.Print(View(login), output => output.WriteLine($"login {login.UserName} may {login.Numbers switch
            {
                NumberRight.None => "not use numbers",
                NumberRight.Look => "look at numbers and not change them",
                _ => "look at and change numbers",
            }}"));
        });
        return command;
    }

    private static Command Remove(Func<ParseResult, CommandContext> context) => Change(
        context, "remove", "Remove a login with its keys; its files and its audit rows stay.", "removed",
        (installation, user, _, cancellationToken) => installation.Logins.RemoveAsync(user, CommandContext.Operator, cancellationToken));

    private static Command Change(
        Func<ParseResult, CommandContext> context, string name, string description, string done,
        Func<Installation, string, string?, CancellationToken, ValueTask<Core.Result<Login>>> change)
    {
        var user = new Argument<string>("USER") { Description = "the login's user name" };
        var reason = new Option<string?>("--reason") { Description = "why, for the audit", HelpName = "TEXT" };
        var command = new Command(name, description) { user, reason };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open();
            var login = CommandContext.Require(await change(installation, parse.GetRequiredValue(user), parse.GetValue(reason), cancellationToken));
            await here.TellServerAsync(cancellationToken);
            here.Print(View(login), output => output.WriteLine($"login {login.UserName} is {done}"));
        });
        return command;
    }

    private static LoginView View(Login login) => new(
        login.UserName, CommandContext.Lower(login.Kind), login.Account, login.Vendor, login.StartDirectory?.ToString() ?? "/",
        [.. login.AllowFrom.Networks.Select(network => network.ToString())], CommandContext.Lower(login.Status), login.StatusReason,
        login.Created, login.LastLogin, login.Numbers is { } right ? CommandContext.Lower(right) : null);
}
