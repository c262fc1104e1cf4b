namespace Waybill.Ftp.Control;

/// <summary>
/// The control connection is Telnet by its letter (RFC 959 section 2.3): clients put IAC IP IAC DM before ABOR. Its commands are taken out, IAC IAC is the byte 255.
/// </summary>
internal static class TelnetBytes
{
    private const byte Iac = 255;
    private const byte SubnegotiationEnd = 240;
    private const byte Subnegotiation = 250;
    private const byte Will = 251;

    /// <summary>Takes them out in place, and returns what is left.</summary>
    public static int Strip(Span<byte> line)
    {
        var from = line.IndexOf(Iac);
        if (from < 0)
        {
            return line.Length;
        }

        var to = from;
        while (from < line.Length)
        {
            if (line[from] != Iac)
            {
                line[to++] = line[from++];
                continue;
            }

            if (from + 1 < line.Length && line[from + 1] == Iac)
            {
                line[to++] = Iac;
                from += 2;
                continue;
            }

            from = SkipCommand(line, from);
        }

        return to;
    }

    private static int SkipCommand(ReadOnlySpan<byte> line, int from)
    {
        if (from + 1 >= line.Length)
        {
            return line.Length;
        }

        switch (line[from + 1])
        {
            case >= Will:
                return Math.Min(line.Length, from + 3);
            case Subnegotiation:
                var end = line[from..].IndexOf([Iac, SubnegotiationEnd]);
                return end < 0 ? line.Length : from + end + 2;
            case >= SubnegotiationEnd:
                return from + 2;
            default:
                // The DM behind it came as urgent data, which is not in the stream: what follows is the command's first letter.
                return from + 1;
        }
    }
}
