using System.CommandLine;
using Waybill.Core.Audit;
using Waybill.Server.HostKeys;
using Waybill.Server.Hosting;
using Waybill.Ssh.Hosting;
using Waybill.SshKeys.Keys;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>hostkey import</c>: the customers of an older server connect as before.</summary>
internal static class HostKeyImportCommand
{
    /// <param name="Imported">The key.</param>
    /// <param name="IsOffered">Whether any listener of the configuration offers it.</param>
    /// <param name="SetAside">Keys of <c>init</c> that went for it.</param>
    /// <param name="OfferedToo">Keys of other types that the older server may not have had.</param>
    private sealed record ImportView(
        HostKeyCommands.HostKeyView Imported, bool IsOffered, IReadOnlyList<HostKeyCommands.HostKeyView> SetAside, IReadOnlyList<HostKeyCommands.HostKeyView> OfferedToo);

    public static Command Create(Func<ParseResult, CommandContext> context)
    {
        var file = new Argument<string>("FILE") { Description = "an OpenSSH or PEM private host key without a passphrase" };
        var keep = new Option<bool>("--keep-generated") { Description = "go on offering the keys that init made, even if nobody has logged in yet" };
        var command = new Command("import", "Take over a host key of an older server, so that its customers see no change; used at once.") { file, keep };
        command.SetAction((parse, cancellationToken) => ImportAsync(context(parse), parse.GetRequiredValue(file), parse.GetValue(keep), cancellationToken));
        return command;
    }

    private static async Task ImportAsync(CommandContext context, string file, bool keep, CancellationToken cancellationToken)
    {
        await using var installation = context.Open();
        var configuration = context.LoadConfiguration();
        var logins = await installation.Audit.SearchAsync(new AuditQuery { Action = AuditActions.LogIn, Size = 1 }, cancellationToken);
        var anybody = logins.Items.Count > 0;
        var compatOnly = WaybillHost.ListenersOf(configuration).All(listener => listener.Policy == SshPolicy.Compat);
        var store = new HostKeyStore(context.Data);
        var (imported, aside) = await HostKeyRolloverCommands.Rollover(context, installation).ImportAsync(file, unknown: !anybody && !keep, compatOnly);
        var when = await HostKeyRolloverCommands.TellServerAsync(context, cancellationToken);
        using var keys = store.LoadSet();
        var inUse = store.Read().Keys.Where(key => key.State == HostKeyState.InUse).ToList();
        var offered = HostKeyOffers.IsOffered(imported.Key, configuration, keys);
        var others = inUse.FindAll(key => key.Origin != HostKeyOrigin.Import && HostKeyOffers.IsOffered(key.Key, configuration, keys));
        var view = new ImportView(
            HostKeyCommands.View(imported), offered, [.. aside.Select(HostKeyCommands.View)], [.. others.Select(HostKeyCommands.View)]);
        context.Print(view, output =>
        {
            output.WriteLine(offered
                ? $"imported {Name(imported)}; it is used {when}"
                : $"imported {Name(imported)}, but no listener offers keys of this type; {HostKeyOffers.Remedy}");
            if (aside.Count > 0)
            {
                output.WriteLine($"set aside, since init made them and nobody has logged in yet: {string.Join(", ", aside.Select(Name))}");
                output.WriteLine($"  copies are kept in {context.Data.HostKeys} as ....replaced; the next time --keep-generated leaves such keys in use");
            }

            if (others.Count > 0)
            {
                output.WriteLine($"offered too: {string.Join(", ", others.Select(Name))}");
                output.WriteLine("  A client that pinned the imported key alone and prefers one of these types (psftp, paramiko, rclone) is shown that key instead,");
                output.WriteLine("  and refuses it as a changed host key.");
                output.WriteLine("  " + Advice(context.Data, others, inUse, anybody, keep));
            }
        });
    }

    private static string Advice(DataDirectory data, List<HostKeyRecord> others, List<HostKeyRecord> inUse, bool anybody, bool keep)
    {
        if (inUse.TrueForAll(key => key.Origin != HostKeyOrigin.Import || key.Type == HostKeyStore.Types[2]))
        {
            return "They stay, since an ECDSA key alone serves listeners with the compat policy only: import the older server's Ed25519 or RSA key too.";
        }

        var reason = anybody ? "They stay, since customers have logged in here already and may know them. If none does" : keep ? "They stay as you asked. To stop offering them" : "If no customer knows them";
        return $"{reason}: {string.Join("; ", others.Select(key => ShellWord.Command(data, $"hostkey retire {key.Sha256} --yes")))}";
    }

    private static string Name(HostKeyRecord key) => $"{KeyFingerprint.OpenSsh(key.Key)} ({key.Type})";
}
