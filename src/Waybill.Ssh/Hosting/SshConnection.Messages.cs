using System.Buffers.Binary;
using Waybill.SshKeys.Crypto;
using Waybill.SshKeys.Wire;
using Waybill.Ssh.Authentication;
using Waybill.Ssh.HostKeys;
using Waybill.Ssh.KeyExchange;
using Waybill.Ssh.Transport;

namespace Waybill.Ssh.Hosting;

/// <summary>The messages of the transport itself: key exchange, global requests, the unknown.</summary>
internal sealed partial class SshConnection
{
    /// <summary>Messages answered with UNIMPLEMENTED before login; a client that sends more is not speaking SSH.</summary>
    private const int UnknownBeforeLogin = 64;

    /// <summary>Key exchanges before login, the first included: each costs this server more than the client (CVE-2002-20001).</summary>
    private const int ExchangesBeforeLogin = 3;

    void IKexOutput.SendKexInit(ReadOnlySpan<byte> payload)
    {
        if (!IsLoggedIn && ++_exchangesBeforeLogin > ExchangesBeforeLogin)
        {
            throw new SshDisconnectException(SshEndReason.LimitExceeded, $"more than {ExchangesBeforeLogin} key exchanges before login");
        }

        _steering?.End();
        _kexInitIsDue = false;
        _rekeyIsDue = false;
        _writer.SendKexInit(payload);
        _deadlines.ExchangeBegan();
        _timer.Look();
    }

    void IKexOutput.Send(ReadOnlySpan<byte> payload) => _writer.Send(payload);

    void IKexOutput.SendNewKeys(PacketSealer sealer, bool resetSequence, ReadOnlySpan<byte> next) => _writer.SendNewKeys(sealer, resetSequence, next);

    void IKexOutput.SwitchIncomingKeys(PacketOpener opener, bool resetSequence)
    {
        _reader.SwitchKeys(opener, resetSequence);
        _deadlines.ExchangeEnded();
        _timer.Look();
        if (_stage == ConnectionPhase.FirstKexInit)
        {
            _stage = ConnectionPhase.Service;
            _info.Algorithms = _kexContext!.Negotiation!.ToString();
            _authentication = new AuthenticationMachine(_application, _info, _limits, _kexContext.SessionId, AlgorithmOffer.UserKeyAlgorithms, _writer);
            SshLog.Negotiated(_logger, _info.Id, _info.ClientSoftware, _info.Algorithms);
        }
    }

    void IPacketWriterOwner.RekeyIsDue()
    {
        _rekeyIsDue = true;
        Wake();
    }

    void IPacketWriterOwner.WriterFailed(SshEndReason reason, string words) => End(new(reason, words));

    /// <summary>After a batch: a KEXINIT of ours that steering held back, or one for keys that have done enough.</summary>
    private void ExchangeKeysIfDue()
    {
        if (_kexInitIsDue)
        {
            _kexInitIsDue = false;
            _kex!.Begin();
        }

        var isReaderDue = _reader.KeyBytes >= _limits.RekeyBytes || _reader.KeyPackets >= _limits.RekeyPackets;
        if (_stage == ConnectionPhase.FirstKexInit && isReaderDue)
        {
            throw new SshDisconnectException(SshEndReason.LimitExceeded, "too much was sent before the first key exchange was done");
        }

        if (_kex!.IsEstablished && (isReaderDue || _rekeyIsDue))
        {
            if (!IsLoggedIn)
            {
                throw new SshDisconnectException(SshEndReason.LimitExceeded, "too much was sent before login");
            }

            _kex.Begin();
        }
    }

    private static void HandleExtInfo(ReadOnlySpan<byte> payload)
    {
        if (!ExtInfo.IsWellFormed(payload))
        {
            throw new SshDisconnectException(SshEndReason.ProtocolError, "the client's EXT_INFO is malformed");
        }
    }

    private void HandleGlobalRequest(ReadOnlySpan<byte> payload)
    {
        // byte SSH_MSG_GLOBAL_REQUEST, string request name, boolean want reply, .... request-specific data
        var reader = new SshReader(payload);
        reader.ReadByte();
        var name = reader.ReadString();
        var wantsReply = reader.ReadBoolean();
        if (!reader.Succeeded)
        {
            throw new SshDisconnectException(SshEndReason.ProtocolError, "a global request is malformed");
        }

        if (name.SequenceEqual(HostKeyAnnouncement.ProofName))
        {
            ProveHostKeys(reader.Rest, wantsReply);
            return;
        }

        // There is no other that this server grants; for keepalive@openssh.com any answer is the right one, and OpenSSH's is this.
        if (wantsReply)
        {
            _writer.Send([MessageNumber.RequestFailure]);
        }
    }

    private void ProveHostKeys(ReadOnlySpan<byte> keys, bool wantsReply)
    {
        if (!HostKeyProofRequest.TryParse(keys, out var request))
        {
            throw new SshDisconnectException(SshEndReason.ProtocolError, "hostkeys-prove-00@openssh.com is malformed");
        }

        // Without a reply there is nothing to prove.
        if (!wantsReply)
        {
            return;
        }

        // Each proof costs this server a signature for each key, so there are not many for one login.
        byte[]? proof = null;
        if (_hostKeyProofs < _limits.HostKeyProofs)
        {
            _hostKeyProofs++;
            proof = _keys.Announcement.Prove(request, _kexContext!.SessionId, _kexContext.Negotiation!, _kexContext.FirstClientKexInit!);
        }

        _writer.Send(proof ?? [MessageNumber.RequestFailure]);
    }

    private void AnswerUnimplemented()
    {
        if (!IsLoggedIn && ++_unknownBeforeLogin > UnknownBeforeLogin)
        {
            throw new SshDisconnectException(SshEndReason.LimitExceeded, $"more than {UnknownBeforeLogin} unknown messages before login");
        }

        // byte SSH_MSG_UNIMPLEMENTED, uint32 packet sequence number of rejected message
        Span<byte> answer = stackalloc byte[5];
        answer[0] = MessageNumber.Unimplemented;
        BinaryPrimitives.WriteUInt32BigEndian(answer[1..], unchecked(_reader.SequenceNumber - 1));
        _writer.Send(answer);
    }

    private void SendKeepAlive()
    {
        Span<byte> request = stackalloc byte[32];
        var writer = new SshWriter(request);
        writer.WriteByte(MessageNumber.GlobalRequest);
        writer.WriteString("keepalive@openssh.com"u8);
        writer.WriteBoolean(true);
        _writer.Send(writer.Written);
    }
}
