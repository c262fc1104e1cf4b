using System.CommandLine;
using System.Globalization;
using Waybill.Core;
using Waybill.Core.Passwords;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>login ftp</c>, <c>account ftp</c> and <c>login plain</c>: logins whose programs are not up to TLS, and the way to get them there.</summary>
internal static class LoginFtpCommands
{
    private const int Days = 90;

    public static Command Terms(Func<ParseResult, CommandContext> context)
    {
        var user = new Argument<string>("USER") { Description = "the login's user name" };
        return Terms(context, user, "Set what holds for a login over FTP.", static (passwords, name, change, cancellationToken) => passwords.SetFtpTermsAsync(name, change, CommandContext.Operator, cancellationToken));
    }

    public static Command AccountTerms(Func<ParseResult, CommandContext> context)
    {
        var number = new Argument<string>("NUMBER") { Description = "the account's number" };
        return Terms(
            context, number, "Set what holds over FTP for every login of an account.",
            static (passwords, name, change, cancellationToken) => passwords.SetAccountFtpTermsAsync(name, change, CommandContext.Operator, cancellationToken));
    }

    public static Command Plain(Func<ParseResult, CommandContext> context)
    {
        var days = new Option<int>("--days") { Description = "of the last so many days; 90 unless said", HelpName = "DAYS", DefaultValueFactory = _ => Days };
        var command = new Command("plain", "List the logins that came by FTP or NTSAPI without TLS, the latest first.") { days };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var back = parse.GetValue(days);
            if (back is < 1 or > 3_650)
            {
                throw new UsageException("--days is 1 to 3650");
            }

            await using var installation = here.Open();
            var logins = await installation.Passwords.PlainAsync(TimeProvider.System.GetUtcNow().AddDays(-back), cancellationToken);
            here.Print(logins, _ => here.PrintTable(
                ["USER", "ACCOUNT", "TIMES", "LAST", "FROM", "CLIENT", "TLS FROM"],
                [.. logins.Select(login => new[]
                {
                    login.UserName, login.Account ?? "", login.Times.ToString(CultureInfo.InvariantCulture), CommandContext.Time(login.Last), login.From, login.Client, CommandContext.Time(login.TlsFrom),
                })]));
        });
        return command;
    }

    private static Command Terms(
        Func<ParseResult, CommandContext> context, Argument<string> name, string description,
        Func<LoginPasswords, string, Func<FtpTerms, FtpTerms>, CancellationToken, ValueTask<Result<FtpTerms>>> set)
    {
        var tlsFrom = new Option<DateTimeOffset?>("--tls-from") { Description = "from when on it must use TLS where a listener would let it in without, as 2026-12-31", HelpName = "DATE", CustomParser = CommandContext.ParseTime };
        var tlsOptional = new Option<bool>("--tls-optional") { Description = "it need not, where a listener lets it in without" };
        var unclean = new Option<string?>("--unclean-uploads") { Description = "accept or refuse: whether uploads count that end without the TLS connection being closed; they are flagged", HelpName = "WHAT" };
        unclean.AcceptOnlyFromAmong("accept", "refuse");
        var command = new Command("ftp", description) { name, tlsFrom, tlsOptional, unclean };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var (from, optional, uploads) = (parse.GetValue(tlsFrom), parse.GetValue(tlsOptional), parse.GetValue(unclean));
            if ((from is null && !optional && uploads is null) || (from is not null && optional))
            {
                throw new UsageException("say --tls-from DATE or --tls-optional, or --unclean-uploads accept|refuse");
            }

            await using var installation = here.Open();
            var terms = CommandContext.Require(await set(
                installation.Passwords, parse.GetRequiredValue(name),
                before => new FtpTerms(optional ? null : from ?? before.TlsFrom, uploads is null ? before.AcceptsUncleanUploads : uploads == "accept"), cancellationToken));
            here.Print(terms, output => output.WriteLine(
                $"{parse.GetRequiredValue(name)}: {(terms.TlsFrom is { } time ? $"must use TLS from {CommandContext.Time(time)} on" : "TLS as the listener has it")}; "
                + $"uploads that end without closing TLS {(terms.AcceptsUncleanUploads ? "count, with a flag" : "as the listener has it")}"));
        });
        return command;
    }
}
