using System.CommandLine;
using System.Net;
using Waybill.Server.Configuration;
using Waybill.Server.HostKeys;
using Waybill.Server.Hosting;
using Waybill.SshKeys.Keys;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>hostkey show</c>; the steps of a rollover are in <see cref="HostKeyRolloverCommands"/>, import in <see cref="HostKeyImportCommand"/>.</summary>
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

        return
        [
            new Command("hostkey", "Show, import and roll over the server's host keys.")
            {
                show, HostKeyImportCommand.Create(context), HostKeyRolloverCommands.Add(context), HostKeyRolloverCommands.Announce(context), HostKeyRolloverCommands.Use(context),
                HostKeyRolloverCommands.Retire(context),
            },
        ];
    }

    /// <summary>The names and ports that customers are told; without any, the listening addresses, if they are addresses that a client can connect to.</summary>
    public static IReadOnlyList<(string Host, int Port)> PublicNames(WaybillConfiguration configuration)
    {
        if (configuration.Ssh.Public.Count > 0)
        {
            return [.. configuration.Ssh.Public.Select(endpoint => (endpoint.Host, endpoint.Port))];
        }

        var listening = WaybillHost.ListenersOf(configuration).Select(listener => listener.EndPoint).ToList();
        return listening.Find(endPoint => endPoint.Address.Equals(IPAddress.Any) || endPoint.Address.Equals(IPAddress.IPv6Any)) is { } any
            ? throw new CommandException(
                $$"""the server listens on every address ({{any}}), which is no name that clients know; set Ssh:Public, as --set 'Ssh:Public=[{"Host":"sftp.example.com","Port":{{any.Port}}}]'""")
            : [.. listening.Select(endPoint => (endPoint.Address.ToString(), endPoint.Port))];
    }

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
        if (knownHosts)
        {
            var names = PublicNames(context.LoadConfiguration());
            context.PrintLines([.. from name in names from key in known select HostKeyNotation.KnownHostsLine(name.Host, name.Port, key)]);
            return;
        }

        if (sshfp)
        {
            var names = PublicNames(context.LoadConfiguration());
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
