using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Waybill.Ftp.Tests.Peers;

/// <summary>What has been said before an order's first step.</summary>
internal enum OrderStart
{
    /// <summary>The greeting.</summary>
    Plain,

    /// <summary>AUTH TLS and the handshake.</summary>
    Secured,

    /// <summary>The login, PBSZ 0 and PROT P too.</summary>
    LoggedIn,
}

/// <summary>Commands in their order, which make one session.</summary>
internal sealed partial record CommandOrder(OrderStart Start, IReadOnlyList<string> Steps)
{
    public const string Arrow = " -> ";

    /// <summary>Begins a step that may have no reply.</summary>
    public const string Silent = "? ";

    /// <summary>Ends a step whose transfer is left running.</summary>
    public const string Running = " &";

    /// <summary>All of <c>orders.txt</c>, which says how it is written.</summary>
    public static IReadOnlyList<CommandOrder> ReadAll()
    {
        using var resource = typeof(CommandOrder).Assembly.GetManifestResourceStream("orders.txt")!;
        using var reader = new StreamReader(resource);
        var orders = new List<CommandOrder>();
        var start = OrderStart.Plain;
        while (reader.ReadLine() is { } line)
        {
            switch (line)
            {
                case "" or ['#', ..]:
                    break;
                case "[plain]":
                    start = OrderStart.Plain;
                    break;
                case "[tls]":
                    start = OrderStart.Secured;
                    break;
                case "[in]":
                    start = OrderStart.LoggedIn;
                    break;
                default:
                    orders.Add(new CommandOrder(start, line.Split(Arrow)));
                    break;
            }
        }

        return orders;
    }

    /// <summary>The bytes of a step.</summary>
    public static byte[] Expand(string step, OrderServer server, int port)
    {
        var text = Repeated().Replace(step, match => new string(match.Groups[1].Value[0], int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture)))
            .Replace("<user>", server.User, StringComparison.Ordinal).Replace("<password>", server.Password, StringComparison.Ordinal)
            .Replace("<port>", step.StartsWith("PORT", StringComparison.Ordinal) ? $"{port >> 8},{port & 0xFF}" : $"{port}", StringComparison.Ordinal);
        var bytes = new List<byte>();
        var last = 0;
        foreach (Match match in HexByte().Matches(text))
        {
            bytes.AddRange(Encoding.UTF8.GetBytes(text[last..match.Index]));
            bytes.Add(byte.Parse(match.Groups[1].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
            last = match.Index + match.Length;
        }

        return [.. bytes, .. Encoding.UTF8.GetBytes(text[last..]), (byte)'\r', (byte)'\n'];
    }

    public override string ToString() => string.Join(Arrow, Steps);

    [GeneratedRegex("<(.)\\*([0-9]+)>")]
    private static partial Regex Repeated();

    [GeneratedRegex("<([0-9A-F]{2})>")]
    private static partial Regex HexByte();
}
