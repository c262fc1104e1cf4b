using Waybill.Storage;
using Waybill.Storage.Access;

namespace Waybill.Sftp.Handlers;

/// <summary>STAT, LSTAT, SETSTAT, lsetstat@openssh.com, REMOVE, RENAME, posix-rename@openssh.com, REALPATH, expand-path@openssh.com and home-directory.</summary>
internal static class PathHandlers
{
    /// <summary>string path.</summary>
    public static async ValueTask<SftpAnswer> StatAsync(SftpSession session, SftpRequest request)
    {
        var attributes = await session.Store.GetAttributesAsync(request.Path!, request.Operation.FollowsLink).ConfigureAwait(false);
        if (attributes.Error != StoreError.None)
        {
            return attributes.Error;
        }

        if (request.DirectoriesOnly && attributes.Value.Kind != FileKind.Directory)
        {
            return StoreError.NotFound;
        }

        session.Output.Attributes(request.Id, attributes.Value);
        return SftpOutcome.Sent;
    }

    /// <summary>string path, ATTRS.</summary>
    public static async ValueTask<SftpAnswer> SetStatAsync(SftpSession session, SftpRequest request)
    {
        if (!FileHandlers.TryReadAttributes(request, out var wanted))
        {
            return SftpOutcome.Malformed;
        }

        var answer = SftpAttributePolicy.Decide(
            wanted, request.Rights, request.OwnUpload, mayResize: request.Rights.HasFlag(FileRights.Overwrite), out var changes);
        if (!answer.IsOk || changes.IsEmpty)
        {
            return answer;
        }

        answer = await session.Store.SetAttributesAsync(request.Path!, changes, request.Operation.FollowsLink).ConfigureAwait(false);
        return answer.IsOk ? await session.RecordAsync(new FileEvent(FileOperation.SetAttributes, request.Path!, Changes: changes)).ConfigureAwait(false) : answer;
    }

    /// <summary>string path.</summary>
    public static async ValueTask<SftpAnswer> RemoveAsync(SftpSession session, SftpRequest request)
    {
        SftpAnswer answer = await session.Store.RemoveAsync(request.Path!).ConfigureAwait(false);
        if (!answer.IsOk)
        {
            return answer;
        }

        session.OwnUploads.Remove(request.Path!);
        return await session.RecordAsync(new FileEvent(FileOperation.Remove, request.Path!)).ConfigureAwait(false);
    }

    /// <summary>string oldpath, string newpath. Never replaces: the draft says so, and WinSCP removes the target itself.</summary>
    public static ValueTask<SftpAnswer> RenameAsync(SftpSession session, SftpRequest request) => RenameAsync(session, request, replace: false);

    /// <summary>string oldpath, string newpath. Replaces atomically; without it rclone would remove the target first.</summary>
    public static async ValueTask<SftpAnswer> ReplaceAsync(SftpSession session, SftpRequest request)
    {
        var mayReplace = request.TargetRights.HasFlag(FileRights.Overwrite);
        var answer = await RenameAsync(session, request, mayReplace).ConfigureAwait(false);
        return !mayReplace && answer.Error == StoreError.AlreadyExists ? StoreError.PermissionDenied : answer;
    }

    /// <summary>
    /// string path. Lexical, as every path of this server is read, so that what it answers means the same when it is sent back; it asks the disk nothing and
    /// tells nothing of what exists. Fields after it are of later versions and have no meaning here.
    /// </summary>
    public static ValueTask<SftpAnswer> RealPathAsync(SftpSession session, SftpRequest request)
    {
        var reader = request.Fields;
        var text = reader.ReadString();
        return new(reader.Succeeded ? AnswerPath(session, request, text) : SftpOutcome.Malformed);
    }

    /// <summary>string path, which may begin with ~.</summary>
    public static ValueTask<SftpAnswer> ExpandPathAsync(SftpSession session, SftpRequest request)
    {
        var reader = request.Fields;
        var text = reader.ReadString();
        if (!reader.EndsHere)
        {
            return new(SftpOutcome.Malformed);
        }

        if (!text.StartsWith("~"u8))
        {
            return new(AnswerPath(session, request, text));
        }

        // The path behind ~/ is relative to the start directory, and ~ itself is that directory.
        var rest = text[1..];
        return new(rest is [] or [(byte)'/', ..] ? AnswerPath(session, request, rest.TrimStart((byte)'/')) : SftpOutcome.OtherHome);
    }

    /// <summary>string username: the answer is the same for every name, so that it tells nothing of which exist.</summary>
    public static ValueTask<SftpAnswer> HomeDirectoryAsync(SftpSession session, SftpRequest request)
    {
        var reader = request.Fields;
        reader.ReadString();
        return new(reader.EndsHere ? AnswerPath(session, request, "."u8) : SftpOutcome.Malformed);
    }

    private static SftpAnswer AnswerPath(SftpSession session, SftpRequest request, ReadOnlySpan<byte> text)
    {
        var answer = session.ParsePath(text, out var path);
        if (!answer.IsOk)
        {
            return answer.Outcome == SftpOutcome.ReservedName ? StoreError.NotFound : answer;
        }

        session.Output.Name(request.Id, path!.Bytes);
        return SftpOutcome.Sent;
    }

    private static async ValueTask<SftpAnswer> RenameAsync(SftpSession session, SftpRequest request, bool replace)
    {
        var (source, target) = (request.Path!, request.Target!);
        if (source.Equals(target))
        {
            // Onto itself: nothing to do, if it is there.
            return (await session.Store.GetAttributesAsync(source, followLink: false).ConfigureAwait(false)).Error;
        }

        var (error, renamed) = await Renaming.RenameAsync(session.Store, source, target, replace).ConfigureAwait(false);
        if (error != StoreError.None)
        {
            return error;
        }

        session.OwnUploads.Renamed(source, target);
        return await session.RecordAsync(renamed).ConfigureAwait(false);
    }
}
