using Waybill.Storage;

namespace Waybill.Core.Catalogue;

/// <summary>Which file on the disk: its inode, and when that was made, since numbers are given anew. Nothing where either is not known.</summary>
internal readonly record struct FileNumber(long? Inode, long? Born)
{
    public static FileNumber Of(in FileEvent fileEvent) => Of(fileEvent.Identity, fileEvent.Born);

    public static FileNumber Of(in VaultEntry entry) => Of(entry.Stamp.Inode, entry.Born);

    public static FileNumber Of(in Storage.FileAttributes attributes) => Of(attributes.Identity, attributes.Born);

    private static FileNumber Of(ulong identity, long? born) => identity == 0 || born is null ? default : new(unchecked((long)identity), born);
}
