using System.CommandLine;
using System.Globalization;
using System.Text;
using Waybill.Core.Passwords;
using Waybill.Server.Configuration;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>password set | generate | link | show | unlock | import | remove</c>.</summary>
internal static class PasswordCommands
{
    /// <summary>Bytes of a password's line: the longest password and what may end it.</summary>
    private const int LineLength = 1_024;

    /// <summary>Bytes of a file of hashes.</summary>
    private const int ImportLength = 32 * 1024 * 1024;

    private sealed record Linked(string UserName, string Link, DateTimeOffset Until);

    private sealed record Unlocked(string UserName, int Sources);

    public static IEnumerable<Command> Create(Func<ParseResult, CommandContext> context) =>
    [
        new Command("password", "Passwords of logins, for FTPS and NTSAPI; SSH takes keys only.")
        {
            Set(context), Generate(context), Link(context), Show(context), Unlock(context), Import(context), Remove(context),
        },
    ];

    private static Command Set(Func<ParseResult, CommandContext> context)
    {
        var user = User();
        var command = new Command("set", "Set a login's password: the first line of standard input. Sessions of the one before end.") { user };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open();
            var name = CommandContext.Require(await installation.Logins.FindAsync(parse.GetRequiredValue(user), cancellationToken)).UserName;
            if (!Console.IsInputRedirected)
            {
                await here.Error.WriteLineAsync("type the password and Enter; it is shown as you type (or: printf '%s\\n' PASSWORD | ...)");
            }

            var set = await installation.Passwords.SetAsync(name, await ReadLineAsync(cancellationToken), CommandContext.Operator, cancellationToken);

            // The command is typed right, and the password cannot be taken.
            var view = set.Succeeded ? set.Value : throw new CommandException(set.Problem.Message);
            await here.TellServerAsync(cancellationToken);
            here.Print(view, output => output.WriteLine($"password of {view.UserName} is set; it works for FTPS and NTSAPI, and never for SSH"));
        });
        return command;
    }

    private static Command Generate(Func<ParseResult, CommandContext> context)
    {
        var user = User();
        var command = new Command("generate", "Make a password, set it, and print it once.") { user };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open();
            var made = CommandContext.Require(await installation.Passwords.GenerateAsync(parse.GetRequiredValue(user), CommandContext.Operator, cancellationToken));
            await here.TellServerAsync(cancellationToken);
            here.Print(made, output => output.WriteLine(made.Password));
            if (!here.Json)
            {
                await here.Error.WriteLineAsync($"password of {made.UserName} is set; it is not shown again");
            }
        });
        return command;
    }

    private static Command Link(Func<ParseResult, CommandContext> context)
    {
        var user = User();
        var mail = new Option<bool>("--mail") { Description = "mail it to the account's address instead, and print nothing of it" };
        var to = new Option<string?>("--to") { Description = "mail it to this address of the account or of one of its people", HelpName = "ADDRESS" };
        var command = new Command("link", "Print a link by which the customer sets the password, once; send it to nobody else. Or mail it.") { user, mail, to };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var configuration = here.LoadConfiguration();
            await using var installation = here.Open(configuration);
            if (parse.GetValue(mail) || parse.GetValue(to) is not null)
            {
                var mailed = CommandContext.Require(await installation.OpenPasswordLinkMails(configuration).SendAsync(parse.GetRequiredValue(user), parse.GetValue(to), CommandContext.Operator, cancellationToken));
                here.Print(mailed, output => output.WriteLine($"a link that sets the password of {mailed.UserName} once is on its way to {mailed.To}; it opens until {CommandContext.Time(mailed.Until)}, and links of before are over"));
                return;
            }

            var name = CommandContext.Require(await installation.Logins.FindAsync(parse.GetRequiredValue(user), cancellationToken)).UserName;
            var token = CommandContext.Require(await installation.Passwords.LinkAsync(name, CommandContext.Operator, cancellationToken));
            var linked = new Linked(name, $"{PortalSettings.BaseUrl(configuration.Portal)}/l/{token}", TimeProvider.System.GetUtcNow() + PasswordLimits.Link);
            here.Print(linked, output => output.WriteLine(linked.Link));
            if (!here.Json)
            {
                await here.Error.WriteLineAsync($"opens until {CommandContext.Time(linked.Until)}, and sets the password of {name} once; links of before are over");
            }
        });
        return command;
    }

    private static Command Show(Func<ParseResult, CommandContext> context)
    {
        var user = User();
        var command = new Command("show", "Show when a login's password was set and last used, and which sources are locked; never the password.") { user };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open();
            var view = CommandContext.Require(await installation.Passwords.ShowAsync(parse.GetRequiredValue(user), cancellationToken));
            here.Print(view, output =>
            {
                output.WriteLine($"user       {view.UserName}");
                output.WriteLine($"password   {State(view)}");
                output.WriteLine($"last used  {CommandContext.Time(view.LastUsed)}{(view.LastUsed is null ? "" : $" from {view.LastUsedFrom} with {view.LastUsedClient}")}");
                output.WriteLine($"locked     {(view.Locks.Count == 0 ? "no" : string.Join(", ", view.Locks.Select(Describe)))}");
                output.WriteLine($"FTP        {(view.Ftp.TlsFrom is { } from ? $"must use TLS from {CommandContext.Time(from)} on" : "TLS as the listener has it")}");
            });
        });
        return command;
    }

    private static Command Unlock(Func<ParseResult, CommandContext> context)
    {
        var user = new Argument<string?>("USER") { Description = "the login's user name", Arity = ArgumentArity.ZeroOrOne };
        var source = new Option<string?>("--source") { Description = "instead of a login: an address that has to wait for whatever login, since wrong passwords for many names came from there", HelpName = "ADDRESS" };
        var command = new Command("unlock", "Forget wrong passwords, so that locked sources may try again at once.") { user, source };
        command.Validators.Add(result =>
        {
            if (result.GetValue(user) is null == result.GetValue(source) is null)
            {
                result.AddError("name a login, or an address with --source");
            }
        });
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open();
            if (parse.GetValue(source) is { } address)
            {
                var unlocked = CommandContext.Require(await installation.Passwords.UnlockSourceAsync(address, CommandContext.Operator, cancellationToken));
                here.Print(unlocked, output => output.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"any login may try again from {unlocked.Source}, unless it has a wait of its own; {unlocked.Tries} wrong passwords for whatever names are forgotten")));
                return;
            }

            var name = parse.GetValue(user)!;
            var count = CommandContext.Require(await installation.Passwords.UnlockAsync(name, CommandContext.Operator, cancellationToken));
            here.Print(new Unlocked(name, count), output => output.WriteLine(
                count == 0
                    ? $"no wrong passwords of {name} were counted; an address that has to wait for whatever login is let in by: ./waybill password unlock --source ADDRESS"
                    : string.Create(CultureInfo.InvariantCulture, $"{name} may try again from anywhere; wrong passwords of {count} {(count == 1 ? "source" : "sources")} are forgotten")));
        });
        return command;
    }

    private static Command Import(Func<ParseResult, CommandContext> context)
    {
        var file = new Argument<string>("FILE") { Description = "lines USER:HASH, with hashes $1$, $5$, $6$, $2a$, $2b$ or $2y$; or - for standard input" };
        var command = new Command("import", "Take over passwords that another server has hashed; all or none. A login that has a password keeps it; locked ones are left out.") { file };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open();
            var lines = await ReadLinesAsync(parse.GetRequiredValue(file), cancellationToken);
            var done = CommandContext.Require(await installation.Passwords.ImportAsync(lines, CommandContext.Operator, cancellationToken));
            here.Print(done, output => output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{done.Imported} taken over; each becomes a hash of ours when it is used for the first time")));
            if (done.Locked > 0 && !here.Json)
            {
                await here.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"note: {done.Locked} hold no hash (locked or empty) and were left out"));
            }

            if (done.Kept.Count > 0 && !here.Json)
            {
                const int Named = 10;
                await here.Error.WriteLineAsync(string.Create(
                    CultureInfo.InvariantCulture,
                    $"note: {done.Kept.Count} had a password already and keep it: {string.Join(", ", done.Kept.Take(Named))}{(done.Kept.Count > Named ? ", ..." : "")}"));
            }
        });
        return command;
    }

    private static Command Remove(Func<ParseResult, CommandContext> context)
    {
        var user = User();
        var command = new Command("remove", "Remove a login's password; its sessions end. Its keys go on.") { user };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open();
            var view = CommandContext.Require(await installation.Passwords.RemoveAsync(parse.GetRequiredValue(user), CommandContext.Operator, cancellationToken));
            await here.TellServerAsync(cancellationToken);
            here.Print(view, output => output.WriteLine($"password of {view.UserName} is removed"));
        });
        return command;
    }

    private static Argument<string> User() => new("USER") { Description = "the login's user name" };

    private static string State(LoginPassword view) => view.Set is null
        ? "none"
        : $"set {CommandContext.Time(view.Set)} by {view.SetBy}"
            + (view.IsImported ? view.IsRehashed ? ", of another server, hashed anew" : ", of another server, not used yet" : "")
            + (view.IsWeak ? "; weaker than new ones may be: ask for another" : "");

    private static string Describe(PasswordLock source) =>
        string.Create(CultureInfo.InvariantCulture, $"{source.Source} until {CommandContext.Time(source.Until)} ({source.Tries} wrong passwords)");

    /// <summary>The first line, without what ends it; further ones are no part of the password.</summary>
    private static async Task<string> ReadLineAsync(CancellationToken cancellationToken)
    {
        await using var input = Console.OpenStandardInput();
        var buffer = new byte[LineLength];
        var length = 0;
        while (length < buffer.Length && !buffer.AsSpan(0, length).Contains((byte)'\n') && await input.ReadAsync(buffer.AsMemory(length), cancellationToken) is var count and > 0)
        {
            length += count;
        }

        var end = buffer.AsSpan(0, length).IndexOf((byte)'\n');
        if (end < 0 && length == buffer.Length)
        {
            throw new CommandException("the line is far longer than a password; give the password on the first line of standard input");
        }

        var line = Decode(buffer.AsSpan(0, end < 0 ? length : end)).TrimEnd('\r');
        return line.Length > 0 ? line : throw new CommandException("no password came; give it on the first line of standard input, as: printf '%s\\n' PASSWORD | ...");
    }

    private static async Task<IReadOnlyList<string>> ReadLinesAsync(string file, CancellationToken cancellationToken)
    {
        var content = await InputFile.ReadAsync(file, ImportLength, "the file with lines USER:HASH", cancellationToken);
        return content.Length > ImportLength
            ? throw new CommandException($"{file} is larger than {ImportLength / (1024 * 1024)} MiB; take it over in parts")
            : Decode(content).TrimEnd('\n').Split('\n');
    }

    private static string Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new CommandException("the input is not UTF-8; send plain ASCII");
        }
    }
}
