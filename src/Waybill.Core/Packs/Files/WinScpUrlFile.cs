using System.Globalization;
using System.Text;
using Waybill.SshKeys.Keys;

namespace Waybill.Core.Packs.Files;

/// <summary>WinSCP's session URL, one for each host. A path that does not end with a slash would be a file to fetch.</summary>
internal static class WinScpUrlFile
{
    public static PackFile Write(PackContent content)
    {
        var text = new StringBuilder();
        foreach (var endpoint in content.Facts.Endpoints)
        {
            text.Append(UrlOf(content, endpoint)).Append('\n');
        }

        foreach (var (endpoint, number) in content.FtpsEndpoints)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"{(endpoint.ImplicitTls ? "ftps" : "ftpes")}://{Uri.EscapeDataString(content.Facts.UserName)};x-name={Uri.EscapeDataString(content.Facts.ProviderName + " FTPS")}@{PackContent.UrlHost(endpoint.Host)}:{endpoint.Port}{PackContent.UrlPath(content.StartWithSlash)}\n");
        }

        return new PackFile(content.Facts.Alias + "-winscp-url.txt", "text/plain", PackContent.WindowsText(text.ToString()));
    }

    public static string UrlOf(PackContent content, PackEndpoint endpoint)
    {
        var facts = content.Facts;
        var pins = string.Join("%3B", facts.HostKeys.Select(static key => Uri.EscapeDataString(KeyFingerprint.WinScpUrl(key.Key))));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"sftp://{Uri.EscapeDataString(facts.UserName)};fingerprint={pins};x-name={Uri.EscapeDataString(facts.ProviderName)};x-publickeyfile={Uri.EscapeDataString(content.PuttyKey.ForWinScp())}@{PackContent.UrlHost(endpoint.Host)}:{endpoint.Port}{PackContent.UrlPath(content.StartWithSlash)}");
    }
}
