using Waybill.Core.Packs.Files;

namespace Waybill.Core.Packs;

/// <summary>All files of a pack: one line each, in the order in which people need them.</summary>
internal static class PackFiles
{
    private static readonly Func<PackContent, PackFile>[] All =
    [
        GuideFiles.ReadMe, GuideFiles.Guide, GuideFiles.Stylesheet, WinScpIniFile.Write, WinScpUrlFile.Write, FileZillaFile.Write, PuttyRegistryFile.Write,
        OpenSshConfigFile.Write, KnownHostsFile.Write, LftpScriptFile.Write, RcloneFile.Write, CurlScriptFile.Write,
    ];

    public static Result<ConnectionPack> Make(PackFacts facts, PackKeyFiles keys)
    {
        var content = new PackContent(facts, keys);
        PackFile[] files = [.. All.Select(write => write(content)), .. FtpsFiles.All(content)];
        return files.Sum(static file => file.Content.Length) > PackLimits.Size
            ? Problem.LimitReached($"The pack would be larger than {PackLimits.Size} bytes. Shorten Ssh:Public or the layout of the vaults.")
            : new ConnectionPack(facts, WinScpUrlFile.UrlOf(content, facts.Endpoints[0]), files);
    }
}
