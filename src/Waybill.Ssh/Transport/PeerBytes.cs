using System.Text;
using Waybill.Net.Logging;

namespace Waybill.Ssh.Transport;

/// <summary>Bytes of the peer as words for a log or a report: decoded as UTF-8, escaped and cut by <see cref="PeerText"/>.</summary>
internal static class PeerBytes
{
    public static string Show(ReadOnlySpan<byte> bytes, int maximumLength = PeerText.MaximumLength) =>
        PeerText.Sanitise(Encoding.UTF8.GetString(bytes[..Math.Min(bytes.Length, 4 * maximumLength)]), maximumLength);
}
