namespace Waybill.Ssh.Transport;

/// <summary>
/// The one way out of a connection. Messages leave in the order of the calls; each call seals its message at once, so spans may be reused after it.
/// Safe to call from any thread.
/// </summary>
internal interface IMessageSender
{
    /// <summary>
    /// Sends one message (payload from the message number on). While a key exchange runs, messages outside its set are held and go out after it;
    /// more than <see cref="Hosting.SshLimits.HeldMessages"/> of them end the connection.
    /// </summary>
    void Send(ReadOnlySpan<byte> payload);

    /// <summary>Sends one message whose payload lies in two pieces: channel data is sealed straight from the channel's buffer. <see cref="FlushAsync"/> comes next.</summary>
    void Send(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body);

    /// <summary>
    /// Pushes what was sent towards the socket and completes when there is room for more: never during a key exchange, and not while the transport's
    /// buffer is over its limit. Bulk producers (channel data) await it around each burst; control messages need not, since what nobody flushes is
    /// pushed by itself, and a client that lets more than <see cref="Hosting.SshLimits.UnsentBytes"/> pile up is given up.
    /// </summary>
    /// <returns><see langword="false"/> when the connection has ended.</returns>
    ValueTask<bool> FlushAsync(CancellationToken cancellationToken);
}
