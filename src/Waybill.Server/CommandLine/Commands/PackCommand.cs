using System.CommandLine;
using System.Numerics;
using Waybill.Core.Packs;
using Waybill.Server.Configuration;
using Waybill.SshKeys.Keys;
using Waybill.Storage;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>pack</c>: what a customer needs to connect, and the files ready for their program.</summary>
internal static class PackCommand
{
    private sealed record KeyView(string Type, bool InUse, string OpenSsh, string OpenSshMd5, string Putty, string PuttyMd5, string WinScp, string OpenSshLine);

    private sealed record FolderView(string Path, IReadOnlyList<string> Rights, int RetentionMonths);

    private sealed record FactsView(
        string UserName, string Kind, string? Account, string? Company, string? Vendor, string StartDirectory, PackProvider Provider, IReadOnlyList<PackEndpoint> Endpoints,
        IReadOnlyList<KeyView> HostKeys, IReadOnlyList<FolderView> Folders, int RetentionMonths, PackFtps? Ftps);

    private sealed record PackView(FactsView Facts, string SessionUrl, IReadOnlyList<string> Written);

    private sealed record LinkView(string UserName, string Link, int Days);

    public static IEnumerable<Command> Create(Func<ParseResult, CommandContext> context)
    {
        var user = new Argument<string>("USER") { Description = "the login's user name" };
        var target = new Option<string?>("--out") { Description = "where the pack goes: a .zip file that is not there yet, or a folder for the single files", HelpName = "FILE|DIR" };
        var one = new Option<string?>("--file") { Description = "print one file of the pack, as winscp.ini or known_hosts", HelpName = "NAME" };
        var keys = new Option<string[]>("--key-file")
        {
            Description = "where the private key lies on the customer's computer (path only); one that ends with .ppk is for WinSCP, PuTTY and FileZilla; may be given twice",
            HelpName = "PATH",
        };
        var link = new Option<bool>("--link") { Description = "print a secret link to the page with the pack, to pass on" };
        var command = new Command("pack", "Show what a customer needs to connect, or write the files for their program and their set-up guide.") { user, target, one, keys, link };
        command.Validators.Add(result =>
        {
            if (result.GetValue(target) is not null && result.GetValue(one) is not null)
            {
                result.AddError("--out and --file exclude each other");
            }

            if (result.GetValue(link) && (result.GetValue(target) is not null || result.GetValue(one) is not null || result.GetValue(keys) is { Length: > 0 }))
            {
                result.AddError("--link goes alone: the page behind it asks where the key lies");
            }
        });
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            var configuration = here.LoadConfiguration();
            await using var installation = here.Open(configuration);
            var packs = installation.OpenPacks(configuration);
            var name = parse.GetRequiredValue(user);
            if (parse.GetValue(link))
            {
                await LinkAsync(here, installation, configuration, name, cancellationToken);
                return;
            }

            var places = CommandContext.Require(PackKeyFiles.Of(parse.GetValue(keys) ?? []));
            if (parse.GetValue(one) is { } file)
            {
                await PrintFileAsync(CommandContext.Require(await packs.MakeAsync(name, places, CommandContext.Operator, cancellationToken)), file, cancellationToken);
            }
            else if (parse.GetValue(target) is { } path)
            {
                RequireFree(path);
                var pack = CommandContext.Require(await packs.MakeAsync(name, places, CommandContext.Operator, cancellationToken));
                var written = Write(pack, path);
                here.Print(new PackView(View(pack.Facts), pack.SessionUrl, written), output =>
                {
                    foreach (var each in written)
                    {
                        output.WriteLine(each);
                    }
                });
            }
            else
            {
                Show(here, CommandContext.Require(await packs.DescribeAsync(name, cancellationToken)));
            }
        });
        return [command];
    }

    private static async Task LinkAsync(CommandContext here, Installation installation, WaybillConfiguration configuration, string name, CancellationToken cancellationToken)
    {
        if (configuration.Portal.Listen.Count == 0)
        {
            throw new CommandException("the portal is off (Portal:Listen is empty), so a link would lead nowhere; write the pack with --out");
        }

        // A link to a page that could not be shown would be found out by the customer.
        var facts = CommandContext.Require(await installation.OpenPacks(configuration).DescribeAsync(name, cancellationToken));
        var token = CommandContext.Require(await installation.PackLinks.CreateAsync(name, CommandContext.Operator, cancellationToken));
        var view = new LinkView(facts.UserName, $"{PortalSettings.BaseUrl(configuration.Portal)}/l/{token}", (int)PackLimits.LinkTime.TotalDays);
        here.Print(view, output =>
        {
            output.WriteLine(view.Link);
            output.WriteLine($"It opens for {view.Days} days, any number of times. Whoever has it sees host, user name and host keys; there is no secret behind it.");
        });
    }

    private static async Task PrintFileAsync(ConnectionPack pack, string name, CancellationToken cancellationToken)
    {
        var alias = pack.Facts.Alias;
        var file = pack.Files.FirstOrDefault(file => file.Name == name || file.Name == $"{alias}-{name}" || file.Name == $"{alias}.{name}")
            ?? throw new CommandException($"the pack has no file {CommandContext.Shown(name)}; it has {string.Join(", ", pack.Files.Select(file => file.Name[(alias.Length + 1)..]))}");
        await using var output = Console.OpenStandardOutput();
        await output.WriteAsync(file.Content, cancellationToken);
    }

    /// <summary>Looked at before the pack is made, which is recorded.</summary>
    private static void RequireFree(string path)
    {
        if (File.Exists(path))
        {
            throw new CommandException($"{path} is there already; remove it, or name another file");
        }

        if (!Directory.Exists(path) && !path.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))
        {
            throw new CommandException($"{path} is neither a folder nor the name of a .zip file; make the folder first, or name a file as {path.TrimEnd('/')}.zip");
        }
    }

    private static List<string> Write(ConnectionPack pack, string path)
    {
        if (!Directory.Exists(path))
        {
            return [WriteFile(path, pack.ToZip())];
        }

        var taken = pack.Files.FirstOrDefault(file => File.Exists(Path.Combine(path, file.Name)));
        return taken is null
            ? [.. pack.Files.Select(file => WriteFile(Path.Combine(path, file.Name), file.Content))]
            : throw new CommandException($"{Path.Combine(path, taken.Name)} is there already; remove the older pack, or name another folder");
    }

    private static string WriteFile(string path, ReadOnlyMemory<byte> content)
    {
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        file.Write(content.Span);
        return path;
    }

    private static void Show(CommandContext here, PackFacts facts) => here.Print(View(facts), output =>
    {
        foreach (var endpoint in facts.Endpoints)
        {
            output.WriteLine($"host      {endpoint.Host} port {endpoint.Port}{(endpoint.Region is { } region ? $" ({region})" : "")}");
        }

        foreach (var endpoint in facts.Ftps?.Endpoints ?? [])
        {
            output.WriteLine($"FTPS      {endpoint.Host} port {endpoint.Port}{(endpoint.Region is { } region ? $" ({region})" : "")}, with the login's password");
        }

        output.WriteLine($"user      {facts.UserName}");
        output.WriteLine($"starts    {facts.StartDirectory}");
        output.WriteLine($"retention {facts.RetentionMonths} months");
        foreach (var folder in facts.Folders)
        {
            output.WriteLine($"folder    {folder.Path}: {string.Join(", ", Words(folder.Rights))}");
        }

        foreach (var key in facts.HostKeys)
        {
            output.WriteLine($"host key  {KeyFingerprint.Putty(key.Key)}{(key.IsUsed ? "" : " (not in use)")}");
        }

        output.WriteLine($"next: {ShellWord.Command(here.Data, $"pack {facts.UserName} --out {facts.Alias}.zip")}");
    });

    private static FactsView View(PackFacts facts) => new(
        facts.UserName, CommandContext.Lower(facts.Kind), facts.Account, facts.Company, facts.Vendor, facts.StartDirectory, facts.Provider, facts.Endpoints,
        [.. facts.HostKeys.Select(View)], [.. facts.Folders.Select(folder => new FolderView(folder.Path, Words(folder.Rights), folder.RetentionMonths))], facts.RetentionMonths, facts.Ftps);

    private static KeyView View(PackHostKey key) => new(
        key.Key.KeyType, key.IsUsed, KeyFingerprint.OpenSsh(key.Key), KeyFingerprint.OpenSshMd5(key.Key), KeyFingerprint.Putty(key.Key), KeyFingerprint.PuttyMd5(key.Key),
        KeyFingerprint.WinScp(key.Key), HostKeyNotation.OpenSshLine(key.Key));

    private static IReadOnlyList<string> Words(FileRights rights) =>
        [.. Enum.GetValues<FileRights>().Where(right => BitOperations.IsPow2((int)right) && rights.HasFlag(right)).Select(CommandContext.Lower)];
}
