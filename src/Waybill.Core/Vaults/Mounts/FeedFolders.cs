using System.Collections.Frozen;

namespace Waybill.Core.Vaults.Mounts;

/// <summary>Where the files of each feed type lie in every vault.</summary>
public static class FeedFolders
{
    /// <summary>The feed types that are shipped; their folders are those of <see cref="LayoutTemplate.Default"/>.</summary>
    public static IReadOnlyDictionary<string, string> Default { get; } = new Dictionary<string, string>
    {
        ["cdr"] = "/cdr",
        ["data"] = "/data",
        ["invoice"] = "/invoices",
        ["report"] = "/reports",
        ["sir"] = "/reports",
    }.ToFrozenDictionary(StringComparer.Ordinal);
}
