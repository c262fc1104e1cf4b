using System.Text;
using Waybill.Core.Packs;
using Waybill.Portal.Connecting;

namespace Waybill.Portal.Packs;

/// <summary>A connection pack as <c>_Pack</c> shows it, on whatever page.</summary>
/// <param name="Pack">The pack, with the places of the keys filled in.</param>
/// <param name="Question">What was said of these.</param>
/// <param name="Path">The page's address without its query; its files lie below it.</param>
/// <param name="Qr">The page's whole address for a phone's camera.</param>
internal sealed record PackView(ConnectionPack Pack, PackQuestion Question, string Path, QrPicture Qr)
{
    public PackFacts Facts => Pack.Facts;

    /// <summary>Hosts as the other pages show them.</summary>
    public IReadOnlyList<PublicAddress> Addresses => [.. Facts.Endpoints.Select(static each => new PublicAddress(each.Host, each.Port, each.Region))];

    public IEnumerable<(HostKeyView Key, bool IsUsed)> HostKeys => Facts.HostKeys.Select(each => (new HostKeyView(each.Key, Addresses), each.IsUsed));

    /// <summary>The files that somebody may want one by one; the guide has buttons of its own.</summary>
    public IEnumerable<PackFileView> Files => Pack.Files.Select(file => new PackFileView(file, file.Name[(Facts.Alias.Length + 1)..])).Where(static file => file.IsListed);

    public string ZipAddress => AddressOf(Pack.ZipName);

    public string GuideAddress => AddressOf(Facts.Alias + "-guide.html");

    public string AddressOf(string name) => $"{Path}/{name}{Question.Query}";
}

/// <summary>A file of a pack as a page shows it.</summary>
/// <param name="File">The file.</param>
/// <param name="Kind">Its name without the user's, as <c>winscp.ini</c>.</param>
internal sealed record PackFileView(PackFile File, string Kind)
{
    public string Name => File.Name;

    public bool IsListed => !Kind.StartsWith("guide", StringComparison.Ordinal);

    /// <summary>What is in it: Windows has its registry files in UTF-16.</summary>
    public string Text => File.Content.Span is [0xFF, 0xFE, ..] ? Encoding.Unicode.GetString(File.Content.Span[2..]) : Encoding.UTF8.GetString(File.Content.Span);
}
