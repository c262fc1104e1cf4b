namespace Waybill.Ftp.Listings;

/// <summary>Times of RFC 3659 section 2.3: YYYYMMDDHHMMSS, in UTC.</summary>
internal static class FtpTime
{
    /// <summary>Bytes of one.</summary>
    public const int Length = 14;

    private const long First = -62_135_596_800;
    private const long Last = 253_402_300_799;

    /// <summary>Writes one.</summary>
    public static void Write(Span<byte> target, long seconds)
    {
        var time = DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(seconds, First, Last));
        Digits(target, time.Year, 4);
        Digits(target[4..], time.Month, 2);
        Digits(target[6..], time.Day, 2);
        Digits(target[8..], time.Hour, 2);
        Digits(target[10..], time.Minute, 2);
        Digits(target[12..], time.Second, 2);
    }

    /// <summary>One as text.</summary>
    public static string Of(long seconds)
    {
        Span<byte> text = stackalloc byte[Length];
        Write(text, seconds);
        return System.Text.Encoding.ASCII.GetString(text);
    }

    /// <summary>Reads one: 14 digits, and a fraction that is read over. The 60th second is the 59th.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out long seconds)
    {
        seconds = 0;
        if (text.Length < Length || text[..Length].ContainsAnyExceptInRange((byte)'0', (byte)'9'))
        {
            return false;
        }

        var fraction = text[Length..];
        if (!fraction.IsEmpty && (fraction.Length == 1 || fraction[0] != '.' || fraction[1..].ContainsAnyExceptInRange((byte)'0', (byte)'9')))
        {
            return false;
        }

        var (year, month, day) = (Number(text[..4]), Number(text[4..6]), Number(text[6..8]));
        var (hour, minute, second) = (Number(text[8..10]), Number(text[10..12]), Number(text[12..14]));
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 60)
        {
            return false;
        }

        seconds = new DateTimeOffset(year, month, day, hour, minute, Math.Min(second, 59), TimeSpan.Zero).ToUnixTimeSeconds();
        return true;
    }

    private static int Number(ReadOnlySpan<byte> digits)
    {
        var number = 0;
        foreach (var digit in digits)
        {
            number = (number * 10) + digit - '0';
        }

        return number;
    }

    private static void Digits(Span<byte> target, int value, int count)
    {
        for (var i = count - 1; i >= 0; i--, value /= 10)
        {
            target[i] = (byte)('0' + (value % 10));
        }
    }
}
