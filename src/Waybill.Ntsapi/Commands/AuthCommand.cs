using Waybill.Ntsapi.Control;
using Waybill.Ntsapi.Hosting;

namespace Waybill.Ntsapi.Commands;

/// <summary>AUTH: the user name and password of a login, the same as for FTPS. What was wrong is not said, so that it tells nothing of who exists.</summary>
internal static class AuthCommand
{
    public static async ValueTask<NtsapiReply> RunAsync(NtsapiSession session, NtsapiRequest request)
    {
        if (session.Login is not null)
        {
            return NtsapiReply.Refused("You are logged in already");
        }

        var (user, password) = (request.Words[0], request.Words[1]);
        session.NoteUser(user);
        if (await session.Server.Application.LogInAsync(session.Info, user, password, session.Ended).ConfigureAwait(false) is { } login)
        {
            return await session.BeginAsync(login).ConfigureAwait(false) ?? NtsapiReply.Done(session.Server.Options.Welcome);
        }

        if (session.Info.Refusal is { } words)
        {
            return session.Close(NtsapiReply.Refused(words), NtsapiEndReason.LoginRefused, "the application refused the login");
        }

        var wrong = NtsapiReply.Refused("User name or password is wrong");
        return ++session.WrongPasswords < session.Server.Limits.LoginAttempts ? wrong
            : session.Close(wrong, NtsapiEndReason.TooManyAttempts, $"{session.WrongPasswords} wrong passwords");
    }
}
