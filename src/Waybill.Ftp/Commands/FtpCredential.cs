using System.Text;
using System.Text.Unicode;

namespace Waybill.Ftp.Commands;

/// <summary>A user name or password as it comes: UTF-8 without control characters, of bounded length.</summary>
internal static class FtpCredential
{
    public static bool TryRead(ReadOnlySpan<byte> bytes, int maximum, out string text)
    {
        text = "";
        if (bytes.Length > maximum || !Utf8.IsValid(bytes))
        {
            return false;
        }

        text = Encoding.UTF8.GetString(bytes);
        return !text.Any(char.IsControl);
    }
}
