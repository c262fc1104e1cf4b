using System.Globalization;

namespace Waybill.Storage.Access;

/// <summary>
/// The long name of a directory entry, as <c>ls -l</c> prints it: WinSCP, JSch and libssh parse it, English months included.
/// <code>-rw-r--r--    1 owner    group        1048 Jan 15 12:00 invoice.csv</code>
/// </summary>
public static class LongName
{
    // Type, permissions, link count, size and date with their blanks.
    private const int FixedLength = 1 + 9 + 1 + 10 + 1 + 1 + 1 + 20 + 1 + 12 + 1;
    private const int NameColumn = 8;

    // As ls does: half a year back, the year stands in the place of the time of day.
    private const long RecentSeconds = 31_556_952 / 2;

    // The years of DateTimeOffset.
    private const long First = -62_135_596_800;
    private const long Last = 253_402_300_799;

    /// <summary>The most bytes that <see cref="Write"/> writes.</summary>
    public static int Bound(int name, int owner, int group) => FixedLength + name + Math.Max(NameColumn, owner) + Math.Max(NameColumn, group);

    /// <summary>Writes it, and returns its length. The date is that of the time, whatever else a protocol carries; years from 1 to 9999.</summary>
    public static int Write(Span<byte> target, ReadOnlySpan<byte> name, in FileAttributes attributes, long now, ReadOnlySpan<byte> owner, ReadOnlySpan<byte> group)
    {
        target[0] = attributes.Kind switch
        {
            FileKind.File => (byte)'-',
            FileKind.Directory => (byte)'d',
            FileKind.SymbolicLink => (byte)'l',
            _ => (byte)'p',
        };
        for (var bit = 0; bit < 9; bit++)
        {
            target[1 + bit] = (attributes.Permissions >> (8 - bit) & 1) == 0 ? (byte)'-' : "rwxrwxrwx"u8[bit];
        }

        target[10] = (byte)' ';
        var at = 11;
        at += Number(target[at..], attributes.LinkCount, 4);
        target[at++] = (byte)' ';
        at += Text(target[at..], owner);
        at += Text(target[at..], group);
        at += Number(target[at..], (ulong)Math.Max(0, attributes.Size), 8);
        target[at++] = (byte)' ';
        at += Date(target[at..], attributes.ModificationTime, now);
        target[at++] = (byte)' ';
        name.CopyTo(target[at..]);
        return at + name.Length;
    }

    private static int Date(Span<byte> target, long time, long now)
    {
        var date = DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(time, First, Last));
        "JanFebMarAprMayJunJulAugSepOctNovDec"u8.Slice(3 * (date.Month - 1), 3).CopyTo(target);
        target[3] = (byte)' ';
        Number(target[4..], (ulong)date.Day, 2);
        target[6] = (byte)' ';
        if (time <= now && time > now - RecentSeconds)
        {
            Pair(target[7..], date.Hour);
            target[9] = (byte)':';
            Pair(target[10..], date.Minute);
        }
        else
        {
            Number(target[7..], (ulong)date.Year, 5);
        }

        return 12;
    }

    private static void Pair(Span<byte> target, int value) => (target[0], target[1]) = ((byte)('0' + (value / 10)), (byte)('0' + (value % 10)));

    private static int Text(Span<byte> target, ReadOnlySpan<byte> text)
    {
        var length = Math.Max(NameColumn, text.Length);
        text.CopyTo(target);
        target[text.Length..(length + 1)].Fill((byte)' ');
        return length + 1;
    }

    private static int Number(Span<byte> target, ulong value, int width)
    {
        Span<byte> digits = stackalloc byte[20];
        value.TryFormat(digits, out var length, provider: CultureInfo.InvariantCulture);
        width = Math.Max(width, length);
        target[..(width - length)].Fill((byte)' ');
        digits[..length].CopyTo(target[(width - length)..]);
        return width;
    }
}
