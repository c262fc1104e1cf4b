using Waybill.SshKeys.Crypto;

namespace Waybill.Ssh.KeyExchange;

/// <summary>What a key exchange does to its connection. The machine itself does no I/O and knows no clock.</summary>
internal interface IKexOutput
{
    /// <summary>Sends our KEXINIT; from here on other messages wait.</summary>
    void SendKexInit(ReadOnlySpan<byte> payload);

    /// <summary>Sends a message of the exchange.</summary>
    void Send(ReadOnlySpan<byte> payload);

    /// <summary>Sends NEWKEYS, switches the way out to <paramref name="sealer"/>, sends <paramref name="next"/> if there is one.</summary>
    void SendNewKeys(PacketSealer sealer, bool resetSequence, ReadOnlySpan<byte> next);

    /// <summary>The client's NEWKEYS came: switches the way in.</summary>
    void SwitchIncomingKeys(PacketOpener opener, bool resetSequence);
}
