using System.Text;
using Waybill.Ftp.Control;
using Waybill.Ftp.Listings;
using Waybill.Storage;

namespace Waybill.Ftp.Commands;

/// <summary>MFF (draft-somers-ftp-mfxx-04): times and permissions, as clients set them after an upload.</summary>
internal static class MffCommand
{
    private const int ModeDigits = 4;

    /// <summary>1*( fact "=" value ";" ) SP path.</summary>
    public static async ValueTask<FtpReply> RunAsync(FtpSession session, FtpRequest request)
    {
        if (!ModifyFact.TrySplit(request.Argument, out var facts, out var path) || !TryRead(facts.Span, out var changes))
        {
            return FtpReply.Syntax("MFF takes Modify=YYYYMMDDHHMMSS; and UNIX.mode=0644; and then a path.");
        }

        return await ModifyFact.SetAsync(session, path, changes).ConfigureAwait(false);
    }

    /// <summary>Reads what MFF is to set; a fact that is not known is a refusal, since the client would believe it done.</summary>
    public static bool TryRead(ReadOnlySpan<byte> facts, out AttributeChanges changes)
    {
        changes = default;
        while (!facts.IsEmpty)
        {
            var (equals, end) = (facts.IndexOf((byte)'='), facts.IndexOf((byte)';'));
            if (equals < 0 || end < equals)
            {
                return false;
            }

            var name = facts[..equals];
            var value = facts[(equals + 1)..end];
            facts = facts[(end + 1)..];
            if (Ascii.EqualsIgnoreCase(name, "modify"u8) && FtpTime.TryParse(value, out var time))
            {
                changes = changes with { ModificationTime = time };
            }
            else if (Ascii.EqualsIgnoreCase(name, "unix.mode"u8) && TryReadMode(value, out var mode))
            {
                changes = changes with { Permissions = mode };
            }
            else
            {
                return false;
            }
        }

        return !changes.IsEmpty;
    }

    private static bool TryReadMode(ReadOnlySpan<byte> text, out int mode)
    {
        mode = 0;
        if (text.Length is 0 or > ModeDigits || text.ContainsAnyExceptInRange((byte)'0', (byte)'7'))
        {
            return false;
        }

        foreach (var digit in text)
        {
            mode = (mode << 3) | (digit - '0');
        }

        mode &= 0x1FF;
        return true;
    }
}
