using Waybill.Ftp.Control;
using Waybill.Ftp.Listings;
using Waybill.Storage;

namespace Waybill.Ftp.Commands;

/// <summary>Of MFMT and MFF: a fact or facts, a blank, a path; and how they are set.</summary>
internal static class ModifyFact
{
    /// <summary>Cuts the argument at its first blank; the path may have more.</summary>
    public static bool TrySplit(ReadOnlyMemory<byte> argument, out ReadOnlyMemory<byte> first, out ReadOnlyMemory<byte> path)
    {
        var blank = argument.Span.IndexOf((byte)' ');
        first = blank < 0 ? default : argument[..blank];
        path = blank < 0 ? default : argument[(blank + 1)..];
        return !first.IsEmpty && !path.IsEmpty;
    }

    /// <summary>Sets them. The reply has what was set, which is not always what was asked for: file systems keep times within bounds of their own.</summary>
    public static async ValueTask<FtpReply> SetAsync(FtpSession session, ReadOnlyMemory<byte> text, AttributeChanges wanted)
    {
        if (session.TryPath(text.Span, out var path) is { } problem)
        {
            return problem;
        }

        // Of an own fresh upload the times may be set where nothing else may be; its permissions are left alone, and the client is told that all is well.
        var changes = wanted;
        if (session.OwnUploads.Contains(path!) && !session.Files.RightsAt(path!).HasFlag(FileRights.SetAttributes))
        {
            changes = changes with { Permissions = null };
        }
        else if (await session.Files.RequireAsync(path!, FileRights.SetAttributes, FileOperation.SetAttributes).ConfigureAwait(false) is { IsOk: false } refusal)
        {
            return FtpReply.Of(refusal);
        }

        var answer = changes.IsEmpty ? default : await session.Files.SetAttributesAsync(path!, changes).ConfigureAwait(false);
        if (!answer.IsOk)
        {
            return FtpReply.Of(answer);
        }

        var there = await session.Files.LookAsync(path!).ConfigureAwait(false);
        return there.Succeeded ? new FtpReply(213, $"{Describe(wanted, there.Value)} {path}") : FtpReply.Of(there.Error);
    }

    private static string Describe(AttributeChanges wanted, in Storage.FileAttributes there)
    {
        var time = wanted.ModificationTime is null ? "" : $"Modify={FtpTime.Of(there.ModificationTime)};";
        return wanted.Permissions is null ? time : $"{time}UNIX.mode=0{Convert.ToString(there.Permissions & 0x1FF, 8).PadLeft(3, '0')};";
    }
}
