using System.Globalization;
using System.Text;
using Waybill.Storage;

namespace Waybill.Core.Inbound;

/// <summary>Where a delivered file lies for its sender: a vendor's root is its own folder of the vault.</summary>
/// <param name="Root">The sender's root in the vault: empty, or <c>/vendors/name</c>.</param>
/// <param name="Path">The path as the sender sees it.</param>
internal readonly record struct SenderPlace(string Root, string Path)
{
    private const string Vendors = "/vendors/";

    public const string ReportSuffix = ".report.txt";

    /// <summary>Only vendors deliver below <c>/vendors</c>.</summary>
    public static SenderPlace Of(string path)
    {
        var slash = path.StartsWith(Vendors, StringComparison.Ordinal) ? path.IndexOf('/', Vendors.Length) : -1;
        return slash < 0 ? new SenderPlace("", path) : new SenderPlace(path[..slash], path[slash..]);
    }

    public string Name => Path[(Path.LastIndexOf('/') + 1)..];

    /// <summary>The folder of its sender that a file goes to.</summary>
    public string Folder(InboundState state) => $"{Root}/{state.ToString().ToLowerInvariant()}";

    /// <summary>Its path there; room is left for the report's suffix.</summary>
    public string In(InboundState state) => $"{Folder(state)}/{Fit(Name, "")}";

    /// <summary>Its path there when the name is taken, as senders deliver the same name each day: day of arrival and the catalogue's number tell them apart.</summary>
    public string In(InboundState state, DateTimeOffset arrived, long file) =>
        $"{Folder(state)}/{Fit(Name, string.Create(CultureInfo.InvariantCulture, $".{arrived.UtcDateTime:yyyyMMdd}-{file}"))}";

    /// <summary>Puts <paramref name="mark"/> before the extension and cuts the stem so that name and report fit into a directory entry.</summary>
    private static string Fit(string name, string mark)
    {
        var dot = name.LastIndexOf('.');
        var (stem, extension) = dot > 0 ? (name[..dot], name[dot..]) : (name, "");
        var room = VaultPath.MaximumNameLength - ReportSuffix.Length - mark.Length;
        if (Encoding.UTF8.GetByteCount(extension) > room / 2)
        {
            (stem, extension) = (name, "");
        }

        while (Encoding.UTF8.GetByteCount(stem) + Encoding.UTF8.GetByteCount(extension) > room)
        {
            stem = stem[..^(stem.Length > 1 && char.IsLowSurrogate(stem[^1]) ? 2 : 1)];
        }

        return stem + mark + extension;
    }
}
