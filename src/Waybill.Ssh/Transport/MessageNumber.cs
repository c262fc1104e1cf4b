namespace Waybill.Ssh.Transport;

/// <summary>Message numbers of the transport, key exchange and global requests (RFC 4250 section 4.1.2, RFC 8308) that this end sends or reads itself.</summary>
internal static class MessageNumber
{
    public const byte Disconnect = 1;
    public const byte Ignore = 2;
    public const byte Unimplemented = 3;
    public const byte Debug = 4;
    public const byte ServiceRequest = 5;
    public const byte ServiceAccept = 6;
    public const byte ExtInfo = 7;
    public const byte KexInit = 20;
    public const byte NewKeys = 21;

    /// <summary>KEXDH_INIT and KEX_ECDH_INIT: every method of ours uses the same number for the client's share.</summary>
    public const byte KexShare = 30;

    /// <summary>KEXDH_REPLY and KEX_ECDH_REPLY.</summary>
    public const byte KexReply = 31;

    /// <summary>The last number that belongs to key exchange methods.</summary>
    public const byte LastOfKeyExchange = 49;

    public const byte UserAuthRequest = 50;
    public const byte GlobalRequest = 80;
    public const byte RequestSuccess = 81;
    public const byte RequestFailure = 82;
    public const byte ChannelWindowAdjust = 93;
    public const byte ChannelData = 94;
    public const byte ChannelExtendedData = 95;
}
