using Waybill.Storage;

namespace Waybill.Ftp.Listings;

/// <summary>MLSD: facts and name, which no client has to guess at (RFC 3659 section 7).</summary>
internal sealed class FactListing(Facts facts, IAccessRules rules) : IListingFormat
{
    public int Write(Span<byte> target, VaultPath directory, in DirectoryEntry entry)
    {
        var name = entry.Name.Span;
        if (!ListingLine.CanCarry(name))
        {
            return 0;
        }

        var isSelf = name.SequenceEqual("."u8);
        var isParent = name.SequenceEqual(".."u8);
        var path = isSelf ? directory : isParent ? directory.Parent : null;
        if (path is null && VaultPath.TryParse(name, directory, out path) != VaultPathError.None)
        {
            // A name that no command can say: shown, and nothing may be done with it.
            path = null;
        }

        var rights = path is null ? FileRights.None : rules.RightsAt(path);
        var length = facts.Write(target, entry.Attributes, rights, isSelf ? "cdir"u8 : isParent ? "pdir"u8 : default);
        target[length++] = (byte)' ';
        name.CopyTo(target[length..]);
        return ListingLine.End(target, length + name.Length);
    }
}
