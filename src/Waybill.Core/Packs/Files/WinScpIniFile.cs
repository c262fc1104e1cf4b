using System.Globalization;
using System.Text;
using Waybill.SshKeys.Keys;

namespace Waybill.Core.Packs.Files;

/// <summary>
/// A site for WinSCP's <i>Import Sites</i>. FSProtocol 2 is SFTP alone: with SCP to fall back to, a refused start ends in a message about a shell.
/// FSProtocol 5 with Ftps 3 is FTP with explicit TLS, with 1 implicit.
/// </summary>
internal static class WinScpIniFile
{
    public static PackFile Write(PackContent content)
    {
        var facts = content.Facts;
        var pins = string.Join(';', facts.HostKeys.Select(static key => PuttyEscape.Value(KeyFingerprint.WinScp(key.Key))));
        var text = new StringBuilder();
        foreach (var (endpoint, number) in content.Endpoints)
        {
            text.Append(CultureInfo.InvariantCulture, $"""
                [Sessions\{PuttyEscape.Name(facts.SiteNameOf(number))}]
                HostName={PuttyEscape.Value(endpoint.Host)}
                PortNumber={endpoint.Port}
                UserName={PuttyEscape.Value(facts.UserName)}
                FSProtocol=2
                PublicKeyFile={PuttyEscape.Value(content.PuttyKey.ForWinScp())}
                RemoteDirectory={PuttyEscape.Value(facts.StartDirectory)}
                SshHostKey={pins}


                """);
        }

        foreach (var (endpoint, number) in content.FtpsEndpoints)
        {
            text.Append(CultureInfo.InvariantCulture, $"""
                [Sessions\{PuttyEscape.Name(facts.FtpsSiteNameOf(number))}]
                HostName={PuttyEscape.Value(endpoint.Host)}
                PortNumber={endpoint.Port}
                UserName={PuttyEscape.Value(facts.UserName)}
                FSProtocol=5
                Ftps={(endpoint.ImplicitTls ? 1 : 3)}
                RemoteDirectory={PuttyEscape.Value(facts.StartDirectory)}


                """);
        }

        text.Append("[SshHostKeys]\n");
        foreach (var endpoint in facts.Endpoints)
        {
            foreach (var type in facts.HostKeys.GroupBy(key => HostKeyNotation.PuttyCacheName(endpoint.Host, endpoint.Port, key.Key)))
            {
                text.Append(CultureInfo.InvariantCulture, $"{PuttyEscape.HostKeyName(type.Key)}={string.Join(';', type.Select(static key => HostKeyNotation.PuttyCacheValue(key.Key)))}\n");
            }
        }

        return new PackFile(facts.Alias + "-winscp.ini", "text/plain", PackContent.WindowsText(text.ToString()));
    }
}
