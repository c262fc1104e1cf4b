using System.Buffers.Binary;

namespace Waybill.Storage.Local;

/// <summary>One <c>struct linux_dirent64</c>: inode (8 bytes), cookie of the next entry (8), length (2), type (1), name up to a zero byte.</summary>
internal readonly ref struct DirectoryRecord
{
    /// <summary>Bytes asked of the kernel at once: some hundreds of names.</summary>
    public const int BufferSize = 32 * 1024;

    /// <summary>Bytes of the record of the longest name.</summary>
    public const int MaximumLength = 280;

    private const int CookieOffset = 8;
    private const int LengthOffset = 16;
    private const int TypeOffset = 18;
    private const int NameOffset = 19;
    private const byte DirectoryType = 4;
    private const byte UnknownType = 0;

    public ReadOnlySpan<byte> Name { get; private init; }

    /// <summary>Where to go on after this entry.</summary>
    public long NextCookie { get; private init; }

    /// <summary>Bytes of the record in the buffer.</summary>
    public int Length { get; private init; }

    /// <summary>False only when it certainly is no directory.</summary>
    public bool MayBeDirectory { get; private init; }

    public bool IsDot => Name.SequenceEqual("."u8) || Name.SequenceEqual(".."u8);

    /// <summary>Where <see cref="Name"/> begins in the record.</summary>
    public static int NameStart => NameOffset;

    /// <summary>Takes the next record from <paramref name="rest"/>; the kernel only returns whole ones.</summary>
    public static bool TryRead(ref Span<byte> rest, out DirectoryRecord record)
    {
        if (rest.Length < NameOffset)
        {
            record = default;
            return false;
        }

        var length = BinaryPrimitives.ReadUInt16LittleEndian(rest[LengthOffset..]);
        ReadOnlySpan<byte> name = rest[NameOffset..length];
        var type = rest[TypeOffset];
        record = new DirectoryRecord
        {
            Name = name[..name.IndexOf((byte)0)],
            NextCookie = BinaryPrimitives.ReadInt64LittleEndian(rest[CookieOffset..]),
            Length = length,
            MayBeDirectory = type is DirectoryType or UnknownType,
        };
        rest = rest[length..];
        return true;
    }
}
