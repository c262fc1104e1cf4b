using System.Net;
using System.Net.Mail;
using System.Net.Sockets;

namespace Waybill.Core.Notifications;

/// <summary>Hands mails to the mail server over one connection, which is opened for the first of them and closed with this.</summary>
internal sealed class SmtpTransport(SmtpOptions smtp, NotificationOptions options, TimeProvider time) : IMailTransport
{
    private SmtpClient? _client;
    private Task _sending = Task.CompletedTask;

    public async ValueTask<SendOutcome> SendAsync(Outgoing mail, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(NotificationLimits.MailTime, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            var message = MailMessages.Create(mail, options);
            (_client ??= Connect()).DeliveryFormat = MailFailures.Format(mail);
            await Send(_client, message).WaitAsync(either.Token).ConfigureAwait(false);
            return SendOutcome.Taken;
        }
        catch (FormatException error)
        {
            return new(SendVerdict.Never, error.Message);
        }
        catch (SmtpException error)
        {
            if (error is not SmtpFailedRecipientException)
            {
                Dispose();
            }

            return new(MailFailures.Judge(error, mail), Words(error));
        }
        catch (Exception error) when (error is IOException or SocketException or UnauthorizedAccessException or ObjectDisposedException
            or System.Security.Authentication.AuthenticationException)
        {
            Dispose();
            return new(SendVerdict.Away, Words(error));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Dispose();
            return new(SendVerdict.Away, $"the mail server did not answer within {NotificationLimits.MailTime.TotalSeconds} s");
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            // SmtpClient is not ours: one mail that it chokes on must not stand in the way of the others.
            Dispose();
            return new(SendVerdict.Later, $"{error.GetType().Name}: {error.Message}");
        }
    }

    public void Dispose()
    {
        var client = Interlocked.Exchange(ref _client, null);
        if (client is not null)
        {
            // It says QUIT and waits; one that is still sending ends by its own time limit first.
            _ = _sending.ContinueWith(_ => client.Dispose(), CancellationToken.None, TaskContinuationOptions.LongRunning, TaskScheduler.Default);
        }
    }

    /// <summary>
    /// On a thread of its own from the first byte to the last: what SmtpClient calls asynchronous still waits for replies here and there, and where sockets complete
    /// on the event loops (docs/decisions/0008) such a wait never ends, and holds all connections of that loop.
    /// </summary>
    private Task Send(SmtpClient client, MailMessage message) => _sending = Task.Factory.StartNew(
        () =>
        {
            using (message)
            {
                client.Send(message);
            }
        },
        CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static string Words(Exception error)
    {
        var inner = error.GetBaseException();
        return ReferenceEquals(inner, error) ? error.Message : $"{error.Message}: {inner.Message}";
    }

    private SmtpClient Connect() => new(smtp.Host, smtp.Port)
    {
        EnableSsl = smtp.StartTls,
        UseDefaultCredentials = false,
        Credentials = smtp.User is { } user ? new NetworkCredential(user, smtp.PasswordFile is { } file ? File.ReadLines(file).FirstOrDefault() ?? "" : "") : null,
        Timeout = (int)NotificationLimits.MailTime.TotalMilliseconds,
    };
}
