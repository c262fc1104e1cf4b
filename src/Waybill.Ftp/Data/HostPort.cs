using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Waybill.Ftp.Data;

/// <summary>The arguments of PORT and EPRT, read strictly and without a resolver: an address that no parser has to guess at.</summary>
internal static class HostPort
{
    private const int Longest = 64;

    /// <summary>h1,h2,h3,h4,p1,p2: six decimal numbers of 0 to 255 (RFC 959 section 5.3.2).</summary>
    public static bool TryParsePort(ReadOnlySpan<byte> argument, out IPEndPoint? endPoint)
    {
        endPoint = null;
        if (argument.Length > Longest)
        {
            return false;
        }

        Span<byte> numbers = stackalloc byte[6];
        var count = 0;
        foreach (var range in argument.Split((byte)','))
        {
            if (count == numbers.Length || !TryParseNumber(argument[range], byte.MaxValue, out var number))
            {
                return false;
            }

            numbers[count++] = (byte)number;
        }

        if (count != numbers.Length)
        {
            return false;
        }

        endPoint = new IPEndPoint(new IPAddress(numbers[..4]), (numbers[4] << 8) | numbers[5]);
        return true;
    }

    /// <summary>d net-prt d net-addr d tcp-port d (RFC 2428 section 2); the delimiter is any printable character but a letter, a digit, a point or a colon.</summary>
    public static bool TryParseExtended(ReadOnlySpan<byte> argument, out IPEndPoint? endPoint, out bool isKnownProtocol)
    {
        (endPoint, isKnownProtocol) = (null, true);
        if (argument.Length is < 7 or > Longest || argument[0] is < 33 or > 126 || IsOfAddress(argument[0]) || argument[^1] != argument[0])
        {
            return false;
        }

        var delimiter = argument[0];
        var text = argument[1..^1];
        Span<Range> fields = stackalloc Range[4];
        var count = 0;
        foreach (var range in text.Split(delimiter))
        {
            if (count == 3)
            {
                return false;
            }

            fields[count++] = range;
        }

        if (count != 3 || !TryParseNumber(text[fields[2]], ushort.MaxValue, out var port) || !TryParseNumber(text[fields[0]], ushort.MaxValue, out var protocol))
        {
            return false;
        }

        isKnownProtocol = protocol is 1 or 2;
        if (!isKnownProtocol)
        {
            return true;
        }

        var address = text[fields[1]];
        var family = protocol == 1 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6;
        if (!IPAddress.TryParse(Encoding.ASCII.GetString(address), out var parsed) || parsed.AddressFamily != family || address.Contains((byte)'%')
            || (protocol == 1 && address.Count((byte)'.') != 3))
        {
            return false;
        }

        endPoint = new IPEndPoint(parsed, port);
        return true;
    }

    private static bool IsOfAddress(byte c) => char.IsAsciiLetterOrDigit((char)c) || c is (byte)'.' or (byte)':';

    private static bool TryParseNumber(ReadOnlySpan<byte> text, int maximum, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && text.Length <= 5 && number <= maximum;
}
