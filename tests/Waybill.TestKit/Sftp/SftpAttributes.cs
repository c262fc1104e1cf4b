using Waybill.SshKeys.Wire;

namespace Waybill.TestKit.Sftp;

/// <summary>ATTRS of version 3; what is null is not sent.</summary>
public sealed record SftpAttributes(
    ulong? Size = null, uint? UserId = null, uint? GroupId = null, uint? Permissions = null, uint? AccessTime = null, uint? ModificationTime = null)
{
    /// <summary>Nothing.</summary>
    public static SftpAttributes None { get; } = new();

    /// <summary>Whether the permissions say directory.</summary>
    public bool IsDirectory => (Permissions & 0xF000) == 0x4000;

    /// <summary>Whether the permissions say symbolic link.</summary>
    public bool IsLink => (Permissions & 0xF000) == 0xA000;

    /// <summary>Extended pairs.</summary>
    public IReadOnlyList<(string Type, string Data)> Extended { get; init; } = [];

    internal void WriteTo(MessageBuilder message)
    {
        // uint32 flags, uint64 size, uint32 uid, uint32 gid, uint32 permissions, uint32 atime, uint32 mtime, uint32 extended_count, pairs
        var owner = UserId is not null || GroupId is not null;
        var times = AccessTime is not null || ModificationTime is not null;
        message.UInt32((Size is null ? 0 : 1u) | (owner ? 2u : 0) | (Permissions is null ? 0 : 4u) | (times ? 8u : 0) | (Extended.Count == 0 ? 0 : 0x8000_0000));
        if (Size is { } size)
        {
            message.UInt64(size);
        }

        if (owner)
        {
            message.UInt32(UserId ?? 0).UInt32(GroupId ?? 0);
        }

        if (Permissions is { } permissions)
        {
            message.UInt32(permissions);
        }

        if (times)
        {
            message.UInt32(AccessTime ?? 0).UInt32(ModificationTime ?? 0);
        }

        if (Extended.Count > 0)
        {
            message.UInt32((uint)Extended.Count);
            foreach (var (type, data) in Extended)
            {
                message.String(type).String(data);
            }
        }
    }

    internal static SftpAttributes Read(ref SshReader reader)
    {
        var flags = reader.ReadUInt32();
        ulong? size = (flags & 1) != 0 ? reader.ReadUInt64() : null;
        uint? user = (flags & 2) != 0 ? reader.ReadUInt32() : null;
        uint? group = (flags & 2) != 0 ? reader.ReadUInt32() : null;
        uint? permissions = (flags & 4) != 0 ? reader.ReadUInt32() : null;
        uint? access = (flags & 8) != 0 ? reader.ReadUInt32() : null;
        uint? modification = (flags & 8) != 0 ? reader.ReadUInt32() : null;
        return (flags & ~15u) == 0
            ? new SftpAttributes(size, user, group, permissions, access, modification)
            : throw new InvalidDataException($"The server sent attribute flags {flags:x8}, which version 3 clients do not expect.");
    }
}
