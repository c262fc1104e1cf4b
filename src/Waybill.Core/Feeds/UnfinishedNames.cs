using System.Text;

namespace Waybill.Core.Feeds;

/// <summary>Names of files that are hidden or still being written: WinSCP's, rclone's, rsync's and what scripts use. They are judged when they get their own name.</summary>
public static class UnfinishedNames
{
    private static readonly string[] Suffixes = [".tmp", ".part", ".filepart", ".partial"];

    /// <summary>Whether a name says so.</summary>
    public static bool Has(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.StartsWith('.') || Suffixes.Any(suffix => name.EndsWith(suffix, StringComparison.OrdinalIgnoreCase));
    }

    internal static bool Has(ReadOnlySpan<byte> name) => Has(Encoding.UTF8.GetString(name));
}
