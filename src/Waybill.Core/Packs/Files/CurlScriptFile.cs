using System.Globalization;
using Waybill.SshKeys.Keys;

namespace Waybill.Core.Packs.Files;

/// <summary>
/// curl, which reads no known_hosts but the user's own and pins one key. The key is that of the type which libssh2 prefers of those on offer: ECDSA, Ed25519, RSA.
/// Under the policy modern libssh2 before 1.11.0 finds no MAC that it knows, so the script looks before it fails; under pq none can connect.
/// </summary>
internal static class CurlScriptFile
{
    private static readonly string[] Preferred = ["ecdsa-sha2-nistp256", "ssh-ed25519", "ssh-rsa"];

    public static PackFile Write(PackContent content)
    {
        var main = content.Facts.Endpoints[0];
        var values = new PackValues
        {
            ["file"] = content.Facts.Alias + "-curl.sh",
            ["command"] = string.Create(
                CultureInfo.InvariantCulture,
                $"curl --key {ShellText.Word(content.OpenSshKey.WithSlashes())} -u {ShellText.Word(content.Facts.UserName)}: --hostpubsha256 {KeyFingerprint.Sha256Bare(PinOf(content.Facts, main).Span)}"),
            ["url"] = string.Create(CultureInfo.InvariantCulture, $"sftp://{PackContent.UrlHost(main.Host)}:{main.Port}"),
            ["start"] = ShellText.Word(PackContent.UrlPath(content.StartWithSlash)),
        };
        values.OneOf(main.Policy, "modern", "compat", "pq");
        return new PackFile(content.Facts.Alias + "-curl.sh", "text/plain", PackContent.UnixText(PackTemplate.Load("curl.sh").Render(values)));
    }

    private static ReadOnlyMemory<byte> PinOf(PackFacts facts, PackEndpoint endpoint) => facts.HostKeys
        .Where(key => endpoint.Policy == PackPolicy.Compat || key.Key.KeyType != Preferred[0])
        .OrderByDescending(static key => key.IsUsed)
        .ThenBy(static key => Array.IndexOf(Preferred, key.Key.KeyType))
        .First().Key.Blob;
}
