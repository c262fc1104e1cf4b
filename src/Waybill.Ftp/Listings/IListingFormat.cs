using Waybill.Storage;
using Waybill.Storage.Access;

namespace Waybill.Ftp.Listings;

/// <summary>How a listing writes an entry.</summary>
internal interface IListingFormat
{
    /// <summary>Writes an entry's line with its CR LF, at most <see cref="ListingLine.Longest"/> bytes; returns its length, 0 for an entry that is left out.</summary>
    int Write(Span<byte> target, VaultPath directory, in DirectoryEntry entry);
}

/// <summary>What all formats have in common.</summary>
internal static class ListingLine
{
    /// <summary>Room for any line: a path before the name (NLST), or the facts or columns.</summary>
    public const int Longest = VaultPath.MaximumLength + VisibleEntries.LongestName + 256;

    /// <summary>Whether the protocol can carry the name: a line break within would be the next entry.</summary>
    public static bool CanCarry(ReadOnlySpan<byte> name) => !name.ContainsAny((byte)'\r', (byte)'\n', (byte)0);

    /// <summary>Whether it is the directory itself or its parent.</summary>
    public static bool IsDots(ReadOnlySpan<byte> name) => name.SequenceEqual("."u8) || name.SequenceEqual(".."u8);

    /// <summary>Ends a line.</summary>
    public static int End(Span<byte> target, int length)
    {
        (target[length], target[length + 1]) = ((byte)'\r', (byte)'\n');
        return length + 2;
    }
}
