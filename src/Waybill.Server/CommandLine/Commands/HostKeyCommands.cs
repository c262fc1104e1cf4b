using System.CommandLine;
using Waybill.Core.Audit;
using Waybill.Server.Configuration;
using Waybill.Server.HostKeys;
using Waybill.SshKeys.Keys;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>hostkey show | import</c>; the steps of a rollover are in <see cref="HostKeyRolloverCommands"/>.</summary>
internal static class HostKeyCommands
{
    public sealed record HostKeyView(
        string Type, int Bits, string Sha256, string Md5, string Putty, string WinScp, string OpenSshLine, IReadOnlyList<string> Sshfp, HostKeyState State,
        DateTimeOffset? Created, DateTimeOffset? Announced, DateTimeOffset? Used, DateTimeOffset? Retired);

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
        var show = new Command("show", "Print the host keys' states and fingerprints as OpenSSH, PuTTY and WinSCP show them.") { sshfp, knownHosts };
        show.SetAction(parse => Show(context(parse), parse.GetValue(sshfp), parse.GetValue(knownHosts)));

        var file = new Argument<string>("FILE") { Description = "an OpenSSH or PEM private host key without a passphrase" };
        var import = new Command("import", "Take over a host key of an older server, so that its customers see no change; used at once.") { file };
        import.SetAction((parse, cancellationToken) => ImportAsync(context(parse), parse.GetRequiredValue(file), cancellationToken));
        return
        [
            new Command("hostkey", "Show, import and roll over the server's host keys.")
            {
                show, import, HostKeyRolloverCommands.Add(context), HostKeyRolloverCommands.Announce(context), HostKeyRolloverCommands.Use(context),
                HostKeyRolloverCommands.Retire(context),
            },
        ];
    }

    /// <summary>The names and ports that customers are told; without any, the listening addresses.</summary>
    public static IReadOnlyList<(string Host, int Port)> PublicNames(WaybillConfiguration configuration) =>
        configuration.Ssh.Public.Count > 0
            ? [.. configuration.Ssh.Public.Select(endpoint => (endpoint.Host, endpoint.Port))]
            : [.. configuration.Ssh.Listen.Concat(configuration.Ssh.ListenCompat).Select(text => ConfigurationCheck.EndPoint("Ssh:Listen", text))
                .Select(endPoint => (endPoint.Address.ToString(), endPoint.Port))];

    /// <summary>A host key's state in words.</summary>
    public static string Describe(HostKeyRecord key) => key.State switch
    {
        HostKeyState.Prepared => $"prepared, not announced; made {CommandContext.Time(key.Created)}",
        HostKeyState.Announced => $"announced since {CommandContext.Time(key.Announced)}, not used",
        HostKeyState.Previous => "used before, still announced",
        HostKeyState.Retired => $"retired {CommandContext.Time(key.Retired)}",
        _ => key.Used is { } used ? $"in use since {CommandContext.Time(used)}" : "in use",
    };

    private static void Show(CommandContext context, bool sshfp, bool knownHosts)
    {
        context.Data.RequireInitialised();
        var list = new HostKeyStore(context.Data).Read();
        var keys = list.Keys.OrderBy(key => key.State == HostKeyState.Retired).ThenBy(key => list.Order.ToList().IndexOf(key.Type)).ToList();
        var known = keys.Where(key => key.IsKnownToClients).Select(key => key.Key).ToList();
        var names = PublicNames(context.LoadConfiguration());
        if (knownHosts)
        {
            context.PrintLines([.. from name in names from key in known select HostKeyNotation.KnownHostsLine(name.Host, name.Port, key)]);
            return;
        }

        if (sshfp)
        {
            context.PrintLines(
            [
                .. from host in names.Select(name => name.Host).Distinct()
                   from key in known
                   from record in HostKeyNotation.Sshfp(key)
                   select record.ToZoneLine(host),
            ]);
            return;
        }

        context.Print(keys.ConvertAll(View), output =>
        {
            foreach (var record in keys)
            {
                var key = record.Key;
                output.WriteLine($"{key.KeyType}: {Describe(record)}");
                output.WriteLine($"  OpenSSH  {KeyFingerprint.OpenSsh(key)}");
                output.WriteLine($"           {KeyFingerprint.OpenSshMd5(key)}");
                output.WriteLine($"  PuTTY    {KeyFingerprint.Putty(key)}");
                output.WriteLine($"           {KeyFingerprint.PuttyMd5(key)}");
                output.WriteLine($"  WinSCP   {KeyFingerprint.WinScp(key)}");
            }
        });
    }

    private static async Task ImportAsync(CommandContext context, string file, CancellationToken cancellationToken)
    {
        await using var installation = context.Open();
        var key = new HostKeyRollover(new HostKeyStore(context.Data), TimeProvider.System).Import(file);
        await installation.RecordAsync(AuditActions.HostKeyImported, key.Sha256);
        var when = await HostKeyRolloverCommands.TellServerAsync(context, cancellationToken);
        context.Print(View(key), output => output.WriteLine($"imported {KeyFingerprint.OpenSsh(key.Key)} ({key.Type}); it is used {when}"));
    }

    /// <summary>A host key as every client shows it.</summary>
    public static HostKeyView View(HostKeyRecord record)
    {
        var key = record.Key;
        return new HostKeyView(
            key.KeyType, key.Bits, KeyFingerprint.Sha256(key.Blob.Span), KeyFingerprint.Md5(key.Blob.Span), KeyFingerprint.Putty(key), KeyFingerprint.WinScp(key),
            HostKeyNotation.OpenSshLine(key), [.. HostKeyNotation.Sshfp(key).Select(sshfp => sshfp.ToString())], record.State, record.Created, record.Announced,
            record.Used, record.Retired);
    }
}
