using Waybill.Ftp.Control;
using Waybill.Ftp.Hosting;

namespace Waybill.Ftp.Commands;

/// <summary>PASS (RFC 959 section 4.1.1).</summary>
internal static class PassCommand
{
    public static async ValueTask<FtpReply> RunAsync(FtpSession session, FtpRequest request)
    {
        if (session.Login is not null)
        {
            return new FtpReply(503, "You are logged in already.");
        }

        if (session.User is not { } user)
        {
            return new FtpReply(503, "Send USER first.");
        }

        session.User = null;
        var login = FtpCredential.TryRead(request.Argument.Span, session.Server.Limits.Credential, out var password)
            ? await session.Server.Application.LogInAsync(session.Info, user, password, session.Ended).ConfigureAwait(false)
            : null;
        if (login is not null)
        {
            return await session.BeginAsync(login, user).ConfigureAwait(false)
                ? new FtpReply(230, "Logged in.")
                : new FtpReply(530, "Your files are not there at the moment. Please try again later.") { Then = FtpThen.Close };
        }

        if (session.Info.Refusal is { } words)
        {
            session.WillEnd(FtpEndReason.LoginRefused, "the application refused the login");
            return new FtpReply(530, words) { Then = FtpThen.Close };
        }

        if (++session.WrongPasswords >= session.Server.Limits.LoginAttempts)
        {
            session.WillEnd(FtpEndReason.TooManyAttempts, $"{session.WrongPasswords} wrong passwords");
            return new FtpReply(530, "User name or password is wrong. Check both, and connect again.") { Then = FtpThen.Close };
        }

        return new FtpReply(530, "User name or password is wrong.");
    }
}
