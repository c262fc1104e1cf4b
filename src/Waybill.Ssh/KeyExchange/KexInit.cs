using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Waybill.SshKeys.Wire;
using Waybill.Ssh.Transport;

namespace Waybill.Ssh.KeyExchange;

/// <summary>SSH_MSG_KEXINIT (RFC 4253 section 7.1): the client's, parsed; ours, built.</summary>
internal sealed class KexInit
{
    /// <summary>The longest KEXINIT read; clients send about 1,500 bytes.</summary>
    public const int Longest = 35_000;

    /// <summary>Room for every algorithm that there is in our table, three times over.</summary>
    private const int LongestOwn = 4096;

    private const int CookieLength = 16;
    private const int Lists = 10;
    private const int LongestShownList = 2000;
    private const string None = "none";

    /// <summary>In a client's first KEXINIT: it wants EXT_INFO (RFC 8308 section 2.1).</summary>
    private const string ExtInfoClient = "ext-info-c";

    /// <summary>Strict key exchange (OpenSSH PROTOCOL 1.10), the client's marker and ours; honoured and sent in the first KEXINIT only.</summary>
    private const string StrictClient = "kex-strict-c-v00@openssh.com";
    private const string StrictServer = "kex-strict-s-v00@openssh.com";

    private static readonly string[] ListNames =
    [
        "kex", "host key", "cipher to server", "cipher to client", "mac to server", "mac to client",
        "compression to server", "compression to client", "languages to server", "languages to client",
    ];

    private readonly NameList[] _lists;

    private KexInit(byte[] payload, NameList[] lists, bool firstPacketFollows)
    {
        Payload = payload;
        _lists = lists;
        FirstPacketFollows = firstPacketFollows;
    }

    /// <summary>The whole message, as it enters the exchange hash.</summary>
    public byte[] Payload { get; }

    /// <summary>The client has sent its share already, by guess.</summary>
    public bool FirstPacketFollows { get; }

    public NameList KeyAgreements => _lists[0];

    public NameList HostKeys => _lists[1];

    public NameList CiphersToServer => _lists[2];

    public NameList CiphersToClient => _lists[3];

    public NameList MacsToServer => _lists[4];

    public NameList MacsToClient => _lists[5];

    public NameList CompressionToServer => _lists[6];

    public NameList CompressionToClient => _lists[7];

    public bool WantsExtInfo => KeyAgreements.Has(ExtInfoClient);

    public bool WantsStrict => KeyAgreements.Has(StrictClient);

    public static bool TryParse(ReadOnlySpan<byte> message, [NotNullWhen(true)] out KexInit? kexInit)
    {
        Parse(message, out kexInit);
        return kexInit is not null;
    }

    /// <summary><see cref="TryParse"/>, with the reason.</summary>
    public static KexInitError Parse(ReadOnlySpan<byte> message, out KexInit? kexInit)
    {
        kexInit = null;
        if (message.Length > Longest)
        {
            return KexInitError.TooLong;
        }

        // byte         SSH_MSG_KEXINIT
        // byte[16]     cookie (random bytes)
        // name-list    kex_algorithms
        // name-list    server_host_key_algorithms
        // name-list    encryption_algorithms_client_to_server
        // name-list    encryption_algorithms_server_to_client
        // name-list    mac_algorithms_client_to_server
        // name-list    mac_algorithms_server_to_client
        // name-list    compression_algorithms_client_to_server
        // name-list    compression_algorithms_server_to_client
        // name-list    languages_client_to_server
        // name-list    languages_server_to_client
        // boolean      first_kex_packet_follows
        // uint32       0 (reserved for future extension)
        var copy = message.ToArray();
        var reader = new SshReader(copy);
        reader.ReadByte();
        reader.ReadBytes(CookieLength);
        var lists = new NameList[Lists];
        for (var i = 0; i < Lists; i++)
        {
            var length = reader.ReadString().Length;
            lists[i] = new NameList(copy.AsMemory(copy.Length - reader.Rest.Length - length, length));
        }

        var follows = reader.ReadBoolean();
        reader.ReadUInt32();
        if (!reader.SucceededToTheEnd)
        {
            return reader.Succeeded ? KexInitError.LeftOver : KexInitError.CutShort;
        }

        kexInit = new KexInit(copy, lists, follows);
        return KexInitError.None;
    }

    /// <summary>Ours.</summary>
    /// <param name="offer">The lists.</param>
    /// <param name="isFirst">Of this connection: then it carries the strict marker.</param>
    public static byte[] Build(AlgorithmOffer offer, bool isFirst)
    {
        var ciphers = string.Join(',', offer.Ciphers);
        var macs = string.Join(',', offer.Macs);
        var buffer = new byte[LongestOwn];
        var writer = new SshWriter(buffer);
        writer.WriteByte(MessageNumber.KexInit);
        writer.WriteBytes(RandomNumberGenerator.GetBytes(CookieLength));
        writer.WriteString(string.Join(',', isFirst ? offer.KeyAgreements.Append(StrictServer) : offer.KeyAgreements));
        writer.WriteString(string.Join(',', offer.HostKeys));
        writer.WriteString(ciphers);
        writer.WriteString(ciphers);
        writer.WriteString(macs);
        writer.WriteString(macs);
        writer.WriteString(None);
        writer.WriteString(None);
        writer.WriteString("");
        writer.WriteString("");
        writer.WriteBoolean(false);
        writer.WriteUInt32(0);
        return writer.Written.ToArray();
    }

    /// <summary>The lists as name and comma list, for the report.</summary>
    public IReadOnlyList<string> Describe() =>
        [.. _lists.Take(Lists - 2).Select((list, index) => $"{ListNames[index]}: {PeerBytes.Show(list.Bytes.Span, LongestShownList)}")];
}
