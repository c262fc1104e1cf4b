using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Waybill.Core.Keys;
using Waybill.SshKeys.Keys;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>key add | list | revoke</c>.</summary>
internal static class KeyCommands
{
    private sealed record KeyAdded(bool AlreadyInstalled, string? Note, KeyView Key);

    private sealed record KeyView(
        string Sha256, string Md5, string Type, int Bits, string Label, string State, DateTimeOffset Added, string AddedBy, DateTimeOffset? Expires,
        DateTimeOffset? LastUsed, string? LastUsedFrom, string? LastUsedClient, DateTimeOffset? Revoked, string? RevokedReason);

    public static IEnumerable<Command> Create(Func<ParseResult, CommandContext> context) =>
        [new Command("key", "Public keys of logins.") { Add(context), List(context), Revoke(context) }];

    private static Command Add(Func<ParseResult, CommandContext> context)
    {
        var user = new Argument<string>("USER") { Description = "the login's user name" };
        var file = new Argument<string?>("FILE") { Description = "the public key in any form, or - for standard input", Arity = ArgumentArity.ZeroOrOne };
        var offered = new Option<string?>("--offered") { Description = "instead of FILE: a key that a client offered in vain, as ./waybill why USER shows it", HelpName = "SHA256:..." };
        var label = new Option<string?>("--label") { Description = "what the key is for; else its comment", HelpName = "TEXT" };
        var expires = new Option<DateTimeOffset?>("--expires")
        {
            Description = "the last day on which it works (UTC), as 2026-12-31, or its end to the second, as 2026-12-31T12:00:00Z",
            HelpName = "DATE",
            CustomParser = ParseExpiry,
        };
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
                    login.UserName, fingerprint, parse.GetValue(label), parse.GetValue(expires), CommandContext.Operator, cancellationToken));
                here.Print(new KeyAdded(known.AlreadyInstalled, null, View(known.Key)), output => output.WriteLine(
                    $"{(known.AlreadyInstalled ? "already installed" : "installed")}: {known.Key.Bits} {known.Key.Sha256} ({known.Key.Type}) for {login.UserName}"));
                return;
            }

            var reading = PublicKeyFile.Read(await ReadAsync(here, parse.GetValue(file)!, cancellationToken));
            if (!reading.IsKey)
            {
                throw new CommandException(await RefuseAsync(installation, login.UserName, reading, cancellationToken));
            }

            var added = CommandContext.Require(await installation.Keys.AddAsync(
                login.UserName,
                new NewKey(reading.Key)
                {
                    Label = parse.GetValue(label),
                    Comment = reading.Comment,
                    Expires = parse.GetValue(expires),
                },
                CommandContext.Operator, cancellationToken));
            if (reading.Note is { } note && !here.Json)
            {
                await here.Error.WriteLineAsync("note: " + note);
            }

            here.Print(new KeyAdded(added.AlreadyInstalled, reading.Note, View(added.Key)), output => output.WriteLine(
                $"{(added.AlreadyInstalled ? "already installed" : "installed")}: {KeyFingerprint.OpenSsh(reading.Key)} ({reading.Key.KeyType}) for {login.UserName}"));
        });
        return command;
    }

    /// <summary>Burns the key if its private half was given, records the refusal, and returns the words for it.</summary>
    private static async Task<string> RefuseAsync(
        Installation installation, string userName, PublicKeyReading reading, CancellationToken cancellationToken)
    {
        var message = reading.Message;
        if (reading.PublicHalfFingerprint is { } burnt)
        {
            var key = CommandContext.Require(
                await installation.BurntKeys.AddAsync(burnt, "a private key was given to key add", CommandContext.Operator, cancellationToken));
            if (key.InstalledOn.Count > 0)
            {
                // On whichever login it works, others may hold it now. Whether to lock that customer out is the provider's decision.
                var commands = key.InstalledOn.Select(login => ShellWord.Command(installation.Data, $"key revoke {login} {burnt} --reason TEXT"));
                message += $" Its public half is installed for {string.Join(", ", key.InstalledOn)}: stop it with {string.Join(" and ", commands)}";
            }
        }

        CommandContext.Check(await installation.Keys.RecordRefusalAsync(
            userName, reading.PublicHalfFingerprint, reading.Message, CommandContext.Operator, cancellationToken));
        return message;
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
            here.Print(keys.Select(View), _ => here.PrintTable(
                ["FINGERPRINT", "TYPE", "BITS", "LABEL", "STATE", "LAST USED"],
                [.. keys.Select(View).Select(key => new[]
                {
                    key.Sha256, key.Type, key.Bits.ToString(CultureInfo.InvariantCulture), key.Label, key.State, CommandContext.Time(key.LastUsed),
                })]));
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

    private static DateTimeOffset? ParseExpiry(ArgumentResult result)
    {
        // A day counts to its end.
        return DateOnly.TryParseExact(result.Tokens[0].Value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? new DateTimeOffset(day.AddDays(1), TimeOnly.MinValue, TimeSpan.Zero)
            : CommandContext.ParseTime(result);
    }

    private static async Task<byte[]> ReadAsync(CommandContext context, string file, CancellationToken cancellationToken)
    {
        await using var source = file == "-" ? Console.OpenStandardInput() : OpenFile(file);
        using var content = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (content.Length <= PublicKeyFile.MaxFileLength && await source.ReadAsync(buffer, cancellationToken) is var count and > 0)
        {
            content.Write(buffer, 0, count);
        }

        return content.ToArray();
    }

    private static FileStream OpenFile(string file)
    {
        try
        {
            return File.OpenRead(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(
                $"{file} {(error is FileNotFoundException or DirectoryNotFoundException ? "is not there" : "cannot be read")}; name the customer's public key file, or - for standard input");
        }
    }

    private static KeyView View(InstalledKey key) => new(
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
