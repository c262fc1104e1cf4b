using System.Text;
using System.Text.RegularExpressions;

namespace Waybill.Portal.Tests.Support;

/// <summary>The folder that mails are written to where there is no mail server.</summary>
internal static partial class MailBox
{
    /// <summary>The path of the link in the mail to an address, once there are so many of them; the newest one's.</summary>
    public static async Task<string> LinkAsync(PortalServer server, string address, int count = 1)
    {
        var folder = Path.Combine(server.Data, "mail");
        var waited = System.Diagnostics.Stopwatch.StartNew();
        while (true)
        {
            List<string> links = [];
            foreach (var file in Directory.Exists(folder) ? Directory.GetFiles(folder, "*.eml").Order(StringComparer.Ordinal).ToArray() : [])
            {
                var mail = await File.ReadAllTextAsync(file);
                if (mail.Contains(address, StringComparison.Ordinal) && Link().Match(Decode(mail)) is { Success: true } match)
                {
                    links.Add(new Uri(match.Value).PathAndQuery);
                }
            }

            if (links.Count >= count)
            {
                return links[count - 1];
            }

            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(60), $"{links.Count} mails with a link were written to {address}");
            await Task.Delay(100);
        }
    }

    /// <summary>A mail with its base64 parts as people read them.</summary>
    public static string Decode(string mail) => Encoded().Replace(
        mail, match => Encoding.UTF8.GetString(Convert.FromBase64String(match.Groups[1].Value.ReplaceLineEndings(""))));

    [GeneratedRegex(@"base64\r\n\r\n([A-Za-z0-9+/=\r\n]+)")]
    private static partial Regex Encoded();

    [GeneratedRegex(@"https://localhost:\d+/l/[A-Za-z0-9_-]{43}")]
    private static partial Regex Link();
}
