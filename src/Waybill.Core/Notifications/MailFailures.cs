using System.Net.Mail;
using System.Security.Authentication;

namespace Waybill.Core.Notifications;

/// <summary>What a failed try to send a mail means: for this mail alone, or for all of them.</summary>
internal static class MailFailures
{
    /// <summary>Whether a mail needs a server with SMTPUTF8 (RFC 6531); others are sent so that every server takes them.</summary>
    public static SmtpDeliveryFormat Format(Outgoing mail) =>
        mail.Target.AsSpan(0, Math.Max(mail.Target.LastIndexOf('@'), 0)).ContainsAnyExceptInRange('\0', '\x7f') ? SmtpDeliveryFormat.International : SmtpDeliveryFormat.SevenBit;

    /// <summary>Judges a reply, or that there was none.</summary>
    /// <param name="error">What SmtpClient says.</param>
    /// <param name="mail">What was sent.</param>
    public static SendVerdict Judge(SmtpException error, Outgoing mail)
    {
        if (error.StatusCode == SmtpStatusCode.GeneralFailure)
        {
            return JudgeOwn(error, mail);
        }

        // What was said to this mail concerns this mail; a refused greeting, a busy server and a refused sign-in concern all of them.
        var command = error is SmtpFailedRecipientException ? "RecipientCommand" : Command(error);
        return (int)error.StatusCode switch
        {
            _ when command is not ("MailCommand" or "RecipientCommand" or "DataCommand" or "DataStopCommand") => SendVerdict.Away,
            530 or 534 or 535 or 538 => SendVerdict.Away,

            // The sender is the same in all mails: only what is too large is refused for itself.
            552 when command == "MailCommand" => SendVerdict.Never,
            >= 500 when command == "MailCommand" => Says(error, "5.3.4") ? SendVerdict.Never : SendVerdict.Away,

            // Many servers tell only here that they do not take our sender, our host or our sign-in (SmtpClient goes on after a refused one). It can be meant for this
            // recipient alone; if it is not, a right setting must find them all.
            >= 500 when command == "RecipientCommand" && (Says(error, "5.7.") || Says(error, "5.1.7") || Says(error, "5.1.8")) => SendVerdict.Later,
            >= 500 => SendVerdict.Never,
            _ when error is SmtpFailedRecipientException => SendVerdict.Later,
            >= 450 and < 460 and not (int)SmtpStatusCode.ClientNotPermitted => SendVerdict.Later,
            _ => SendVerdict.Away,
        };
    }

    /// <summary>Whether the server's words have an enhanced status code (RFC 3463), or one of its kind.</summary>
    private static bool Says(SmtpException error, string code) => error.Message.Contains(" " + code, StringComparison.Ordinal);

    /// <summary>The command that was answered, or what else of SmtpClient threw: a code alone does not tell a refused mail from a refused connection.</summary>
    private static string? Command(SmtpException error)
    {
        var thrower = error.TargetSite?.DeclaringType;
        while (thrower?.DeclaringType is { } outer)
        {
            thrower = outer;
        }

        return thrower?.Name;
    }

    /// <summary>SmtpClient failed by itself: on the connection, or on this mail before anything of it was said.</summary>
    private static SendVerdict JudgeOwn(SmtpException error, Outgoing mail) => error.InnerException switch
    {
        // It names an address that it cannot write, as one that needs SMTPUTF8 at a server without.
        _ when error.Message.Contains(mail.Target, StringComparison.Ordinal) => SendVerdict.Never,
        FormatException => SendVerdict.Never,
        null or IOException or System.Net.Sockets.SocketException or AuthenticationException or ObjectDisposedException or OperationCanceledException => SendVerdict.Away,
        _ => SendVerdict.Later,
    };
}
