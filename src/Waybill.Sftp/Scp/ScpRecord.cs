using System.Buffers.Text;
using Waybill.Sftp.Wire;

namespace Waybill.Sftp.Scp;

/// <summary>
/// A control record that opens a file or directory. Numbers are digits and nothing else: a sign or a blank that a lenient parser skips has been read as another
/// record by the next one (wolfSSH e393bcb5).
/// <code>
/// C  mode(4 octal digits) SP size SP name
/// D  mode(4 octal digits) SP size SP name
/// T  mtime SP microseconds SP atime SP microseconds
/// </code>
/// </summary>
internal readonly record struct ScpRecord(int Mode, long Size, byte[] Name)
{
    private const int ModeDigits = 4;

    /// <summary>Reads a C or D record, of which the letter has been seen.</summary>
    public static bool TryRead(ReadOnlySpan<byte> text, out ScpRecord record)
    {
        record = default;
        var rest = text[1..];
        if (rest.Length < ModeDigits + 1 || rest[..ModeDigits].ContainsAnyExceptInRange((byte)'0', (byte)'7') || rest[ModeDigits] != (byte)' ')
        {
            return false;
        }

        var mode = 0;
        foreach (var digit in rest[..ModeDigits])
        {
            mode = (mode << 3) | (digit - '0');
        }

        rest = rest[(ModeDigits + 1)..];
        if (!TryTakeDigits(ref rest, (byte)' ', out var digits) || !Utf8Parser.TryParse(digits, out long size, out var used) || used != digits.Length)
        {
            return false;
        }

        record = new ScpRecord(mode, size, rest.ToArray());
        return true;
    }

    /// <summary>Reads a T record, of which the letter has been seen. Times that no file can have are left out: they do not make a good file fail.</summary>
    public static bool TryReadTimes(ReadOnlySpan<byte> text, out SftpAttributes times)
    {
        var rest = text[1..];
        times = default;
        if (!TryTakeDigits(ref rest, (byte)' ', out var modified) || !TryTakeDigits(ref rest, (byte)' ', out _)
            || !TryTakeDigits(ref rest, (byte)' ', out var accessed) || rest.IsEmpty || rest.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
        {
            return false;
        }

        if (Utf8Parser.TryParse(modified, out uint modificationTime, out _) && Utf8Parser.TryParse(accessed, out uint accessTime, out _))
        {
            times = new SftpAttributes(null, null, accessTime, modificationTime);
        }

        return true;
    }

    private static bool TryTakeDigits(ref ReadOnlySpan<byte> rest, byte end, out ReadOnlySpan<byte> digits)
    {
        var length = rest.IndexOf(end);
        digits = rest[..Math.Max(0, length)];
        if (length <= 0 || digits.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
        {
            return false;
        }

        rest = rest[(length + 1)..];
        return true;
    }
}
