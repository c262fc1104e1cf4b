using Waybill.Ftp.Control;
using Waybill.Net.Logging;

namespace Waybill.Ftp.Commands;

/// <summary>HOST (RFC 7151): which of the provider's names the client means; before the login.</summary>
internal static class HostCommand
{
    private const int Longest = 255;

    public static ValueTask<FtpReply> RunAsync(FtpSession session, FtpRequest request)
    {
        if (session.Login is not null || session.User is not null)
        {
            return new(new FtpReply(503, "HOST comes before USER."));
        }

        var name = request.Text.Trim();
        if (name.Length is 0 or > Longest || name.Any(c => c is <= ' ' or > '~'))
        {
            return new(FtpReply.Syntax("This is no host name."));
        }

        var names = session.Server.Options.HostNames;
        if (names.Count > 0 && !names.Contains(name.Trim('[', ']'), StringComparer.OrdinalIgnoreCase))
        {
            return new(new FtpReply(504, "This server is not called so."));
        }

        session.Info.HostName = PeerText.Sanitise(name);
        return new(new FtpReply(220, session.Server.Options.Greeting));
    }
}
