using Waybill.Ssh.Hosting;

namespace Waybill.Ssh.KeyExchange.States;

/// <summary>Between exchanges, or after our KEXINIT: the client's is next.</summary>
internal sealed class ExpectKexInit(KexContext context) : KexState
{
    private byte[] _ours = [];

    public override KexExpectation Expectation => KexExpectation.KexInit;

    public bool HasSentOurs => _ours.Length > 0;

    public void SendOurs()
    {
        _ours = KexInit.Build(context.Offer, context.IsFirst);
        context.Output.SendKexInit(_ours);
    }

    public override KexState Handle(ReadOnlySpan<byte> payload, bool isFirstPacket)
    {
        if (!KexInit.TryParse(payload, out var client))
        {
            throw new SshDisconnectException(SshEndReason.ProtocolError, "the client's KEXINIT is malformed or too long");
        }

        if (context.IsFirst)
        {
            BeginFirst(client, isFirstPacket);
        }

        if (!HasSentOurs)
        {
            SendOurs();
        }

        if (!Negotiation.TryNegotiate(client, context.Offer, out var negotiation, out var missing))
        {
            throw new SshDisconnectException(
                SshEndReason.NoCommonAlgorithm,
                Negotiation.Explain(missing, client, context.ClientSoftware, context.Options.Policy, context.Options.HostKeys));
        }

        context.Negotiation = negotiation;
        var next = new ExpectShare(context, negotiation, client.Payload, _ours);
        return client.FirstPacketFollows && !Negotiation.GuessIsRight(client, context.Offer) ? new ExpectWrongGuess(next) : next;
    }

    private void BeginFirst(KexInit client, bool isFirstPacket)
    {
        context.FirstClientKexInit = client;

        // Terrapin: a packet slipped in before KEXINIT would shift the sequence numbers of what follows.
        if (context.IsStrict && !isFirstPacket)
        {
            throw new SshDisconnectException(SshEndReason.ProtocolError, "strict key exchange: KEXINIT was not the first packet");
        }

        if (context.Options.CipherSteering && !HasSentOurs)
        {
            context.Offer = context.Offer.SteeredTo(client);
        }
    }
}
