using System.CommandLine;
using System.Globalization;
using Waybill.Core;
using Waybill.Core.Onboarding;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>request list | show | approve | reject | reopen | ask | resend</c>; <c>add</c>, <c>invite</c>, <c>invitations</c> and <c>withdraw</c> are in <see cref="RequestIntakeCommands"/>.</summary>
internal static class RequestCommands
{
    private static readonly RequestState[] Undecided = [RequestState.Unconfirmed, RequestState.Open, RequestState.Asked];

    public static IEnumerable<Command> Create(Func<ParseResult, CommandContext> context) =>
    [
        new Command("request", "Requests for access: what customers send in to get a login, or another key.")
        {
            List(context), Show(context), RequestIntakeCommands.Add(context), RequestIntakeCommands.Invite(context),
            RequestIntakeCommands.Invitations(context), RequestIntakeCommands.Withdraw(context), Approve(context), Reject(context), Ask(context), Reopen(context),
            Resend(context),
        },
    ];

    private static Command List(Func<ParseResult, CommandContext> context)
    {
        var state = new Option<RequestState[]>("--state") { Description = "unconfirmed, open, asked, approved or rejected; may be repeated; those that are not decided if left out", HelpName = "STATE" };
        var all = new Option<bool>("--all") { Description = "decided ones too" };
        var account = new Option<string?>("--account") { Description = "only those that give this account number", HelpName = "NUMBER" };
        var limit = new Option<int>("--limit") { Description = "how many at most; the newest come first", HelpName = "N", DefaultValueFactory = _ => 100 };
        var command = new Command("list", "List requests, the newest first.") { state, all, account, limit };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var states = parse.GetValue(state) ?? [];
            if (parse.GetValue(limit) < 1 || (parse.GetValue(all) && states.Length > 0))
            {
                throw new UsageException(parse.GetValue(limit) < 1 ? "--limit is at least 1" : "--all and --state do not go together");
            }

            var configuration = here.LoadConfiguration();
            await using var installation = here.Open(configuration);
            var onboarding = installation.OpenOnboarding(configuration);
            var wanted = parse.GetValue(all) ? [] : states.Length > 0 ? states : Undecided;
            var rows = await CommandContext.AllPagesAsync(
                (before, size) => onboarding.ListAsync(wanted, parse.GetValue(account), size, before, cancellationToken), parse.GetValue(limit));
            here.Print(rows, _ => here.PrintTable(
                ["ID", "STATE", "FOR", "NAME", "E-MAIL", "ACCOUNT", "COMPANY", "KEY", "RECEIVED"],
                [.. rows.Select(row => new[]
                {
                    row.Reference, CommandContext.Lower(row.State), row.Kind == RequestKind.Key ? "key of " + row.Login : "login", row.Details.Name, row.Details.Email!,
                    row.Details.Account ?? "-", row.Details.Company ?? "-", row.Key?.Type ?? "-", CommandContext.Time(row.Created),
                })]));
        });
        return command;
    }

    private static Command Show(Func<ParseResult, CommandContext> context)
    {
        var id = Id();
        var command = new Command("show", "Show a request: what matches, what does not, and what happened.") { id };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var configuration = here.LoadConfiguration();
            await using var installation = here.Open(configuration);
            var view = CommandContext.Require(await installation.OpenOnboarding(configuration).ShowAsync(parse.GetRequiredValue(id), cancellationToken));
            here.Print(view, output => Write(output, view));
        });
        return command;
    }

    private static Command Approve(Func<ParseResult, CommandContext> context)
    {
        var id = Id();
        var user = new Option<string?>("--user") { Description = "the user name; else the one asked for, else the account number", HelpName = "NAME" };
        var account = new Option<string?>("--account") { Description = "the account, where the request gives another number or none", HelpName = "NUMBER" };
        var start = new Option<string?>("--start") { Description = "the directory in which sessions begin", HelpName = "DIR" };
        var label = new Option<string?>("--label") { Description = "what the key is called; else its comment", HelpName = "TEXT" };
        var verified = new Option<string?>("--verified") { Description = "how you verified the person; needed for a replacement key", HelpName = "TEXT" };
        var key = new Option<string?>("--key") { Description = "the key's fingerprint, as you saw it; a request that has another one by now is not approved", HelpName = "SHA256:..." };
        var revoke = new Option<bool>("--revoke-others") { Description = "for a replacement key: revoke the other keys of the login" };
        var command = new Command("approve", "Approve a request: makes the login with its key, and sends the set-up mail.") { id, key, user, account, start, label, verified, revoke };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var configuration = here.LoadConfiguration();
            await using var installation = here.Open(configuration);
            var decision = CommandContext.Require(await installation.OpenOnboarding(configuration).ApproveAsync(
                parse.GetRequiredValue(id),
                new Approval
                {
                    Key = parse.GetValue(key), UserName = parse.GetValue(user), Account = parse.GetValue(account), StartDirectory = parse.GetValue(start), Label = parse.GetValue(label),
                    Verified = parse.GetValue(verified), RevokeOthers = parse.GetValue(revoke) ? true : null,
                },
                CommandContext.Operator, cancellationToken));
            if (decision.Login is { } made)
            {
                CommandContext.Check(installation.Folders.Ensure(made));
                await here.TellServerAsync(cancellationToken);
            }

            if (decision.SubscriptionNote is { } note)
            {
                await here.Error.WriteLineAsync($"note: the feeds asked for were not set: {note}");
            }

            here.Print(new { decision.Request, Login = decision.Login?.UserName, decision.NeedsSecond, decision.Revoked, decision.SubscriptionNote }, output =>
            {
                output.WriteLine(decision switch
                {
                    { Login: null } => $"request {decision.Request.Reference} is approved by {decision.Request.FirstApprover}; a second person must approve it too",
                    { Request.Kind: RequestKind.Key } => $"the key of request {decision.Request.Reference} is installed for {decision.Login.UserName}"
                        + (decision.Revoked.Count > 0 ? $", and {decision.Revoked.Count} others are revoked" : ""),
                    _ => $"request {decision.Request.Reference} is approved: login {decision.Login.UserName} is there with its key, and the set-up mail to {decision.Request.Details.Email} is on its way",
                });
                var approved = decision.Request;
                output.WriteLine($"approved: {approved.Key!.Type} {approved.Key.Bits} {approved.Key.Sha256} of {approved.Details.Name} <{approved.Details.Email}> for {decision.Login?.UserName ?? approved.Details.UserName}, account {approved.Details.Account}");
            });
        });
        return command;
    }

    private static Command Reject(Func<ParseResult, CommandContext> context)
    {
        var reason = new Option<string>("--reason") { Description = "why; the person is told it", HelpName = "TEXT", Required = true };
        return Change(context, "reject", "Reject a request; the person is told why.", reason, "rejected",
            (onboarding, id, text, cancellationToken) => onboarding.RejectAsync(id, text, CommandContext.Operator, cancellationToken));
    }

    private static Command Ask(Func<ParseResult, CommandContext> context)
    {
        var question = new Option<string>("--question") { Description = "what the person is asked; the mail has a link to the form, filled in", HelpName = "TEXT", Required = true };
        return Change(context, "ask", "Ask the person something.", question, "asked about",
            (onboarding, id, text, cancellationToken) => onboarding.AskAsync(id, text, CommandContext.Operator, cancellationToken));
    }

    private static Command Reopen(Func<ParseResult, CommandContext> context) => Change(context, "reopen", "Open a rejected request again.", null, "open again",
        (onboarding, id, _, cancellationToken) => onboarding.ReopenAsync(id, CommandContext.Operator, cancellationToken));

    private static Command Resend(Func<ParseResult, CommandContext> context) => Change(context, "resend", "Send the mail of the request's state again, with a new link.", null, "written to again",
        (onboarding, id, _, cancellationToken) => onboarding.ResendAsync(id, CommandContext.Operator, cancellationToken));

    private static Command Change(
        Func<ParseResult, CommandContext> context, string name, string description, Option<string>? text, string done,
        Func<OnboardingService, string, string, CancellationToken, ValueTask<Result<AccessRequest>>> change)
    {
        var id = Id();
        var command = new Command(name, description) { id };
        if (text is not null)
        {
            command.Options.Add(text);
        }

        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var configuration = here.LoadConfiguration();
            await using var installation = here.Open(configuration);
            var request = CommandContext.Require(await change(
                installation.OpenOnboarding(configuration), parse.GetRequiredValue(id), text is null ? "" : parse.GetRequiredValue(text), cancellationToken));
            here.Print(request, output => output.WriteLine($"request {request.Reference} of {request.Details.Name} <{request.Details.Email}> is {done}"));
        });
        return command;
    }

    private static Argument<string> Id() => new("ID") { Description = "the request's id, as K7RM-42QX" };

    private static void Write(TextWriter output, RequestView view)
    {
        var (request, details) = (view.Request, view.Request.Details);
        Line("request", $"{request.Reference}, {CommandContext.Lower(request.State)}, by {CommandContext.Lower(request.Source)}, {CommandContext.Time(request.Created)}");
        Line("for", request.Kind == RequestKind.Key ? $"another key of {request.Login}" : request.Login is { } made ? $"the login {made}" : "a new login");
        Line("name", details.Name.Length > 0 ? details.Name : "-");
        Line("e-mail", details.Email!);
        Line("phone", details.Phone ?? "-");
        Line("company", details.Company ?? "-");
        Line("account", details.Account ?? "-");
        Line("user name", $"{details.UserName ?? "-"}{(view.UserName is { } given && given != details.UserName && request.IsUndecided ? $" (an approval gives {given})" : "")}");
        Line("feeds", details.Feeds.Count + details.FileTypes.Count == 0 ? "everything" : string.Join(", ", details.Feeds.Concat(details.FileTypes)));
        Line("from", (details.AllowFrom.Count == 0 ? "anywhere" : string.Join(", ", details.AllowFrom)) + (details.Automation ? "; a program connects" : ""));
        if (request.Key is { } key)
        {
            Line("key", $"{key.Type} {key.Bits} {key.Sha256} {key.Comment}".TrimEnd());
            Line("", $"MD5 {key.Md5}");
        }
        else
        {
            Line("key", request.KeyRefusal is { } refusal ? "none; " + refusal : "none");
        }

        Optional("invited by", request.InvitedBy);
        Optional("first approved", request.FirstApprover is { } first ? $"by {first}, {CommandContext.Time(request.FirstApproved)}{Describe(request.FirstDecision)}" : null);
        Optional("decided", request.DecidedBy is { } by ? $"by {by}, {CommandContext.Time(request.Decided)}" : null);
        Optional("reason", request.Reason?.ReplaceLineEndings(" "));
        Optional("verified", request.Verified);
        Optional("question", request.Question?.ReplaceLineEndings(" "));
        Optional("to verify", view.NeedsVerification && request.IsUndecided ? view.CallBack ?? "call the customer back at a number that you know" : null);
        if (view.Checks.Count > 0)
        {
            output.WriteLine();
            foreach (var check in view.Checks)
            {
                output.WriteLine($"{check.Verdict switch { CheckVerdict.Ok => "ok  ", CheckVerdict.Look => "LOOK", _ => "STOP" }}  {check.Name}: {check.Words}{(check.ToDo is { } todo ? " " + todo : "")}");
            }
        }

        output.WriteLine();
        foreach (var each in view.History)
        {
            output.WriteLine($"{CommandContext.Time(each.Time)}  {each.Actor}  {each.What}{(each.Detail is { } detail ? ": " + detail.ReplaceLineEndings(" ") : "")}{Describe(each.Mail)}");
        }

        void Line(string name, string value) => output.WriteLine($"{name,-15} {value}");

        void Optional(string name, string? value)
        {
            if (value is not null)
            {
                Line(name, value);
            }
        }
    }

    private static string Describe(FirstDecision? first) =>
        (first?.StartDirectory is { } start ? $", starts in {start}" : "") + (first?.Label is { } label ? $", key called {label}" : "") + (first is { RevokeOthers: true } ? ", other keys revoked" : "");

    private static string Describe(RequestMail? mail) => mail is null ? "" : $" to {mail.Target}, " + mail switch
    {
        { Bounce: { } bounce } => $"BOUNCED: {bounce}",
        { State: null } => "no longer in the outbox",
        { Error: { } error } => $"{CommandContext.Lower(mail.State.Value)}: {error} (notification {mail.Notification!.Value.ToString(CultureInfo.InvariantCulture)})",
        { Sent: { } sent } => $"sent {CommandContext.Time(sent)}",
        _ => CommandContext.Lower(mail.State.Value),
    };
}
