using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Waybill.Core.Keys;
using Waybill.SshKeys.Keys;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>key add | generate | handovers | burnt | list | change | rotation | drop-old | report-lost | revoke</c>.</summary>
internal static class KeyCommands
{
    private sealed record KeyAdded(bool AlreadyInstalled, string? Note, KeyView Key);

    internal sealed record KeyView(
        string Sha256, string Md5, string Type, int Bits, string Label, string State, DateTimeOffset Added, string AddedBy, DateTimeOffset? Expires,
        DateTimeOffset? LastUsed, string? LastUsedFrom, string? LastUsedClient, DateTimeOffset? Revoked, string? RevokedReason)
    {
        /// <summary>Other logins that have this key; null when it is not asked for.</summary>
        public IReadOnlyList<string>? SharedWith { get; init; }
    }

    public static IEnumerable<Command> Create(Func<ParseResult, CommandContext> context) =>
    [
        new Command("key", "Public keys of logins.")
        {
            Add(context), KeyGenerateCommand.Create(context), KeyHandoverCommands.Create(context), KeyBurntCommands.Create(context), List(context), Change(context), KeyLifeCommands.Rotation(context), KeyLifeCommands.DropOld(context),
            KeyLifeCommands.ReportLost(context), Revoke(context),
        },
    ];

