using System.Globalization;
using System.Xml;
using Waybill.SshKeys.Keys;

namespace Waybill.Core.Packs.Files;

/// <summary>Sites for FileZilla's <i>Import</i>. It takes no host keys and certificates there, so they stand in the comments, as its dialog shows them.</summary>
internal static class FileZillaFile
{
    private const string Sftp = "1";

    /// <summary>FTP with explicit TLS, and nothing without.</summary>
    private const string Ftpes = "4";

    /// <summary>FTP with implicit TLS.</summary>
    private const string Ftps = "3";

    private const string AskForPassword = "2";

    private const string KeyFile = "5";

    public static PackFile Write(PackContent content)
    {
        var facts = content.Facts;
        using var bytes = new MemoryStream();
        var settings = new XmlWriterSettings { Encoding = PackContent.Utf8, Indent = true, NewLineChars = "\n" };
        using (var xml = XmlWriter.Create(bytes, settings))
        {
            xml.WriteProcessingInstruction("xml", "version=\"1.0\" encoding=\"UTF-8\"");
            xml.WriteStartElement("FileZilla3");
            xml.WriteStartElement("Servers");
            foreach (var (endpoint, number) in content.Endpoints)
            {
                Write(xml, facts, endpoint, facts.SiteNameOf(number), Sftp, content.FileZillaKey.WithoutVariables(), Comments(facts, facts.HostKeys.Select(static key => KeyFingerprint.Putty(key.Key))));
            }

            foreach (var (endpoint, number) in content.FtpsEndpoints)
            {
                Write(xml, facts, endpoint, facts.FtpsSiteNameOf(number), endpoint.ImplicitTls ? Ftps : Ftpes, null, Comments(facts, facts.Ftps!.Certificates.Select(ShownOf)));
            }

            xml.WriteEndElement();
            xml.WriteEndElement();
            xml.WriteWhitespace("\n");
        }

        return new PackFile(facts.Alias + "-filezilla.xml", "application/xml", bytes.ToArray());
    }

    /// <summary>1 for Unix, 0 for no prefix, then length and text of each part.</summary>
    private static string SafePath(string path) =>
        "1 0" + string.Concat(path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(static part => string.Create(CultureInfo.InvariantCulture, $" {part.Length} {part}")));

    /// <summary>One site: with a key file, or for a password that is asked for.</summary>
    private static void Write(XmlWriter xml, PackFacts facts, PackEndpoint endpoint, string name, string protocol, string? keyFile, string comments)
    {
        xml.WriteStartElement("Server");
        xml.WriteElementString("Host", endpoint.Host);
        xml.WriteElementString("Port", endpoint.Port.ToString(CultureInfo.InvariantCulture));
        xml.WriteElementString("Protocol", protocol);
        xml.WriteElementString("Type", "0");
        xml.WriteElementString("User", facts.UserName);
        if (keyFile is not null)
        {
            xml.WriteElementString("Keyfile", keyFile);
        }

        xml.WriteElementString("Logontype", keyFile is null ? AskForPassword : KeyFile);
        xml.WriteElementString("EncodingType", "UTF-8");
        xml.WriteElementString("BypassProxy", "0");
        xml.WriteElementString("Name", name);
        if (facts.StartDirectory != "/")
        {
            xml.WriteElementString("RemoteDir", SafePath(facts.StartDirectory));
        }

        xml.WriteElementString("Comments", comments);
        xml.WriteEndElement();
    }

    private static string ShownOf(PackCertificate certificate) =>
        $"SHA-256 {certificate.Sha256}{(certificate.TakesOver is { } day ? $" from {day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)} on" : "")}";

    private static string Comments(PackFacts facts, IEnumerable<string> fingerprints) => string.Join('\n', fingerprints.Append(facts.Provider.SupportMail)).TrimEnd('\n');
}
