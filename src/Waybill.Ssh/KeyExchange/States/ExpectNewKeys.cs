using Waybill.SshKeys.Crypto;
using Waybill.Ssh.Hosting;

namespace Waybill.Ssh.KeyExchange.States;

/// <summary>Our half is done; the client's NEWKEYS is next, and with it the new keys on the way in.</summary>
internal sealed class ExpectNewKeys(KexContext context, PacketOpener opener) : KexState
{
    public override KexExpectation Expectation => KexExpectation.NewKeys;

    public override KexState Handle(ReadOnlySpan<byte> payload, bool isFirstPacket)
    {
        if (payload.Length != 1)
        {
            throw new SshDisconnectException(SshEndReason.ProtocolError, "the client's NEWKEYS has bytes after its number");
        }

        context.Output.SwitchIncomingKeys(opener, context.IsStrict);
        return new ExpectKexInit(context);
    }
}
