using Waybill.Ftp.Control;

namespace Waybill.Ftp.Commands;

/// <summary>USER (RFC 959 section 4.1.1). The answer is the same for every name, so that it tells nothing of which exist.</summary>
internal static class UserCommand
{
    public static async ValueTask<FtpReply> RunAsync(FtpSession session, FtpRequest request)
    {
        if (session.Login is not null)
        {
            return new FtpReply(503, "You are logged in already.");
        }

        session.User = null;
        if (!session.MayBePlain)
        {
            return FtpSession.MustUseTls;
        }

        // Blanks at its ends are of no name: the program has put them there.
        if (!FtpCredential.TryRead(request.Argument.Span.Trim((byte)' '), session.Server.Limits.Credential, out var user) || user.Length == 0)
        {
            return FtpReply.Syntax("This is no user name.");
        }

        session.NoteUser(user);
        if (!session.IsTls && !await session.Server.Application.MayUsePlainAsync(session.Info, user, session.Ended).ConfigureAwait(false))
        {
            return FtpSession.MustUseTls;
        }

        session.User = user;
        return new FtpReply(331, "Send the password.");
    }
}
