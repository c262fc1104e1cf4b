using System.Text;

namespace Waybill.Core.Packs.Files;

/// <summary>
/// A script for <c>lftp -e "source FILE"</c>, or lines of its rc. lftp runs the system's ssh, which is given our configuration. The colon behind the user is an empty
/// password, without which lftp asks for one.
/// </summary>
internal static class LftpScriptFile
{
    public static PackFile Write(PackContent content)
    {
        var command = "ssh -a -x -F " + ShellText.Word(content.OpenSshKey.Beside(content.ConfigName).WithSlashes());
        var text = new StringBuilder("set sftp:auto-confirm no\n")
            .Append("set sftp:connect-program ").Append(Quote(command)).Append('\n');
        foreach (var (_, number) in content.Endpoints)
        {
            text.Append(number == 0 ? "" : "# ").Append("open sftp://").Append(Uri.EscapeDataString(content.Facts.UserName)).Append(":@").Append(content.Facts.AliasOf(number)).Append('\n');
        }

        return new PackFile(content.Facts.Alias + ".lftp", "text/plain", PackContent.UnixText(text.ToString()));
    }

    private static string Quote(string text) => $"\"{text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
