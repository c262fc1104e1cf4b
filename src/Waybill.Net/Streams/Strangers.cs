namespace Waybill.Net.Streams;

/// <summary>
/// Lines of other protocols. Who makes a browser send its request here must not find its own words in the answer (ALPACA, CVE-2021-3618), so there is none.
/// </summary>
public static class Strangers
{
    private static readonly string[] HttpMethods = ["GET", "POST", "PUT", "HEAD", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT", "PRI", "PROPFIND"];

    /// <summary>What protocol the first bytes of a line are of; null for none of these.</summary>
    /// <param name="line">A line, or the start of one.</param>
    /// <param name="tls">What to say of TLS that came where it begins in another way.</param>
    public static string? ProtocolOf(ReadOnlySpan<byte> line, string tls)
    {
        if (line is [0x16, 3, ..])
        {
            return tls;
        }

        if (line.StartsWith("SSH-"u8))
        {
            return "SSH";
        }

        var end = line.IndexOf((byte)' ');
        var verb = end < 0 ? line : line[..end];
        foreach (var method in HttpMethods)
        {
            if (verb.Length == method.Length && System.Text.Ascii.EqualsIgnoreCase(verb, method))
            {
                return "HTTP";
            }
        }

        return null;
    }
}
