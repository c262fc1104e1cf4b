using Waybill.Storage;
using FileAttributes = Waybill.Storage.FileAttributes;

namespace Waybill.TestKit.Storage;

/// <summary>A file, directory or link of <see cref="MemoryFileStore"/>.</summary>
internal sealed class MemoryNode(FileKind kind)
{
    public const int MaximumLength = 64 * 1024 * 1024;

    public FileKind Kind { get; } = kind;

    public byte[] Content { get; set; } = [];

    public int Permissions { get; set; } = 0x1A4;

    public long AccessTime { get; set; }

    public long ModificationTime { get; set; }

    public FileAttributes Attributes => new(Kind, Permissions, Content.Length, AccessTime, ModificationTime, 1000, 1000, Kind == FileKind.Directory ? 2u : 1u);

    public MemoryNode Clone() => (MemoryNode)MemberwiseClone();

    public StoreError Apply(AttributeChanges changes)
    {
        if (changes.Size is < 0 or > MaximumLength)
        {
            return StoreError.InvalidArgument;
        }

        if (changes.Size is { } size)
        {
            if (Kind != FileKind.File)
            {
                return StoreError.IsADirectory;
            }

            var content = Content;
            Array.Resize(ref content, (int)size);
            Content = content;
        }

        Permissions = (changes.Permissions ?? Permissions) & 0x1FF;
        AccessTime = changes.AccessTime ?? AccessTime;
        ModificationTime = changes.ModificationTime ?? ModificationTime;
        return StoreError.None;
    }
}
