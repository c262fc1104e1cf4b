using Waybill.Storage;

namespace Waybill.Sftp.Handlers;

/// <summary>READLINK, SYMLINK and hardlink@openssh.com.</summary>
internal static class LinkHandlers
{
    /// <summary>string path. The store answers what the login may see, never a path of the back end.</summary>
    public static async ValueTask<SftpAnswer> ReadAsync(SftpSession session, SftpRequest request)
    {
        var text = await session.Store.ReadLinkAsync(request.Path!).ConfigureAwait(false);
        if (!text.Succeeded)
        {
            return text.Error;
        }

        session.Output.Name(request.Id, text.Value);
        return SftpOutcome.Sent;
    }

    /// <summary>string targetpath, string linkpath.</summary>
    public static async ValueTask<SftpAnswer> MakeSymbolicAsync(SftpSession session, SftpRequest request)
    {
        // The text is a path too: what no request could name is not stored in a link either.
        var text = session.ParsePath(request.Text.Span, out _);
        if (!text.IsOk)
        {
            return text;
        }

        if (request.Text.IsEmpty)
        {
            return StoreError.NotFound;
        }

        SftpAnswer answer = await session.Store.MakeSymbolicLinkAsync(request.Path!, request.Text).ConfigureAwait(false);
        return answer.IsOk ? await session.RecordAsync(new FileEvent(FileOperation.Link, request.Path!)).ConfigureAwait(false) : answer;
    }

    /// <summary>string oldpath, string newpath.</summary>
    public static async ValueTask<SftpAnswer> MakeHardAsync(SftpSession session, SftpRequest request)
    {
        SftpAnswer answer = await session.Store.MakeHardLinkAsync(request.Path!, request.Target!).ConfigureAwait(false);
        return answer.IsOk ? await session.RecordAsync(new FileEvent(FileOperation.Link, request.Path!, request.Target)).ConfigureAwait(false) : answer;
    }
}
