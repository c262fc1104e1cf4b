namespace Waybill.Ssh.KeyExchange.States;

/// <summary>One point of a key exchange. The message gate has already checked that the message is one that <see cref="Expectation"/> allows.</summary>
internal abstract class KexState
{
    public abstract KexExpectation Expectation { get; }

    /// <inheritdoc cref="KexMachine.IsQuick"/>
    public virtual bool IsQuick => true;

    /// <returns>The state after the message.</returns>
    /// <exception cref="Hosting.SshDisconnectException">The message is malformed or the exchange fails.</exception>
    public abstract KexState Handle(ReadOnlySpan<byte> payload, bool isFirstPacket);
}
