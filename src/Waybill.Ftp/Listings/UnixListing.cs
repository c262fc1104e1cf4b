using System.Text;
using Waybill.Storage;
using Waybill.Storage.Access;

namespace Waybill.Ftp.Listings;

/// <summary>LIST: one fixed format, that of <c>ls -l</c> in the C locale, whatever the machine's; it is the one that every client parses.</summary>
/// <param name="owner">The owner that is shown.</param>
/// <param name="now">The time of the listing, in seconds since 1970.</param>
/// <param name="withDots">Show . and .., and hidden names need nothing: they are always shown.</param>
internal sealed class UnixListing(string owner, long now, bool withDots) : IListingFormat
{
    private const int LongestOwner = 64;

    private readonly byte[] _owner = Shown(owner);

    public int Write(Span<byte> target, VaultPath directory, in DirectoryEntry entry)
    {
        var name = entry.Name.Span;
        return !ListingLine.CanCarry(name) || (!withDots && ListingLine.IsDots(name))
            ? 0
            : ListingLine.End(target, LongName.Write(target, name, entry.Attributes, now, _owner, "group"u8));
    }

    // A blank would move the columns that clients parse.
    private static byte[] Shown(string owner)
    {
        var bytes = Encoding.UTF8.GetBytes(owner.Replace(' ', '_'));
        return bytes.Length > LongestOwner ? bytes[..LongestOwner] : bytes;
    }
}
