using System.Net.Mail;
using System.Security.Cryptography;
using Waybill.Storage.Local;

namespace Waybill.Core.Notifications;

/// <summary>
/// Writes mails as files, when there is no mail server: whole or not there, and once only, since the name is made of the Message-ID.
/// </summary>
internal sealed class MailFolder(NotificationOptions options) : IMailTransport
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public async ValueTask<SendOutcome> SendAsync(Outgoing mail, CancellationToken cancellationToken)
    {
        var work = Path.Combine(options.MailFolder, ".new");
        try
        {
            MakePrivate(options.MailFolder);
            if (Directory.Exists(work))
            {
                // A crash left it.
                Directory.Delete(work, recursive: true);
            }

            MakePrivate(work);
            using (var client = new SmtpClient { DeliveryMethod = SmtpDeliveryMethod.SpecifiedPickupDirectory, PickupDirectoryLocation = work })
            {
                client.DeliveryFormat = MailFailures.Format(mail);
                using var message = MailMessages.Create(mail, options);
                await client.SendMailAsync(message, cancellationToken).ConfigureAwait(false);
            }

            var written = Directory.GetFiles(work).Single();
            using (var file = new FileStream(written, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 0))
            {
                file.Flush(flushToDisk: true);
            }

            File.Move(written, Path.Combine(options.MailFolder, FileName(mail)), overwrite: true);
            LocalDirectory.Sync(options.MailFolder);
            return SendOutcome.Taken;
        }
        catch (FormatException error)
        {
            return new(SendVerdict.Never, error.Message);
        }
        catch (SmtpException error) when (MailFailures.Judge(error, mail) is not SendVerdict.Away and var verdict)
        {
            return new(verdict, error.Message);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or SmtpException)
        {
            return new(SendVerdict.Away, $"{options.MailFolder} cannot be written: {error.GetBaseException().Message}");
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            // As over SMTP: one mail that SmtpClient chokes on must not stand in the way of the others.
            return new(SendVerdict.Later, $"{error.GetType().Name}: {error.Message}");
        }
    }

    public void Dispose()
    {
        // Nothing is open between two mails.
    }

    private static string FileName(Outgoing mail) =>
        $"{mail.Id:D8}-{Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(mail.MessageId)).AsSpan(0, 8))}.eml";

    private static void MakePrivate(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, OwnerOnly);
        }
    }
}
