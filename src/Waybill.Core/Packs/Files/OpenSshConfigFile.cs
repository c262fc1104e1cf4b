using System.Globalization;
using System.Text;

namespace Waybill.Core.Packs.Files;

/// <summary>
/// <c>ssh -F</c>. No HostKeyAlias: with it the look-up has no port and finds no <c>[host]:port</c> line. UpdateHostKeys is off as soon as a known_hosts file is
/// named, and announced keys would not be learned.
/// </summary>
internal static class OpenSshConfigFile
{
    public static PackFile Write(PackContent content)
    {
        var text = new StringBuilder();
        foreach (var (endpoint, number) in content.Endpoints)
        {
            text.Append(CultureInfo.InvariantCulture, $"""
                Host {content.Facts.AliasOf(number)}
                  HostName {endpoint.Host}
                  Port {endpoint.Port}
                  User {content.Facts.UserName}
                  IdentityFile {Quote(content.OpenSshKey)}
                  IdentitiesOnly yes
                  PreferredAuthentications publickey
                  UserKnownHostsFile {Quote(content.OpenSshKey.Beside(content.KnownHostsName))}
                  StrictHostKeyChecking yes
                  UpdateHostKeys yes

                """);
        }

        return new PackFile(content.ConfigName, "text/plain", PackContent.UnixText(text.ToString()));
    }

    /// <summary>One quoted word. A percent sign begins a token of ssh_config; a home directory is expanded inside the quotes too.</summary>
    private static string Quote(KeyFilePath path) =>
        $"\"{path.WithSlashes().Replace("%", "%%", StringComparison.Ordinal).Replace(@"\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
