using System.CommandLine;
using Waybill.Core.Audit;
using Waybill.Server.Certificates;
using Waybill.Server.Configuration;
using Waybill.Server.HostKeys;
using Waybill.SshKeys.Keys;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>init</c>.</summary>
internal static class InitCommand
{
    private sealed record InitView(string Data, IReadOnlyList<HostKeyCommands.HostKeyView> HostKeys, string TlsRoot, string TlsRootSha256);

    public static IEnumerable<Command> Create(Func<ParseResult, CommandContext> context)
    {
        var command = new Command("init", "Make a data directory: database, audit key, host keys, TLS root and certificate; prints the fingerprints.");
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var fingerprint = await InitialiseAsync(here.Data, here.LoadConfiguration(), _ => Task.CompletedTask);
            var keys = new HostKeyStore(here.Data).Read().Keys;
            here.Print(
                new InitView(here.Data.Root, [.. keys.Select(key => HostKeyCommands.View(key))], new TlsFiles(here.Data).Root, fingerprint),
                output => Explain(output, here.Data, keys, fingerprint));
        });
        return [command];
    }

    /// <summary>
    /// Makes everything in an empty or missing directory, then does <paramref name="then"/>; refuses an initialised directory and one that an interrupted init
    /// left half-made. Returns the TLS root's fingerprint.
    /// </summary>
    public static async Task<string> InitialiseAsync(DataDirectory data, WaybillConfiguration configuration, Func<Installation, Task> then)
    {
        if (data.IsHalfMade)
        {
            throw data.HalfMade();
        }

        if (data.IsInitialised)
        {
            throw new CommandException($"there is a Waybill in {data.Root} already; use it, or choose an empty directory with --data");
        }

        _ = data.ControlSocket;
        data.Create();
        using var only = data.TakeLock();
        await File.WriteAllTextAsync(data.Unfinished, "An init began here and has not ended.\n");
        new HostKeyStore(data).CreateAll(TimeProvider.System.GetUtcNow());
        var fingerprint = new TlsFiles(data).Create(TlsFiles.Names(configuration), configuration.Provider.Name ?? "Waybill", TimeProvider.System);
        await using (var installation = Installation.Create(data))
        {
            await installation.RecordAsync(AuditActions.Initialised, null);
            await then(installation);
        }

        File.Delete(data.Unfinished);
        return fingerprint;
    }

    private static void Explain(TextWriter output, DataDirectory data, IReadOnlyList<HostKeyRecord> keys, string fingerprint)
    {
        output.WriteLine($"Waybill is ready in {data.Root}. Host keys, as OpenSSH and PuTTY show them:");
        foreach (var key in keys.Select(key => key.Key))
        {
            output.WriteLine($"  {KeyFingerprint.OpenSsh(key)} ({key.KeyType})");
            output.WriteLine($"  {KeyFingerprint.Putty(key)}");
        }

        output.WriteLine($"TLS root {new TlsFiles(data).Root}, SHA-256:");
        output.WriteLine($"  {fingerprint}");
        output.WriteLine($"Keep a copy of {data.HostKeys}, {data.Tls} and {data.Audit} in a safe place.");
        output.WriteLine($"next: {ShellWord.Command(data, "serve")}");
    }
}
