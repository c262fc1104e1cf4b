namespace Waybill.Ssh.KeyExchange.States;

/// <summary>The client sent a share for a method that was not chosen: the packet is ignored, whatever it holds (RFC 4253 section 7.1).</summary>
internal sealed class ExpectWrongGuess(KexState next) : KexState
{
    public override KexExpectation Expectation => KexExpectation.WrongGuess;

    public override KexState Handle(ReadOnlySpan<byte> payload, bool isFirstPacket) => next;
}
