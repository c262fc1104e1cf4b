using System.CommandLine;
using Waybill.Server.HostKeys;
using Waybill.SshKeys.Keys;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>init</c>.</summary>
internal static class InitCommand
{
    public static IEnumerable<Command> Create(Func<ParseResult, CommandContext> context)
    {
        var command = new Command("init", "Make a data directory: database, audit key and host keys; prints the fingerprints.");
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await InitialiseAsync(here.Data);
            here.Output.WriteLine($"Waybill is ready in {here.Data.Root}. Host keys, as OpenSSH and PuTTY show them:");
            foreach (var key in new HostKeyStore(here.Data).Load())
            {
                using (key)
                {
                    here.Output.WriteLine($"  {KeyFingerprint.OpenSsh(key.PublicKey)} ({key.PublicKey.KeyType})");
                    here.Output.WriteLine($"  {KeyFingerprint.Putty(key.PublicKey)}");
                }
            }

            here.Output.WriteLine($"Keep a copy of {here.Data.HostKeys} and {here.Data.Audit} in a safe place.");
            here.Output.WriteLine($"next: ./waybill serve --data {here.Data.Root}");
        });
        return [command];
    }

    /// <summary>Makes everything in an empty or missing directory; refuses an initialised one.</summary>
    public static async Task InitialiseAsync(DataDirectory data)
    {
        if (data.IsInitialised)
        {
            throw new CommandException($"there is a Waybill in {data.Root} already; use it, or choose an empty directory with --data");
        }

        data.Create();
        new HostKeyStore(data).CreateMissing();
        await using var installation = Installation.Create(data);
        await installation.RecordAsync(Core.Audit.AuditActions.Initialised, null);
    }
}
