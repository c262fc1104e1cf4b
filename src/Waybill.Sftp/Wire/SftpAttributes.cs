using Waybill.Storage;
using FileAttributes = Waybill.Storage.FileAttributes;

namespace Waybill.Sftp.Wire;

/// <summary>
/// ATTRS of draft-ietf-secsh-filexfer-02, section 5, as a client sends it: what is null was not sent. Owners are read and forgotten, they are never changed.
/// </summary>
internal readonly record struct SftpAttributes(ulong? Size, uint? Permissions, uint? AccessTime, uint? ModificationTime)
{
    /// <summary>Bytes of the attributes that this server sends: flags, size, uid, gid, permissions, atime, mtime.</summary>
    public const int WrittenLength = 4 + 8 + 4 + 4 + 4 + 4 + 4;

    private const uint SizeFlag = 0x0000_0001;
    private const uint OwnerFlag = 0x0000_0002;
    private const uint PermissionsFlag = 0x0000_0004;
    private const uint TimesFlag = 0x0000_0008;
    private const uint ExtendedFlag = 0x8000_0000;

    /// <summary>
    /// Reads ATTRS.
    /// <code>
    /// uint32 flags
    /// uint64 size           if SIZE
    /// uint32 uid, gid       if UIDGID
    /// uint32 permissions    if PERMISSIONS
    /// uint32 atime, mtime   if ACMODTIME
    /// uint32 count, then count times: string type, string data   if EXTENDED
    /// </code>
    /// </summary>
    public static SftpAttributes Read(ref SftpReader reader)
    {
        var flags = reader.ReadUInt32();
        ulong? size = (flags & SizeFlag) != 0 ? reader.ReadUInt64() : null;
        if ((flags & OwnerFlag) != 0)
        {
            reader.ReadUInt64();
        }

        uint? permissions = (flags & PermissionsFlag) != 0 ? reader.ReadUInt32() : null;
        uint? accessTime = null;
        uint? modificationTime = null;
        if ((flags & TimesFlag) != 0)
        {
            accessTime = reader.ReadUInt32();
            modificationTime = reader.ReadUInt32();
        }

        if ((flags & ExtendedFlag) != 0)
        {
            // A lying count ends with the message: each pair takes bytes of it.
            for (var left = reader.ReadUInt32(); left > 0 && reader.Succeeded; left--)
            {
                reader.ReadString();
                reader.ReadString();
            }
        }

        return new SftpAttributes(size, permissions, accessTime, modificationTime);
    }

    public static void Write(ref SftpWriter writer, in FileAttributes attributes)
    {
        writer.WriteUInt32(SizeFlag | OwnerFlag | PermissionsFlag | TimesFlag);
        writer.WriteUInt64((ulong)Math.Max(0, attributes.Size));
        writer.WriteUInt32(attributes.UserId);
        writer.WriteUInt32(attributes.GroupId);
        writer.WriteUInt32(TypeBits(attributes.Kind) | ((uint)attributes.Permissions & 0xFFF));
        writer.WriteUInt32(Seconds(attributes.AccessTime));
        writer.WriteUInt32(Seconds(attributes.ModificationTime));
    }

    // S_IFMT bits: version 3 has no other field that tells a directory from a file.
    private static uint TypeBits(FileKind kind) => kind switch
    {
        FileKind.File => 0x8000,
        FileKind.Directory => 0x4000,
        FileKind.SymbolicLink => 0xA000,
        _ => 0x1000,
    };

    private static uint Seconds(long time) => (uint)Math.Clamp(time, 0, uint.MaxValue);
}
