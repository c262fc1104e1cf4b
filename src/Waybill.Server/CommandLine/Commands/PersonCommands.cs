using System.CommandLine;
using Waybill.Core;
using Waybill.Core.People;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>person add | list | show | grant | revoke | suspend | resume | remove | invite | reset</c>.</summary>
internal static class PersonCommands
{
    private enum AccountRole
    {
        Owner,
        Member,
        Vendor,
    }

    private enum ProviderRole
    {
        Support,
        Billing,
        Administrator,
        Auditor,
    }

    private sealed record RoleView(string Role, string? Account, string? Vendor);

    private sealed record PersonView(
        string Email, string Name, string? Phone, string Language, string? TimeZone, string Status, string? StatusReason, DateTimeOffset Created, DateTimeOffset? Deactivated,
        DateTimeOffset? LastSignIn, IReadOnlyList<string> SignsInWith, IReadOnlyList<RoleView> Roles);

    private sealed record PersonWithLink(PersonView Person, string? SignUpLink, DateTimeOffset? LinkExpires, string? SignUpCode);

    public static IEnumerable<Command> Create(Func<ParseResult, CommandContext> context) =>
    [
        new Command("person", "People who use the portal and get mails; never logins for SFTP.")
        {
            Add(context), List(context), Show(context), Grant(context), Revoke(context), Suspend(context), Resume(context), Remove(context), Invite(context), Reset(context),
        },
    ];

