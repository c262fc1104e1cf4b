using Waybill.Storage;

namespace Waybill.Ftp.Listings;

/// <summary>NLST: names as a client can send them back, so with what it wrote before them when it named a directory (RFC 1123 section 4.1.2.7).</summary>
/// <param name="prefix">What stands before each name; ends in a slash or is empty.</param>
internal sealed class NameListing(byte[] prefix) : IListingFormat
{
    public int Write(Span<byte> target, VaultPath directory, in DirectoryEntry entry)
    {
        var name = entry.Name.Span;
        if (!ListingLine.CanCarry(name) || ListingLine.IsDots(name))
        {
            return 0;
        }

        prefix.CopyTo(target);
        name.CopyTo(target[prefix.Length..]);
        return ListingLine.End(target, prefix.Length + name.Length);
    }
}
