using System.Security.Cryptography;
using Waybill.SshKeys.Crypto;
using Waybill.SshKeys.Keys;
using Waybill.SshKeys.Wire;
using Waybill.Ssh.Hosting;
using Waybill.Ssh.Transport;

namespace Waybill.Ssh.KeyExchange.States;

/// <summary>Algorithms are agreed; the client's share is next, and answering it ends our half: reply, NEWKEYS, new keys on the way out.</summary>
internal sealed class ExpectShare(KexContext context, Negotiation negotiation, byte[] clientKexInit, byte[] serverKexInit) : KexState
{
    private const int ReplyOverhead = 1 + (3 * 5);

    public override KexExpectation Expectation => KexExpectation.Share;

    // With RSA or a finite-field group it is milliseconds.
    public override bool IsQuick => negotiation.HostKey == "ssh-ed25519" && KeyAgreements.Find(negotiation.KeyAgreement) is { IsQuick: true };

    public override KexState Handle(ReadOnlySpan<byte> payload, bool isFirstPacket)
    {
        var method = KeyAgreements.Find(negotiation.KeyAgreement)!;
        var clientShare = ReadShare(payload, method);
        if (!method.TryAgreeAsServer(clientShare, out var serverShare, out var rawSecret))
        {
            throw new SshDisconnectException(SshEndReason.KeyExchangeFailed, $"the client's share is not a valid one for {method.Name}");
        }

        var secret = ExchangeHash.Encode(rawSecret, method.SecretIsMpint);
        var hostKey = context.Options.HostKeys.First(key => key.PublicKey.SignatureAlgorithms.Contains(negotiation.HostKey));
        var exchangeHash = new ExchangeHash
        {
            Method = method,
            ClientLine = context.ClientLine,
            ServerLine = context.ServerLine,
            ClientKexInit = clientKexInit,
            ServerKexInit = serverKexInit,
            HostKey = hostKey.PublicKey.Blob.Span,
            ClientShare = clientShare,
            ServerShare = serverShare,
            Secret = secret,
        }.Compute();

        context.Output.Send(BuildReply(hostKey, serverShare, method, exchangeHash));

        var isFirst = context.IsFirst;
        if (isFirst)
        {
            context.SessionId = exchangeHash;
        }

        var (opener, sealer) = SessionKeys.Derive(negotiation, method, secret, exchangeHash, context.SessionId);
        CryptographicOperations.ZeroMemory(rawSecret);
        CryptographicOperations.ZeroMemory(secret);
        context.Output.SendNewKeys(sealer, context.IsStrict, isFirst && context.FirstClientKexInit!.WantsExtInfo ? ExtInfo.Message : default);
        return new ExpectNewKeys(context, opener);
    }

    private static ReadOnlySpan<byte> ReadShare(ReadOnlySpan<byte> payload, KeyAgreement method)
    {
        // byte SSH_MSG_KEXDH_INIT or SSH_MSG_KEX_ECDH_INIT, mpint e or string Q_C
        var reader = new SshReader(payload);
        reader.ReadByte();
        var share = method.SharesAreMpints ? reader.ReadPositiveMpint() : reader.ReadString();
        return reader.SucceededToTheEnd ? share : throw new SshDisconnectException(SshEndReason.ProtocolError, "the client's key exchange message is malformed");
    }

    private byte[] BuildReply(SshPrivateKey hostKey, byte[] serverShare, KeyAgreement method, byte[] exchangeHash)
    {
        // byte SSH_MSG_KEXDH_REPLY or SSH_MSG_KEX_ECDH_REPLY, string K_S, mpint f or string Q_S, string signature of H
        var blob = hostKey.PublicKey.Blob.Span;
        var signature = hostKey.Sign(negotiation.HostKey, exchangeHash);
        var reply = new byte[ReplyOverhead + blob.Length + serverShare.Length + signature.Length];
        var writer = new SshWriter(reply);
        writer.WriteByte(MessageNumber.KexReply);
        writer.WriteString(blob);
        writer.WriteBytes(ExchangeHash.Encode(serverShare, method.SharesAreMpints));
        writer.WriteString(signature);
        return writer.Written.ToArray();
    }
}
