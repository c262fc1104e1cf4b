using Waybill.Ssh.KeyExchange.States;

namespace Waybill.Ssh.KeyExchange;

/// <summary>
/// The server's side of key exchange, first and repeated (RFC 4253 sections 7 to 9). One small class for each thing that can come next; a message goes in,
/// the next state comes out. Only the read loop may touch it.
/// </summary>
internal sealed class KexMachine(KexContext context)
{
    private KexState _state = new ExpectKexInit(context);

    /// <summary>What the client may send next, for the message gate.</summary>
    public KexExpectation Expects => _state.Expectation;

    /// <summary>What the client's next message takes is a tenth of a millisecond or two, so that it needs no thread of its own.</summary>
    public bool IsQuick => _state.IsQuick;

    /// <summary>An exchange has begun: one side has sent its KEXINIT and the client's NEWKEYS has not come.</summary>
    public bool IsRunning => _state is not ExpectKexInit { HasSentOurs: false };

    /// <summary>The first exchange is done and no other runs: keys are in force in both directions.</summary>
    public bool IsEstablished => !context.IsFirst && !IsRunning;

    /// <summary>Sends our KEXINIT, unless an exchange runs.</summary>
    public void Begin()
    {
        if (_state is ExpectKexInit { HasSentOurs: false } idle)
        {
            idle.SendOurs();
        }
    }

    /// <summary>One message of those that <see cref="Expects"/> names.</summary>
    /// <param name="payload">From the message number on.</param>
    /// <param name="isFirstPacket">It is the first packet of the connection.</param>
    public void Handle(ReadOnlySpan<byte> payload, bool isFirstPacket) => _state = _state.Handle(payload, isFirstPacket);
}
