using System.Text;
using Waybill.SshKeys.Keys;

namespace Waybill.Core.Packs.Files;

/// <summary>
/// <c>known_hosts</c>: a line for each name and key. No comma lists, of which WinSCP's import reads the first name alone; and every type, since rclone takes a type
/// that it does not find for a changed key.
/// </summary>
internal static class KnownHostsFile
{
    public static PackFile Write(PackContent content)
    {
        var text = new StringBuilder();
        foreach (var endpoint in content.Facts.Endpoints)
        {
            foreach (var key in content.Facts.HostKeys)
            {
                text.Append(HostKeyNotation.KnownHostsLine(endpoint.Host, endpoint.Port, key.Key)).Append('\n');
            }
        }

        return new PackFile(content.KnownHostsName, "text/plain", PackContent.UnixText(text.ToString()));
    }
}
