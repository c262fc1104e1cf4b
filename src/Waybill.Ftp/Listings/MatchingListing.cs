using Waybill.Storage;
using Waybill.Storage.Access;

namespace Waybill.Ftp.Listings;

/// <summary>Of another listing the entries whose names are of a pattern.</summary>
internal sealed class MatchingListing(IListingFormat format, NamePattern pattern) : IListingFormat
{
    public int Write(Span<byte> target, VaultPath directory, in DirectoryEntry entry) =>
        pattern.Matches(entry.Name.Span) ? format.Write(target, directory, entry) : 0;
}
