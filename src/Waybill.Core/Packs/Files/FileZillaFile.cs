using System.Globalization;
using System.Text;
using System.Xml;
using Waybill.SshKeys.Keys;

namespace Waybill.Core.Packs.Files;

/// <summary>Sites for FileZilla's <i>Import</i>. It takes no host keys there, so they stand in the comments, as its dialog shows them.</summary>
internal static class FileZillaFile
{
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
                xml.WriteStartElement("Server");
                xml.WriteElementString("Host", endpoint.Host);
                xml.WriteElementString("Port", endpoint.Port.ToString(CultureInfo.InvariantCulture));
                xml.WriteElementString("Protocol", "1");
                xml.WriteElementString("Type", "0");
                xml.WriteElementString("User", facts.UserName);
                xml.WriteElementString("Keyfile", content.FileZillaKey.WithoutVariables());
                xml.WriteElementString("Logontype", "5");
                xml.WriteElementString("EncodingType", "UTF-8");
                xml.WriteElementString("BypassProxy", "0");
                xml.WriteElementString("Name", facts.SiteNameOf(number));
                if (facts.StartDirectory != "/")
                {
                    xml.WriteElementString("RemoteDir", SafePath(facts.StartDirectory));
                }

                xml.WriteElementString("Comments", Comments(facts));
                xml.WriteEndElement();
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

    private static string Comments(PackFacts facts)
    {
        var text = new StringBuilder();
        foreach (var key in facts.HostKeys)
        {
            text.Append(KeyFingerprint.Putty(key.Key)).Append('\n');
        }

        return text.Append(facts.Provider.SupportMail).ToString().TrimEnd('\n');
    }
}
