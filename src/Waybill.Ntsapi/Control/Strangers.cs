namespace Waybill.Ntsapi.Control;

/// <summary>
/// Lines of other protocols. Who makes a browser send its request here must not find its own words in the answer (ALPACA, CVE-2021-3618), so there is none.
/// </summary>
internal static class Strangers
{
    private static readonly string[] HttpMethods = ["GET", "POST", "PUT", "HEAD", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT", "PRI", "PROPFIND"];

    /// <summary>What protocol a line is of; null for ours.</summary>
    public static string? ProtocolOf(ReadOnlySpan<byte> line)
    {
        if (line is [0x16, 3, ..])
        {
            return "TLS, which has its own port or address";
        }

        if (line.StartsWith("SSH-"u8))
        {
            return "SSH";
        }

        var end = line.IndexOf((byte)' ');
        var verb = end < 0 ? line : line[..end];
        foreach (var method in HttpMethods)
        {
            if (verb.Length == method.Length && System.Text.Ascii.Equals(verb, method))
            {
                return "HTTP";
            }
        }

        return null;
    }
}
