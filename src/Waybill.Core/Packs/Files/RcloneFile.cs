using System.Globalization;
using System.Text;

namespace Waybill.Core.Packs.Files;

/// <summary>
/// A section of rclone.conf for each host. Without known_hosts_file rclone checks nothing; there is no shell to compute hashes with. For FTP over TLS rclone has no
/// setting that names a root: it takes those of the system, or of SSL_CERT_FILE.
/// </summary>
internal static class RcloneFile
{
    public static PackFile Write(PackContent content)
    {
        var text = new StringBuilder();
        foreach (var (endpoint, number) in content.Endpoints)
        {
            text.Append(CultureInfo.InvariantCulture, $"""
                [{content.Facts.AliasOf(number)}]
                type = sftp
                host = {endpoint.Host}
                port = {endpoint.Port}
                user = {content.Facts.UserName}
                key_file = {content.OpenSshKey.WithSlashes()}
                known_hosts_file = {content.OpenSshKey.Beside(content.KnownHostsName).WithSlashes()}
                shell_type = none
                md5sum_command = none
                sha1sum_command = none
                disable_hashcheck = true


                """);
        }

        foreach (var (endpoint, number) in content.FtpsEndpoints)
        {
            text.Append(CultureInfo.InvariantCulture, $"""
                [{content.Facts.FtpsAliasOf(number)}]
                type = ftp
                host = {endpoint.Host}
                port = {endpoint.Port}
                user = {content.Facts.UserName}
                {(endpoint.ImplicitTls ? "tls" : "explicit_tls")} = true


                """);
        }

        return new PackFile(content.Facts.Alias + "-rclone.conf", "text/plain", PackContent.UnixText(text.ToString().TrimEnd('\n') + "\n"));
    }
}
