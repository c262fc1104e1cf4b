using System.CommandLine;
using System.Globalization;
using Waybill.Core.Onboarding;
using Waybill.Core.Onboarding.Mail;
using Waybill.SshKeys.Keys;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>request add | invite | invitations | withdraw</c>.</summary>
internal static class RequestIntakeCommands
{
    public static Command Add(Func<ParseResult, CommandContext> context)
    {
        var from = new Option<string?>("--from") { Description = "a mail (.eml), a text with the fields of the form, or a key; - for standard input", HelpName = "FILE" };
        var key = new Option<string?>("--key") { Description = "the public key in any form, in a file of its own", HelpName = "FILE" };
        var replace = new Option<string?>("--replace-key") { Description = "the person cannot sign in and needs another key for this login", HelpName = "USER" };
        var account = new Option<string?>("--account") { Description = "the account number", HelpName = "NUMBER" };
        var allowFrom = new Option<string[]>("--allow-from") { Description = "a network that they come from; may be repeated", HelpName = "CIDR" };
        var automation = new Option<bool>("--automation") { Description = "a program will connect" };
        var (email, name, company, phone, user, feed, fileType) = (Text("--email", "the person's e-mail address", "E"), Text("--name", "first and last name", "TEXT"),
            Text("--company", "the company", "TEXT"), Text("--phone", "the phone number", "TEXT"), UserName(), Feed(), FileType());
        var command = new Command("add", "Take in a request that came by mail or telephone; what is missing is asked back by mail.")
        {
            from, key, replace, account, email, name, company, phone, user, feed, fileType, allowFrom, automation,
        };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            if (parse.GetValue(from) == "-" && parse.GetValue(key) == "-")
            {
                throw new UsageException("only one of --from and --key can be standard input");
            }

            var configuration = here.LoadConfiguration();
            await using var installation = here.Open(configuration);
            var taken = CommandContext.Require(await installation.OpenOnboarding(configuration).AddAsync(
                new NewRequest
                {
                    File = await ReadAsync(parse.GetValue(from), MailLimits.Size, cancellationToken),
                    KeyFile = await ReadAsync(parse.GetValue(key), PublicKeyFile.MaxFileLength, cancellationToken),
                    ReplaceKeyOf = parse.GetValue(replace),
                    Details = new RequestDetails
                    {
                        Account = parse.GetValue(account), Email = parse.GetValue(email), Company = parse.GetValue(company), Phone = parse.GetValue(phone),
                        UserName = parse.GetValue(user), Feeds = parse.GetValue(feed) ?? [], FileTypes = parse.GetValue(fileType) ?? [], AllowFrom = parse.GetValue(allowFrom) ?? [],
                        Automation = parse.GetValue(automation),
                    }.Named(parse.GetValue(name)),
                },
                CommandContext.Operator, cancellationToken));
            if (!here.Json)
            {
                foreach (var note in taken.Notes)
                {
                    await here.Error.WriteLineAsync("note: " + note);
                }
            }

            here.Print(taken, output => Write(output, here, taken));
        });
        return command;
    }

    public static Command Invite(Func<ParseResult, CommandContext> context)
    {
        var account = new Option<string>("--account") { Description = "the account that they get access to", HelpName = "NUMBER", Required = true };
        var email = new Option<string>("--email") { Description = "where the link goes", HelpName = "E", Required = true };
        var days = new Option<int?>("--days") { Description = $"how long the link opens; {OnboardingLimits.InvitationTime.TotalDays} if left out", HelpName = "N" };
        var (name, phone, user, feed, fileType) = (Text("--name", "first and last name", "TEXT"), Text("--phone", "the phone number", "TEXT"), UserName(), Feed(), FileType());
        var command = new Command("invite", "Send somebody a link to the form, filled in, for a known account.") { account, email, name, phone, user, feed, fileType, days };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var configuration = here.LoadConfiguration();
            await using var installation = here.Open(configuration);
            var names = new RequestDetails().Named(parse.GetValue(name));
            var invitation = CommandContext.Require(await installation.OpenOnboarding(configuration).InviteAsync(
                new NewInvitation(parse.GetRequiredValue(account), parse.GetRequiredValue(email))
                {
                    FirstName = names.FirstName, LastName = names.LastName, Phone = parse.GetValue(phone), UserName = parse.GetValue(user), Feeds = parse.GetValue(feed) ?? [],
                    FileTypes = parse.GetValue(fileType) ?? [], Lifetime = parse.GetValue(days) is { } count ? TimeSpan.FromDays(count) : null,
                },
                CommandContext.Operator, cancellationToken));
            here.Print(invitation, output => output.WriteLine(
                $"{invitation.Details.Email} is invited to account {invitation.Details.Account}; the link in the mail opens until {CommandContext.Time(invitation.Expires)}"));
        });
        return command;
    }

    public static Command Invitations(Func<ParseResult, CommandContext> context)
    {
        var account = new Option<string?>("--account") { Description = "only those to this account", HelpName = "NUMBER" };
        var limit = new Option<int>("--limit") { Description = "at most so many, 1 to 1000", HelpName = "N", DefaultValueFactory = static _ => 100 };
        var command = new Command("invitations", "List invitations that wait for an answer, the newest first.") { account, limit };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var configuration = here.LoadConfiguration();
            await using var installation = here.Open(configuration);
            var page = await installation.OpenOnboarding(configuration).InvitationsAsync(parse.GetValue(account), parse.GetValue(limit), cancellationToken: cancellationToken);
            here.Print(page.Items, _ => here.PrintTable(
                ["NUMBER", "ACCOUNT", "E-MAIL", "LOGIN", "BY", "SENT", "UNTIL"],
                [.. page.Items.Select(static each => new[]
                {
                    each.Id.ToString(CultureInfo.InvariantCulture), each.Account, each.Email, each.UserName ?? "-", each.InvitedBy, CommandContext.Time(each.Sent), CommandContext.Time(each.Expires),
                })]));
        });
        return command;
    }

    public static Command Withdraw(Func<ParseResult, CommandContext> context)
    {
        var number = new Argument<long>("NUMBER") { Description = "the invitation's, as request invitations shows it" };
        var command = new Command("withdraw", "Take an invitation back: its link opens nothing any more.") { number };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var configuration = here.LoadConfiguration();
            await using var installation = here.Open(configuration);
            var email = CommandContext.Require(await installation.OpenOnboarding(configuration).WithdrawAsync(parse.GetRequiredValue(number), CommandContext.Operator, cancellationToken));
            here.Print(new { Id = parse.GetRequiredValue(number), Email = email }, output => output.WriteLine($"the invitation of {email} is withdrawn"));
        });
        return command;
    }

    private static void Write(TextWriter output, CommandContext here, Intake taken)
    {
        var (request, who) = (taken.Request, $"{taken.Request.Details.Name} <{taken.Request.Details.Email}>".TrimStart());
        output.WriteLine(taken.Outcome switch
        {
            IntakeOutcome.AlreadyThere => $"request {request.Reference} is there already ({CommandContext.Lower(request.State)})",
            IntakeOutcome.Bounced => $"noted at request {request.Reference}; call {who}{(request.Details.Phone is { } phone ? $" at {phone}" : "")}",
            _ when request.State == RequestState.Asked => $"request {request.Reference} of {who}: something is missing, and was asked back by mail",
            _ => $"request {request.Reference} of {who} waits for a decision",
        });
        if (request.State == RequestState.Open)
        {
            output.WriteLine($"next: {ShellWord.Command(here.Data, $"request show {request.Reference}")}");
        }
    }

    private static Option<string?> Text(string name, string description, string help) => new(name) { Description = description, HelpName = help };

    private static Option<string?> UserName() => Text("--user", "the user name that they would like; else the account number", "NAME");

    private static Option<string[]> Feed() => new("--feed") { Description = "a feed that they want; may be repeated; everything if left out", HelpName = "TYPE" };

    private static Option<string[]> FileType() => new("--file-type") { Description = "a file type that they want, as csv; may be repeated", HelpName = "EXT" };

    /// <summary>At most one byte more than is read of it: what is longer is refused with words, not cut.</summary>
    private static async Task<ReadOnlyMemory<byte>?> ReadAsync(string? file, int longest, CancellationToken cancellationToken)
    {
        if (file is null)
        {
            return null;
        }

        try
        {
            await using var source = file == "-" ? Console.OpenStandardInput() : File.OpenRead(file);
            using var content = new MemoryStream();
            var buffer = new byte[64 * 1024];
            while (content.Length <= longest && await source.ReadAsync(buffer, cancellationToken) is var count and > 0)
            {
                content.Write(buffer, 0, count);
            }

            return content.ToArray();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{file} {(error is FileNotFoundException or DirectoryNotFoundException ? "is not there" : "cannot be read")}; name the file that the customer sent, or - for standard input");
        }
    }
}
