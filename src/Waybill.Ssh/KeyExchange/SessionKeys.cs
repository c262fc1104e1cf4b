using System.Security.Cryptography;
using Waybill.SshKeys.Crypto;

namespace Waybill.Ssh.KeyExchange;

/// <summary>The keys of both directions from one exchange (RFC 4253 section 7.2).</summary>
internal static class SessionKeys
{
    private const byte IvToServer = (byte)'A';
    private const byte IvToClient = (byte)'B';
    private const byte KeyToServer = (byte)'C';
    private const byte KeyToClient = (byte)'D';
    private const byte MacKeyToServer = (byte)'E';
    private const byte MacKeyToClient = (byte)'F';

    /// <summary>What opens the client's packets and what seals ours.</summary>
    /// <param name="negotiation">The algorithms.</param>
    /// <param name="method">Its hash is used.</param>
    /// <param name="secret">K, encoded as in the exchange hash.</param>
    /// <param name="exchangeHash">H of this exchange.</param>
    /// <param name="sessionId">H of the connection's first exchange.</param>
    public static (PacketOpener Opener, PacketSealer Sealer) Derive(
        Negotiation negotiation, KeyAgreement method, ReadOnlySpan<byte> secret, ReadOnlySpan<byte> exchangeHash, ReadOnlySpan<byte> sessionId)
    {
        using var toServer = DirectionKeys.Derive(
            negotiation.CipherToServer, negotiation.MacToServer, method, secret, exchangeHash, sessionId, IvToServer, KeyToServer, MacKeyToServer);
        using var toClient = DirectionKeys.Derive(
            negotiation.CipherToClient, negotiation.MacToClient, method, secret, exchangeHash, sessionId, IvToClient, KeyToClient, MacKeyToClient);
        return (
            PacketCiphers.CreateOpener(negotiation.CipherToServer, negotiation.MacToServer, toServer.Key, toServer.Iv, toServer.MacKey),
            PacketCiphers.CreateSealer(negotiation.CipherToClient, negotiation.MacToClient, toClient.Key, toClient.Iv, toClient.MacKey));
    }

    /// <summary>One key: K1 = HASH(K || H || letter || session_id), then K2 = HASH(K || H || K1), K3 = HASH(K || H || K1 || K2), ... cut to length.</summary>
    internal static byte[] Expand(
        HashAlgorithmName hashName, ReadOnlySpan<byte> secret, ReadOnlySpan<byte> exchangeHash, ReadOnlySpan<byte> sessionId, byte letter, int length)
    {
        var key = new byte[length];
        if (length == 0)
        {
            return key;
        }

        using var hash = IncrementalHash.CreateHash(hashName);
        Span<byte> block = stackalloc byte[hash.HashLengthInBytes];
        for (var done = 0; done < length; done += block.Length)
        {
            hash.AppendData(secret);
            hash.AppendData(exchangeHash);
            if (done == 0)
            {
                hash.AppendData([letter]);
                hash.AppendData(sessionId);
            }
            else
            {
                hash.AppendData(key.AsSpan(0, done));
            }

            hash.GetHashAndReset(block);
            block[..Math.Min(block.Length, length - done)].CopyTo(key.AsSpan(done));
        }

        CryptographicOperations.ZeroMemory(block);
        return key;
    }

    /// <summary>One direction's bytes; forgotten when disposed, since sealer and opener keep their own.</summary>
    private readonly struct DirectionKeys : IDisposable
    {
        public byte[] Iv { get; private init; }

        public byte[] Key { get; private init; }

        public byte[] MacKey { get; private init; }

        public static DirectionKeys Derive(
            string cipher, string? mac, KeyAgreement method, ReadOnlySpan<byte> secret, ReadOnlySpan<byte> exchangeHash, ReadOnlySpan<byte> sessionId,
            byte iv, byte key, byte macKey) => new()
            {
                Iv = Expand(method.Hash, secret, exchangeHash, sessionId, iv, PacketCiphers.IvLength(cipher)),
                Key = Expand(method.Hash, secret, exchangeHash, sessionId, key, PacketCiphers.KeyLength(cipher)),
                MacKey = Expand(method.Hash, secret, exchangeHash, sessionId, macKey, mac is null ? 0 : PacketCiphers.MacKeyLength(mac)),
            };

        public void Dispose()
        {
            CryptographicOperations.ZeroMemory(Iv);
            CryptographicOperations.ZeroMemory(Key);
            CryptographicOperations.ZeroMemory(MacKey);
        }
    }
}
