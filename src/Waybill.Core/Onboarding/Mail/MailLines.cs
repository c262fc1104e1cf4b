namespace Waybill.Core.Onboarding.Mail;

/// <summary>Lines that end in CRLF, in LF or in CR: mails on disks have all three.</summary>
internal static class MailLines
{
    /// <summary>Where the line after the one at <paramref name="at"/> begins; <paramref name="end"/> is where this one ends without its line end.</summary>
    public static int Next(ReadOnlySpan<byte> text, int at, out int end)
    {
        var found = text[at..].IndexOfAny((byte)'\r', (byte)'\n');
        if (found < 0)
        {
            end = text.Length;
            return text.Length;
        }

        end = at + found;
        return end + (text[end] == '\r' && end + 1 < text.Length && text[end + 1] == '\n' ? 2 : 1);
    }
}
