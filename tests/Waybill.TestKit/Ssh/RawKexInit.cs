using System.Security.Cryptography;
using System.Text;
using Waybill.SshKeys.Wire;

namespace Waybill.TestKit.Ssh;

/// <summary>SSH_MSG_KEXINIT with any content (RFC 4253 section 7.1).</summary>
public sealed record RawKexInit
{
    /// <summary>The client's marker of strict key exchange.</summary>
    public const string StrictClient = "kex-strict-c-v00@openssh.com";

    /// <summary>The server's marker of strict key exchange.</summary>
    public const string StrictServer = "kex-strict-s-v00@openssh.com";

    /// <summary>16 bytes.</summary>
    public byte[] Cookie { get; init; } = RandomNumberGenerator.GetBytes(16);

    /// <summary>Key exchange methods and markers.</summary>
    public IReadOnlyList<string> KeyExchange { get; init; } =
    [
        "curve25519-sha256", "curve25519-sha256@libssh.org", "ecdh-sha2-nistp256", "ecdh-sha2-nistp384", "ecdh-sha2-nistp521",
        "diffie-hellman-group16-sha512", "diffie-hellman-group14-sha256", "ext-info-c", StrictClient,
    ];

    /// <summary>Host key algorithms.</summary>
    public IReadOnlyList<string> HostKey { get; init; } = ["ssh-ed25519", "ecdsa-sha2-nistp256", "rsa-sha2-512", "rsa-sha2-256"];

    /// <summary>Ciphers, client to server.</summary>
    public IReadOnlyList<string> CipherToServer { get; init; } = RawAlgorithms.Ciphers;

    /// <summary>Ciphers, server to client.</summary>
    public IReadOnlyList<string> CipherToClient { get; init; } = RawAlgorithms.Ciphers;

    /// <summary>MACs, client to server.</summary>
    public IReadOnlyList<string> MacToServer { get; init; } = RawAlgorithms.Macs;

    /// <summary>MACs, server to client.</summary>
    public IReadOnlyList<string> MacToClient { get; init; } = RawAlgorithms.Macs;

    /// <summary>Compression, client to server.</summary>
    public IReadOnlyList<string> CompressionToServer { get; init; } = ["none"];

    /// <summary>Compression, server to client.</summary>
    public IReadOnlyList<string> CompressionToClient { get; init; } = ["none"];

    /// <summary>Languages, client to server.</summary>
    public IReadOnlyList<string> LanguageToServer { get; init; } = [];

    /// <summary>Languages, server to client.</summary>
    public IReadOnlyList<string> LanguageToClient { get; init; } = [];

    /// <summary>A guessed packet follows.</summary>
    public bool FirstKexPacketFollows { get; init; }

    /// <summary>The reserved field.</summary>
    public uint Reserved { get; init; }

    /// <summary>Whether a marker of strict key exchange is among the methods.</summary>
    public bool IsStrict => KeyExchange.Contains(StrictClient) || KeyExchange.Contains(StrictServer);

    /// <summary>The same with one method, one cipher and one MAC; the markers stay.</summary>
    public RawKexInit Only(string? method = null, string? cipher = null, string? mac = null) => this with
    {
        KeyExchange = method is null ? KeyExchange : [method, .. KeyExchange.Where(RawAlgorithms.IsMarker)],
        CipherToServer = cipher is null ? CipherToServer : [cipher],
        CipherToClient = cipher is null ? CipherToClient : [cipher],
        MacToServer = mac is null ? MacToServer : [mac],
        MacToClient = mac is null ? MacToClient : [mac],
    };

    /// <summary>The same without the marker of strict key exchange.</summary>
    public RawKexInit NotStrict() => this with { KeyExchange = [.. KeyExchange.Where(name => name != StrictClient)] };

    /// <summary>Reads a payload; throws when it is none.</summary>
    public static RawKexInit Parse(ReadOnlySpan<byte> payload)
    {
        var reader = new SshReader(payload);
        var number = reader.ReadByte();
        var kexInit = new RawKexInit
        {
            Cookie = reader.ReadBytes(16).ToArray(),
            KeyExchange = Names(reader.ReadString()),
            HostKey = Names(reader.ReadString()),
            CipherToServer = Names(reader.ReadString()),
            CipherToClient = Names(reader.ReadString()),
            MacToServer = Names(reader.ReadString()),
            MacToClient = Names(reader.ReadString()),
            CompressionToServer = Names(reader.ReadString()),
            CompressionToClient = Names(reader.ReadString()),
            LanguageToServer = Names(reader.ReadString()),
            LanguageToClient = Names(reader.ReadString()),
            FirstKexPacketFollows = reader.ReadBoolean(),
            Reserved = reader.ReadUInt32(),
        };
        return number == SshMessage.KexInit && reader.SucceededToTheEnd ? kexInit : throw new InvalidDataException("The server's KEXINIT is malformed.");
    }

    /// <summary>Its payload.</summary>
    public byte[] ToPayload() => new MessageBuilder(SshMessage.KexInit)
        .Raw(Cookie)
        .NameList(KeyExchange).NameList(HostKey)
        .NameList(CipherToServer).NameList(CipherToClient)
        .NameList(MacToServer).NameList(MacToClient)
        .NameList(CompressionToServer).NameList(CompressionToClient)
        .NameList(LanguageToServer).NameList(LanguageToClient)
        .Boolean(FirstKexPacketFollows)
        .UInt32(Reserved)
        .ToArray();

    private static string[] Names(ReadOnlySpan<byte> list) => list.IsEmpty ? [] : Encoding.ASCII.GetString(list).Split(',');
}
