using System.Globalization;
using System.Text;

namespace Waybill.Core.Packs.Files;

/// <summary>FTP over TLS for logins with a password: the root certificate, a script for lftp and one for curl. No password is in them: a person types it, a job has it in ~/.netrc.</summary>
internal static class FtpsFiles
{
    public static IEnumerable<PackFile> All(PackContent content)
    {
        if (content.Facts.Ftps is not { } ftps)
        {
            yield break;
        }

        if (ftps.RootPem is { } root)
        {
            yield return new PackFile(content.RootName, "application/x-x509-ca-cert", PackContent.UnixText(root.TrimEnd('\n') + "\n"));
        }

        yield return Lftp(content, ftps);
        yield return Curl(content, ftps);
    }

    /// <summary>The five settings without which lftp would speak without TLS or believe anybody, and the root. lftp makes a whole path of its name at once.</summary>
    private static PackFile Lftp(PackContent content, PackFtps ftps)
    {
        var text = new StringBuilder("""
            set ftp:ssl-force yes
            set ftp:ssl-protect-data yes
            set ftp:ssl-protect-list yes
            set ssl:check-hostname yes
            set ssl:verify-certificate yes

            """);
        if (ftps.RootPem is not null)
        {
            text.Append("set ssl:ca-file \"").Append(content.RootName).Append("\"\n");
        }

        foreach (var (endpoint, number) in content.FtpsEndpoints)
        {
            text.Append(CultureInfo.InvariantCulture, $"{(number == 0 ? "" : "# ")}open -u {Uri.EscapeDataString(content.Facts.UserName)} {endpoint.FtpScheme}://{PackContent.UrlHost(endpoint.Host)}:{endpoint.Port}{PackContent.FtpPath(content.Facts.StartDirectory)}\n");
        }

        return new PackFile(content.Facts.Alias + "-lftp-ftps.lftp", "text/plain", PackContent.UnixText(text.ToString()));
    }

    private static PackFile Curl(PackContent content, PackFtps ftps)
    {
        var main = ftps.Endpoints[0];
        var values = new PackValues
        {
            ["file"] = content.Facts.Alias + "-curl-ftps.sh",
            ["user"] = ShellText.Word(content.Facts.UserName),
            ["urlUser"] = Uri.EscapeDataString(content.Facts.UserName),
            ["root"] = content.RootName,
            ["host"] = string.Create(CultureInfo.InvariantCulture, $"{PackContent.UrlHost(main.Host)}:{main.Port}"),
            ["scheme"] = main.FtpScheme,
            ["netrcHost"] = main.Host,
            ["start"] = ShellText.Word(PackContent.UrlPath(content.StartWithSlash)),
        };
        values.When("hasRoot", ftps.RootPem is not null);
        return new PackFile(content.Facts.Alias + "-curl-ftps.sh", "text/plain", PackContent.UnixText(PackTemplate.Load("curl-ftps.sh").Render(values)));
    }
}
