using System.Text;
using Waybill.Ftp.Control;
using Waybill.Ftp.Listings;
using Waybill.Storage;

namespace Waybill.Ftp.Commands;

/// <summary>MFMT and MFF (draft-somers-ftp-mfxx-04): times, and permissions, as clients set them after an upload.</summary>
internal static class ModifyCommands
{
    private const int ModeDigits = 4;

    /// <summary>YYYYMMDDHHMMSS SP path.</summary>
    public static async ValueTask<FtpReply> TimeAsync(FtpSession session, FtpRequest request)
    {
        if (!TrySplit(request.Argument, out var text, out var path) || !FtpTime.TryParse(text.Span, out var time))
        {
            return FtpReply.Syntax("MFMT takes a time, YYYYMMDDHHMMSS in UTC, and a path.");
        }

        return await SetAsync(session, path, new AttributeChanges(ModificationTime: time), $"Modify={FtpTime.Of(time)};").ConfigureAwait(false);
    }

    /// <summary>1*( fact "=" value ";" ) SP path.</summary>
    public static async ValueTask<FtpReply> FactsAsync(FtpSession session, FtpRequest request)
    {
        if (!TrySplit(request.Argument, out var facts, out var path) || !TryRead(facts.Span, out var changes))
        {
            return FtpReply.Syntax("MFF takes Modify=YYYYMMDDHHMMSS; and UNIX.mode=0644; and then a path.");
        }

        return await SetAsync(session, path, changes, Encoding.ASCII.GetString(facts.Span)).ConfigureAwait(false);
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

    private static bool TrySplit(ReadOnlyMemory<byte> argument, out ReadOnlyMemory<byte> first, out ReadOnlyMemory<byte> path)
    {
        var blank = argument.Span.IndexOf((byte)' ');
        first = blank < 0 ? default : argument[..blank];
        path = blank < 0 ? default : argument[(blank + 1)..];
        return !first.IsEmpty && !path.IsEmpty;
    }

    private static async ValueTask<FtpReply> SetAsync(FtpSession session, ReadOnlyMemory<byte> text, AttributeChanges changes, string done)
    {
        if (session.TryPath(text.Span, out var path) is { } problem)
        {
            return problem;
        }

        // Of an own fresh upload the times may be set where nothing else may be; its permissions are left alone, and the client is told that all is well.
        if (session.OwnUploads.Contains(path!) && !session.Files.RightsAt(path!).HasFlag(FileRights.SetAttributes))
        {
            changes = changes with { Permissions = null };
        }
        else if (await session.Files.RequireAsync(path!, FileRights.SetAttributes, FileOperation.SetAttributes).ConfigureAwait(false) is { IsOk: false } refusal)
        {
            return FtpReply.Of(refusal);
        }

        var answer = changes.IsEmpty ? default : await session.Files.SetAttributesAsync(path!, changes).ConfigureAwait(false);
        return answer.IsOk ? new FtpReply(213, $"{done} {path}") : FtpReply.Of(answer);
    }
}