    private static Command Add(Func<ParseResult, CommandContext> context)
    {
        var email = Email();
        var name = new Option<string>("--name") { Description = "first and last name", HelpName = "TEXT", Required = true };
        var phone = new Option<string?>("--phone") { Description = "the telephone", HelpName = "P" };
        var language = new Option<string>("--language") { Description = "of pages and mails, as en or de-AT", HelpName = "L", DefaultValueFactory = _ => "en" };
        var zone = new Option<string?>("--time-zone") { Description = "as Europe/London; else the account's or the provider's", HelpName = "ZONE" };
        var roles = new RoleOptions();
        var command = new Command("add", "Add a person. An administrator's one-time sign-up link is printed; others get theirs with person invite.") { email, name, phone, language, zone };
        roles.AddTo(command);
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var configuration = here.LoadConfiguration();
            await using var installation = here.Open(configuration);
            using var people = installation.OpenPeople(configuration);
            var added = new NewPerson(parse.GetRequiredValue(email), parse.GetRequiredValue(name))
            {
                Phone = parse.GetValue(phone),
                Language = parse.GetRequiredValue(language),
                TimeZone = parse.GetValue(zone),
                Roles = roles.Read(parse),
            };
            if (added.Roles.Any(role => role.Role == PersonRole.Administrator))
            {
                Print(here, CommandContext.Require(await people.Invitations.AddAsync(added, handOver: true, CommandContext.Operator, cancellationToken)), "is there");
                return;
            }

            var person = CommandContext.Require(await people.People.AddAsync(added, CommandContext.Operator, cancellationToken));
            here.Print(new PersonWithLink(View(person), null, null, null), output =>
            {
                output.WriteLine($"person {person.Email} ({Roles(person)}) is there");
                output.WriteLine($"next: {ShellWord.Command(here.Data, $"person invite {person.Email}")}");
            });
        });
        return command;
    }

    private static Command List(Func<ParseResult, CommandContext> context)
    {
        var text = new Argument<string?>("TEXT") { Description = "beginnings of words of name or e-mail address", Arity = ArgumentArity.ZeroOrOne };
        var account = new Option<string?>("--account") { Description = "with a role at this account", HelpName = "NUMBER" };
        var provider = new Option<ProviderRole?>("--provider") { Description = "with this role at the provider", HelpName = "ROLE" };
        var command = new Command("list", "List or search people, by e-mail address.") { text, account, provider };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open();
            if (parse.GetValue(account) is { } number)
            {
                CommandContext.Require(await installation.Accounts.FindAsync(number, cancellationToken));
            }

            var query = new PersonQuery { Text = parse.GetValue(text), Account = parse.GetValue(account), ProviderRole = parse.GetValue(provider) is { } role ? Of(role) : null };
            var people = await CommandContext.AllPagesAsync((after, size) => installation.People.ListAsync(query with { After = after, Size = size }, cancellationToken));
            here.Print(people.Select(View), _ => here.PrintTable(
                ["E-MAIL", "NAME", "STATUS", "SIGNS IN WITH", "ROLES"],
                [.. people.Select(person => new[] { person.Email, person.Name, CommandContext.Lower(person.Status), Means(person), Roles(person) })]));
        });
        return command;
    }

    private static Command Show(Func<ParseResult, CommandContext> context)
    {
        var email = Email();
        var command = new Command("show", "Show one person.") { email };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open();
            var person = CommandContext.Require(await installation.People.FindAsync(parse.GetRequiredValue(email), cancellationToken));
            here.Print(View(person), output =>
            {
                output.WriteLine($"e-mail         {person.Email}");
                output.WriteLine($"name           {person.Name}");
                output.WriteLine($"phone          {person.Phone ?? "-"}");
                output.WriteLine($"language       {person.Language}");
                output.WriteLine($"time zone      {person.TimeZone ?? "-"}");
                output.WriteLine($"status         {CommandContext.Lower(person.Status)}{(person.StatusReason is { } reason ? ": " + reason : "")}");
                output.WriteLine($"signs in with  {Means(person)}");
                output.WriteLine($"last sign-in   {CommandContext.Time(person.LastSignIn)}");
                output.WriteLine($"added          {CommandContext.Time(person.Created)}");
                output.WriteLine($"roles          {Roles(person)}");
            });
        });
        return command;
    }

    private static Command Grant(Func<ParseResult, CommandContext> context) => ChangeRoles(
        context, "grant", "Give a person a role.", static (people, email, role, cancellationToken) => people.GrantAsync(email, role, CommandContext.Operator, cancellationToken));

    private static Command Revoke(Func<ParseResult, CommandContext> context) => ChangeRoles(
        context, "revoke", "Take a role away from a person.", static (people, email, role, cancellationToken) => people.RevokeAsync(email, role, CommandContext.Operator, cancellationToken));

    private static Command Suspend(Func<ParseResult, CommandContext> context) => Change(
        context, "suspend", "Keep a person out of the portal; their sessions end at once.", "suspended",
        static (people, email, reason, cancellationToken) => people.SuspendAsync(email, reason, CommandContext.Operator, cancellationToken));

    private static Command Resume(Func<ParseResult, CommandContext> context) => Change(
        context, "resume", "Let a suspended person in again.", "active again",
        static (people, email, _, cancellationToken) => people.ResumeAsync(email, CommandContext.Operator, cancellationToken));

    private static Command Remove(Func<ParseResult, CommandContext> context) => Change(
        context, "remove", "Remove a person with roles, credentials and sessions; the audit stays.", "removed",
        static (people, email, _, cancellationToken) => people.RemoveAsync(email, CommandContext.Operator, cancellationToken));

    private static Command Invite(Func<ParseResult, CommandContext> context)
    {
        var (email, print) = (Email(), PrintLink());
        var command = new Command("invite", "Mail somebody who has not signed up yet a one-time link to do so.") { email, print };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var configuration = here.LoadConfiguration();
            await using var installation = here.Open(configuration);
            using var people = installation.OpenPeople(configuration);
            Print(here, CommandContext.Require(await people.Invitations.InviteAsync(parse.GetRequiredValue(email), parse.GetValue(print), CommandContext.Operator, cancellationToken)), "is invited");
        });
        return command;
    }

    private static Command Reset(Func<ParseResult, CommandContext> context)
    {
        var (email, print) = (Email(), PrintLink());
        var reason = new Option<string>("--reason") { Description = "why, for the audit and the person's mail", HelpName = "TEXT", Required = true };
        var command = new Command("reset", "Take password, codes and passkeys away from a person, who is told by mail and gets a one-time link to choose new ones.") { email, reason, print };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var configuration = here.LoadConfiguration();
            await using var installation = here.Open(configuration);
            using var people = installation.OpenPeople(configuration);
            Print(
                here,
                CommandContext.Require(await people.Invitations.ResetAsync(
                    parse.GetRequiredValue(email), parse.GetRequiredValue(reason), parse.GetValue(print), CommandContext.Operator, cancellationToken)),
                "can sign in with nothing any more");
        });
        return command;
    }

    private static Command ChangeRoles(
        Func<ParseResult, CommandContext> context, string name, string description, Func<PersonService, string, RoleGrant, CancellationToken, ValueTask<Result<Person>>> change)
    {
        var email = Email();
        var roles = new RoleOptions();
        var command = new Command(name, description) { email };
        roles.AddTo(command);
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var role = roles.Read(parse) is [var only]
                ? only
                : throw new UsageException($"say which role: --provider ROLE, or --account NUMBER --role ROLE; see ./waybill person {name} --help");
            await using var installation = here.Open();
            var person = CommandContext.Require(await change(installation.People, parse.GetRequiredValue(email), role, cancellationToken));
            here.Print(View(person), output => output.WriteLine($"person {person.Email}: {Roles(person)}"));
        });
        return command;
    }

    private static Command Change(
        Func<ParseResult, CommandContext> context, string name, string description, string done,
        Func<PersonService, string, string?, CancellationToken, ValueTask<Result<Person>>> change)
    {
        var email = Email();
        var reason = new Option<string?>("--reason") { Description = "why, for the audit", HelpName = "TEXT" };
        var command = new Command(name, description) { email };
        if (name == "suspend")
        {
            command.Options.Add(reason);
        }

        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open();
            var person = CommandContext.Require(await change(installation.People, parse.GetRequiredValue(email), parse.GetValue(reason), cancellationToken));
            here.Print(View(person), output => output.WriteLine($"person {person.Email} is {done}"));
        });
        return command;
    }

    private static void Print(CommandContext here, Invitation invitation, string done) =>
        here.Print(new PersonWithLink(View(invitation.Person), invitation.Link, invitation.Expires, invitation.Code), output =>
        {
            output.WriteLine($"person {invitation.Person.Email} ({Roles(invitation.Person)}) {done}");
            output.WriteLine(invitation.Link is { } link
                ? $"sign up once, until {CommandContext.Time(invitation.Expires)}: {link}"
                : $"a link to sign up with goes to {invitation.Person.Email}; it works once, until {CommandContext.Time(invitation.Expires)}");
            if (invitation.Code is { } code)
            {
                output.WriteLine($"the link needs a code that the mail does not hold, shown this once: {code}");
                output.WriteLine("tell it by telephone, on a number that you know to be theirs");
            }
        });

    private static Argument<string> Email() => new("EMAIL") { Description = "the person's e-mail address" };

    private static Option<bool> PrintLink() => new("--print-link") { Description = "print the link instead of mailing it, for whoever hands it over" };

    private static PersonRole Of(ProviderRole role) => Enum.Parse<PersonRole>(role.ToString());

    private static string Roles(Person person) => person.Roles.Count == 0 ? "no role" : string.Join(", ", person.Roles);

    private static IEnumerable<string> MeansOf(Person person) =>
        ((SignInMeans[])[SignInMeans.Password, SignInMeans.Passkey]).Where(means => person.SignsIn.HasFlag(means)).Select(CommandContext.Lower);

    private static string Means(Person person) => person.SignsIn == SignInMeans.None ? "nothing yet" : string.Join(", ", MeansOf(person));

    private static PersonView View(Person person) => new(
        person.Email, person.Name, person.Phone, person.Language, person.TimeZone, CommandContext.Lower(person.Status), person.StatusReason, person.Created, person.Deactivated,
        person.LastSignIn, [.. MeansOf(person)], [.. person.Roles.Select(role => new RoleView(CommandContext.Lower(role.Role), role.Account, role.Vendor))]);

    /// <summary>Which role: <c>--provider ROLE</c>, <c>--account NUMBER --role ROLE [--vendor SHORT]</c>, or both.</summary>
    private sealed class RoleOptions
    {
        private readonly Option<string?> _account = new("--account") { Description = "the account of the role", HelpName = "NUMBER" };
        private readonly Option<AccountRole?> _role = new("--role") { Description = "owner, member or vendor: at the account", HelpName = "ROLE" };
        private readonly Option<string?> _vendor = new("--vendor") { Description = "the vendor's short name, for the role vendor", HelpName = "SHORT" };
        private readonly Option<ProviderRole?> _provider = new("--provider") { Description = "support, billing, administrator or auditor: at the provider", HelpName = "ROLE" };

        public void AddTo(Command command)
        {
            foreach (var option in (Option[])[_account, _role, _vendor, _provider])
            {
                command.Options.Add(option);
            }
        }

        public List<RoleGrant> Read(ParseResult parse)
        {
            List<RoleGrant> roles = [];
            if (parse.GetValue(_provider) is { } atProvider)
            {
                roles.Add(new RoleGrant(Of(atProvider)));
            }

            var (account, role, vendor) = (parse.GetValue(_account), parse.GetValue(_role), parse.GetValue(_vendor));
            if (role is { } atAccount)
            {
                roles.Add(new RoleGrant(Enum.Parse<PersonRole>(atAccount.ToString()), account ?? throw new UsageException("--role is at an account; say which with --account NUMBER"), vendor));
            }
            else if (account is not null || vendor is not null)
            {
                throw new UsageException("say what the person is at the account: --role owner, member or vendor");
            }

            return roles;
        }
    }
}
