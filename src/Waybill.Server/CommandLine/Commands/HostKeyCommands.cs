using System.CommandLine;
using Waybill.Server.Configuration;
using Waybill.Server.HostKeys;
using Waybill.SshKeys.Keys;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>hostkey show | import</c>.</summary>
internal static class HostKeyCommands
{
    public sealed record HostKeyView(string Type, int Bits, string Sha256, string Md5, string Putty, string WinScp, string OpenSshLine, IReadOnlyList<string> Sshfp);

    public static IEnumerable<Command> Create(Func<ParseResult, CommandContext> context)
    {
        var sshfp = new Option<bool>("--sshfp") { Description = "print DNS records (SSHFP)" };
        var knownHosts = new Option<bool>("--known-hosts") { Description = "print lines for a known_hosts file" };
        sshfp.Validators.Add(result =>
        {
            if (result.GetValue(sshfp) && result.GetValue(knownHosts))
            {
                result.AddError("--sshfp and --known-hosts exclude each other");
            }
        });
        var show = new Command("show", "Print the host keys' fingerprints as OpenSSH, PuTTY and WinSCP show them.") { sshfp, knownHosts };
        show.SetAction(parse => Show(context(parse), parse.GetValue(sshfp), parse.GetValue(knownHosts)));

        var file = new Argument<string>("FILE") { Description = "an OpenSSH or PEM private host key without a passphrase" };
        var import = new Command("import", "Take over a host key of an older server, so that its customers see no change.") { file };
        import.SetAction((parse, cancellationToken) => ImportAsync(context(parse), parse.GetRequiredValue(file)));
        return [new Command("hostkey", "Show and import the server's host keys.") { show, import }];
    }

    /// <summary>The names and ports that customers are told; without any, the listening addresses.</summary>
    public static IReadOnlyList<(string Host, int Port)> PublicNames(WaybillConfiguration configuration) =>
        configuration.Ssh.Public.Count > 0
            ? [.. configuration.Ssh.Public.Select(endpoint => (endpoint.Host, endpoint.Port))]
            : [.. configuration.Ssh.Listen.Concat(configuration.Ssh.ListenCompat).Select(text => ConfigurationCheck.EndPoint("Ssh:Listen", text))
                .Select(endPoint => (endPoint.Address.ToString(), endPoint.Port))];

    private static void Show(CommandContext context, bool sshfp, bool knownHosts)
    {
        context.Data.RequireInitialised();
        var keys = new HostKeyStore(context.Data).Load();
        try
        {
            var names = PublicNames(context.LoadConfiguration());
            if (knownHosts)
            {
                context.PrintLines([.. from name in names from key in keys select HostKeyNotation.KnownHostsLine(name.Host, name.Port, key.PublicKey)]);
                return;
            }

            if (sshfp)
            {
                context.PrintLines(
                [
                    .. from host in names.Select(name => name.Host).Distinct()
                       from key in keys
                       from record in HostKeyNotation.Sshfp(key.PublicKey)
                       select record.ToZoneLine(host),
                ]);
                return;
            }

            context.Print(keys.Select(key => View(key.PublicKey)).ToList(), output =>
            {
                foreach (var key in keys.Select(key => key.PublicKey))
                {
                    output.WriteLine(key.KeyType);
                    output.WriteLine($"  OpenSSH  {KeyFingerprint.OpenSsh(key)}");
                    output.WriteLine($"           {KeyFingerprint.OpenSshMd5(key)}");
                    output.WriteLine($"  PuTTY    {KeyFingerprint.Putty(key)}");
                    output.WriteLine($"           {KeyFingerprint.PuttyMd5(key)}");
                    output.WriteLine($"  WinSCP   {KeyFingerprint.WinScp(key)}");
                }
            });
        }
        finally
        {
            foreach (var key in keys)
            {
                key.Dispose();
            }
        }
    }

    private static async Task ImportAsync(CommandContext context, string file)
    {
        await using var installation = context.Open();
        var key = new HostKeyStore(context.Data).Import(file);
        await installation.RecordAsync(Core.Audit.AuditActions.HostKeyImported, KeyFingerprint.Sha256(key.Blob.Span));
        context.Print(View(key), output => output.WriteLine($"imported {KeyFingerprint.OpenSsh(key)} ({key.KeyType}); it is offered from the next start of the server on"));
    }

    /// <summary>A host key as every client shows it.</summary>
    public static HostKeyView View(SshPublicKey key) => new(
        key.KeyType, key.Bits, KeyFingerprint.Sha256(key.Blob.Span), KeyFingerprint.Md5(key.Blob.Span), KeyFingerprint.Putty(key), KeyFingerprint.WinScp(key),
        HostKeyNotation.OpenSshLine(key), [.. HostKeyNotation.Sshfp(key).Select(record => record.ToString())]);
}
