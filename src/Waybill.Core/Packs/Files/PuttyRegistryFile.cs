using System.Globalization;
using System.Text;
using Waybill.SshKeys.Keys;

namespace Waybill.Core.Packs.Files;

/// <summary>
/// PuTTY's session and host keys. Not SSHManualHostKeys: once it is set it alone counts, and a new key needs a new file. PuTTY keeps one key of a type.
/// </summary>
internal static class PuttyRegistryFile
{
    private const string Root = @"HKEY_CURRENT_USER\Software\SimonTatham\PuTTY\";

    public static PackFile Write(PackContent content)
    {
        var facts = content.Facts;
        var text = new StringBuilder("Windows Registry Editor Version 5.00\n\n");
        foreach (var (endpoint, number) in content.Endpoints)
        {
            text.Append(CultureInfo.InvariantCulture, $"""
                [{Root}Sessions\{PuttyEscape.Name(facts.PuttySessionOf(number))}]
                "Present"=dword:00000001
                "HostName"={Quote(endpoint.Host)}
                "PortNumber"=dword:{endpoint.Port:x8}
                "Protocol"="ssh"
                "UserName"={Quote(facts.UserName)}
                "PublicKeyFile"={Quote(content.PuttyKey.WithoutVariables())}


                """);
        }

        text.Append(CultureInfo.InvariantCulture, $"[{Root}SshHostKeys]\n");
        foreach (var endpoint in facts.Endpoints)
        {
            foreach (var type in facts.HostKeys.GroupBy(key => HostKeyNotation.PuttyCacheName(endpoint.Host, endpoint.Port, key.Key)))
            {
                var key = type.OrderByDescending(static key => key.IsUsed).First();
                text.Append(CultureInfo.InvariantCulture, $"{Quote(type.Key)}={Quote(HostKeyNotation.PuttyCacheValue(key.Key))}\n");
            }
        }

        return new PackFile(
            facts.Alias + "-putty.reg", "text/plain",
            (byte[])[.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(text.ToString().ReplaceLineEndings("\r\n"))]);
    }

    private static string Quote(string text) => $"\"{text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
