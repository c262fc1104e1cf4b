namespace Waybill.Core.Packs;

/// <summary>What an approved customer gets. It holds no secret: no private key, passphrase or password is ever in it.</summary>
/// <param name="Facts">What it was made from.</param>
/// <param name="SessionUrl">The WinSCP session URL of the main host, for a page to show.</param>
/// <param name="Files">The files, in the order in which people need them.</param>
public sealed record ConnectionPack(PackFacts Facts, string SessionUrl, IReadOnlyList<PackFile> Files)
{
    /// <summary>The name of the archive.</summary>
    public string ZipName => Facts.Alias + ".zip";

    /// <summary>All files in one archive. The same pack is the same bytes.</summary>
    public byte[] ToZip() => PackZip.Write(Files, Facts.Made);
}