    private static Command Add(Func<ParseResult, CommandContext> context)
    {
        var user = new Argument<string>("USER") { Description = "the login's user name" };
        var file = new Argument<string?>("FILE") { Description = "the public key in any form, or - for standard input", Arity = ArgumentArity.ZeroOrOne };
        var offered = new Option<string?>("--offered") { Description = "instead of FILE: a key that a client offered in vain, as ./waybill why USER shows it", HelpName = "SHA256:..." };
        var label = new Option<string?>("--label") { Description = "what the key is for; else its comment", HelpName = "TEXT" };
        var expires = ExpiresOption();
        var command = new Command("add", "Install a customer's public key. A private key is refused.") { user, file, offered, label, expires };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            if (parse.GetValue(file) is null == parse.GetValue(offered) is null)
            {
                throw new UsageException("name either the FILE of the public key, or --offered SHA256:...");
            }

            await using var installation = here.Open();
            var name = parse.GetRequiredValue(user);
            var login = CommandContext.Require(await installation.Logins.FindAsync(name, cancellationToken));
            if (parse.GetValue(offered) is { } fingerprint)
            {
                var known = CommandContext.Require(await installation.Keys.AddOfferedAsync(
                    login.UserName, fingerprint, parse.GetValue(label), parse.GetValue(expires), forStaff: true, CommandContext.Operator, cancellationToken));
                here.Print(new KeyAdded(known.AlreadyInstalled, null, View(known.Key)), output => output.WriteLine(
                    $"{(known.AlreadyInstalled ? "already installed" : "installed")}: {known.Key.Bits} {known.Key.Sha256} ({known.Key.Type}) for {login.UserName}"));
                return;
            }

            var taken = CommandContext.Require(await installation.SentKeys.AddAsync(
                login.UserName, await InputFile.ReadAsync(parse.GetValue(file)!, PublicKeyFile.MaxFileLength, "the customer's public key file", cancellationToken), "a private key was given to key add", parse.GetValue(label), parse.GetValue(expires),
                CommandContext.Operator, cancellationToken));
            if (taken.Addition is not { } added)
            {
                throw new CommandException(RefusalOf(installation, taken));
            }

            if (taken.Note is { } note && !here.Json)
            {
                await here.Error.WriteLineAsync("note: " + note);
            }

            here.Print(new KeyAdded(added.AlreadyInstalled, taken.Note, View(added.Key)), output => output.WriteLine(
                $"{(added.AlreadyInstalled ? "already installed" : "installed")}: {added.Key.Bits} {added.Key.Sha256} ({added.Key.Type}) for {login.UserName}"));
        });
        return command;
    }

    /// <summary>The words for what is no public key. On whichever login its public half works, others may hold it now: whether to lock that customer out is the provider's decision.</summary>
    private static string RefusalOf(Installation installation, TakenKey taken)
    {
        var message = taken.Refused!.Message;
        if (taken.InstalledOn.Count == 0)
        {
            return message;
        }

        var commands = taken.InstalledOn.Select(login => ShellWord.Command(installation.Data, $"key revoke {login} {taken.Refused.PublicHalfFingerprint} --reason TEXT"));
        return $"{message} Its public half is installed for {string.Join(", ", taken.InstalledOn)}: stop it with {string.Join(" and ", commands)}";
    }

    private static Command List(Func<ParseResult, CommandContext> context)
    {
        var user = new Argument<string>("USER") { Description = "the login's user name" };
        var command = new Command("list", "List a login's keys.") { user };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open();
            var keys = CommandContext.Require(await installation.Keys.ListAsync(parse.GetRequiredValue(user), cancellationToken));
            var burnt = await installation.BurntKeys.InUseAsync(parse.GetRequiredValue(user), cancellationToken);
            var shared = await installation.KeyLife.SharedWithAsync(parse.GetRequiredValue(user), cancellationToken);
            KeyView[] views = [.. keys.Select(key => View(key) with { SharedWith = key.Revoked is null ? shared.GetValueOrDefault(key.Sha256, []) : [] })];
            here.Print(views, output =>
            {
                here.PrintTable(
                    ["FINGERPRINT", "TYPE", "BITS", "LABEL", "STATE", "LAST USED"],
                    [.. views.Select(key => new[]
                    {
                        key.Sha256, key.Type, key.Bits.ToString(CultureInfo.InvariantCulture), key.Label, key.State, CommandContext.Time(key.LastUsed),
                    })]);
                foreach (var key in burnt.Values)
                {
                    output.WriteLine($"note: {(key.IsProven ? "others may have the private half of" : "a file under a passphrase claims to be the private half of")} {key.Sha256} ({key.How}), and it still works: ask for a new key, then {ShellWord.Command(installation.Data, $"key revoke {parse.GetRequiredValue(user)} {key.Sha256} --reason TEXT")}");
                }

                foreach (var key in views.Where(static key => key.SharedWith is { Count: > 0 }))
                {
                    output.WriteLine($"note: {key.Sha256} is installed for {string.Join(", ", key.SharedWith!)} too; nobody can tell who of them logs in: ask each for a key of its own");
                }
            });
        });
        return command;
    }

    private static Command Change(Func<ParseResult, CommandContext> context)
    {
        var user = new Argument<string>("USER") { Description = "the login's user name" };
        var fingerprint = new Argument<string>("FINGERPRINT") { Description = "SHA256:... or MD5 with colons, as key list shows it" };
        var label = new Option<string?>("--label") { Description = "what the key is for; empty for nothing", HelpName = "TEXT" };
        var expires = ExpiresOption();
        var never = new Option<bool>("--never") { Description = "it does not expire any more" };
        var command = new Command("change", "Change what a key is called, and how long it works.") { user, fingerprint, label, expires, never };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var change = new KeyChange { Label = parse.GetValue(label), Expires = parse.GetValue(expires), Never = parse.GetValue(never) };
            if (change == new KeyChange() || (change.Never && change.Expires is not null))
            {
                throw new UsageException("say what changes: --label TEXT, and --expires DATE or --never");
            }

            await using var installation = here.Open();
            var key = CommandContext.Require(await installation.Keys.ChangeAsync(
                parse.GetRequiredValue(user), parse.GetRequiredValue(fingerprint), change, CommandContext.Operator, cancellationToken));
            await here.TellServerAsync(cancellationToken);
            here.Print(View(key), output => output.WriteLine($"{key.Sha256} {key.Label}: {State(key)}"));
        });
        return command;
    }

    private static Command Revoke(Func<ParseResult, CommandContext> context)
    {
        var user = new Argument<string>("USER") { Description = "the login's user name" };
        var fingerprint = new Argument<string>("FINGERPRINT") { Description = "SHA256:... or MD5 with colons, as key list shows it" };
        var reason = new Option<string>("--reason") { Description = "why, for the audit", HelpName = "TEXT", Required = true };
        var command = new Command("revoke", "Stop a key at once; sessions that use it end.") { user, fingerprint, reason };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open();
            var key = CommandContext.Require(await installation.Keys.RevokeAsync(
                parse.GetRequiredValue(user), parse.GetRequiredValue(fingerprint), parse.GetRequiredValue(reason), CommandContext.Operator, cancellationToken));
            await here.TellServerAsync(cancellationToken);
            here.Print(View(key), output => output.WriteLine($"revoked: {key.Sha256}"));
        });
        return command;
    }

    internal static Option<DateTimeOffset?> ExpiresOption() => new("--expires")
    {
        Description = "the last day on which it works (UTC), as 2026-12-31, or its end to the second, as 2026-12-31T12:00:00Z",
        HelpName = "DATE",
        CustomParser = ParseExpiry,
    };

    private static DateTimeOffset? ParseExpiry(ArgumentResult result) => KeyExpiry.OfDay(result.Tokens[0].Value) ?? CommandContext.ParseTime(result);

    internal static KeyView View(InstalledKey key) => new(
        key.Sha256, key.Md5, key.Type, key.Bits, key.Label, State(key), key.Added, key.AddedBy, key.Expires, key.LastUsed, key.LastUsedFrom, key.LastUsedClient,
        key.Revoked, key.RevokedReason);

    private static string State(InstalledKey key) => key switch
    {
        { Revoked: not null } => "revoked: " + key.RevokedReason,
        _ when key.IsExpired(TimeProvider.System.GetUtcNow()) => "expired " + CommandContext.Time(key.Expires),
        { Expires: not null } => "until " + CommandContext.Time(key.Expires),
        _ => "usable",
    };
}
