namespace Waybill.Core.Notifications;

/// <summary>Hands mails over.</summary>
internal interface IMailTransport : IDisposable
{
    /// <summary>Tries once. Only a cancellation throws.</summary>
    ValueTask<SendOutcome> SendAsync(Outgoing mail, CancellationToken cancellationToken);
}
