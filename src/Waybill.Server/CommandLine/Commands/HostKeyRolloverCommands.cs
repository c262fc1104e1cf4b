using System.CommandLine;
using Waybill.Server.Control;
using Waybill.Server.HostKeys;
using Waybill.SshKeys.Keys;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>hostkey add | announce | use | retire</c>: from one host key to the next. A running server follows at once and drops no session.</summary>
internal static class HostKeyRolloverCommands
{
    private sealed record RetiredView(HostKeyCommands.HostKeyView Retired, HostKeyCommands.HostKeyView? InUse);

    private enum KeyType
    {
        Ed25519,
        Rsa,
        Ecdsa,
    }

    public static Command Add(Func<ParseResult, CommandContext> context)
    {
        var type = new Option<KeyType?>("--type") { Description = "ed25519 (the default), rsa (3072 bits) or ecdsa (P-256, offered by policy compat only)", HelpName = "ed25519|rsa|ecdsa" };
        var from = new Option<string?>("--from") { Description = "take this private key, which another node has made, instead of making one", HelpName = "FILE" };
        var command = new Command("add", "Make the next host key; nobody is told of it yet.") { type, from };
        command.Validators.Add(result =>
        {
            if (result.GetValue(from) is not null && result.GetResult(type) is not null)
            {
                result.AddError("--type and --from exclude each other");
            }
        });
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open();
            var name = HostKeyStore.Types[(int)(parse.GetValue(type) ?? KeyType.Ed25519)];
            var key = await Rollover(here, installation).AddAsync(name, parse.GetValue(from));
            here.Print(HostKeyCommands.View(key), output =>
            {
                output.WriteLine($"added {KeyFingerprint.OpenSsh(key.Key)} ({key.Type}); no client hears of it yet");
                output.WriteLine($"next: back up {here.Data.HostKeys}, give it to your other nodes (hostkey add --from), then ./waybill hostkey announce");
            });
        });
        return command;
    }

    public static Command Announce(Func<ParseResult, CommandContext> context)
    {
        var fingerprint = Fingerprint("the key; without it all that wait", ArgumentArity.ZeroOrOne);
        var command = new Command("announce", "Tell clients that log in of an added key, which is not used yet; OpenSSH learns it by itself.") { fingerprint };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open();
            var keys = await Rollover(here, installation).AnnounceAsync(parse.GetValue(fingerprint));
            var when = await TellServerAsync(here, cancellationToken);
            here.Print(keys.Select(HostKeyCommands.View), output =>
            {
                foreach (var key in keys)
                {
                    output.WriteLine($"{KeyFingerprint.OpenSsh(key.Key)} ({key.Type}) is {(key.State == HostKeyState.InUse ? "in use" : "announced")} {when}");
                }

                output.WriteLine("next: tell the customers whose programs pin one key (WinSCP, FileZilla, PuTTY, rclone, curl): ./waybill hostkey show --known-hosts");
                if (keys[0].State == HostKeyState.Announced)
                {
                    output.WriteLine($"      after {HostKeyRollover.LearningTime.TotalDays:0} days or more: ./waybill hostkey use {keys[0].Sha256}");
                }
            });
        });
        return command;
    }

    public static Command Use(Func<ParseResult, CommandContext> context)
    {
        var fingerprint = Fingerprint("the announced key, or a previous one to go back to it", ArgumentArity.ExactlyOne);
        var yes = new Option<bool>("--yes") { Description = "even if customers have not had the time to hear of it" };
        var command = new Command("use", "Show clients this key from now on; the one before stays announced until it is retired.") { fingerprint, yes };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open();
            var key = await Rollover(here, installation).UseAsync(parse.GetValue(fingerprint)!, parse.GetValue(yes));
            var when = await TellServerAsync(here, cancellationToken);
            here.Print(HostKeyCommands.View(key), output =>
            {
                output.WriteLine($"{KeyFingerprint.OpenSsh(key.Key)} ({key.Type}) is used {when}; sessions that are there keep the one that they began with");
                output.WriteLine("next: when nobody complains any more, retire the one before: ./waybill hostkey show");
            });
        });
        return command;
    }

    public static Command Retire(Func<ParseResult, CommandContext> context)
    {
        var fingerprint = Fingerprint("the key that goes", ArgumentArity.ExactlyOne);
        var yes = new Option<bool>("--yes") { Description = "even if nothing takes its place, or customers have not had the time to hear of what does" };
        var command = new Command("retire", "Delete a host key; if it is in use, the announced one of its type takes its place.") { fingerprint, yes };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open();
            var (retired, successor) = await Rollover(here, installation).RetireAsync(parse.GetValue(fingerprint)!, parse.GetValue(yes));
            var when = await TellServerAsync(here, cancellationToken);
            here.Print(new RetiredView(HostKeyCommands.View(retired), successor is null ? null : HostKeyCommands.View(successor)), output =>
            {
                output.WriteLine($"{KeyFingerprint.OpenSsh(retired.Key)} ({retired.Type}) is retired {when}; its private key is deleted");
                if (successor is not null)
                {
                    output.WriteLine($"{KeyFingerprint.OpenSsh(successor.Key)} ({successor.Type}) is used in its place");
                }
            });
        });
        return command;
    }

    /// <summary>Lets a running server read the host keys again; returns since when they count, in words.</summary>
    public static async Task<string> TellServerAsync(CommandContext context, CancellationToken cancellationToken)
    {
        try
        {
            var reply = await context.AskServerAsync(new ControlRequest(ControlCommands.HostKeys), cancellationToken);
            if (reply is null or { Done: true })
            {
                return reply is null ? "from the next start of the server on" : "from now on";
            }

            throw new CommandException(reply.Message ?? "the running server could not read the host keys");
        }
        catch (CommandException problem)
        {
            await context.Error.WriteLineAsync($"note: the change is made, but {problem.Message}; restart the server");
            return "from the next start of the server on";
        }
    }

    private static Argument<string?> Fingerprint(string what, ArgumentArity arity) =>
        new("FINGERPRINT") { Description = $"{what}; SHA256:... or MD5 with colons, as hostkey show prints it", Arity = arity };

    /// <summary>The steps, each with its row in the audit.</summary>
    public static HostKeyRollover Rollover(CommandContext context, Installation installation) =>
        new(new HostKeyStore(context.Data), TimeProvider.System, (action, key, words) => installation.RecordAsync(action, key.Sha256, words).AsTask());
}
