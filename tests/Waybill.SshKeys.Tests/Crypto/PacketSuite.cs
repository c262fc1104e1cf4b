using System.Buffers.Binary;
using Waybill.SshKeys.Crypto;
using Waybill.TestKit;

namespace Waybill.SshKeys.Tests.Crypto;

/// <summary>A cipher with its MAC, and keys that a seed reproduces.</summary>
internal sealed class PacketSuite
{
    private const string NoMac = "";

    public PacketSuite(string cipher, string mac, ulong seed = 1)
    {
        Cipher = cipher;
        Mac = mac == NoMac ? null : mac;
        var random = new SeededRandom(seed);
        Key = random.Bytes(PacketCiphers.KeyLength(cipher));
        Iv = random.Bytes(PacketCiphers.IvLength(cipher));
        MacKey = Mac is null ? [] : random.Bytes(PacketCiphers.MacKeyLength(Mac));
    }

    /// <summary>Every pair that a negotiation can end in.</summary>
    public static TheoryData<string, string> All
    {
        get
        {
            var all = new TheoryData<string, string>();
            foreach (var cipher in PacketCiphers.Names)
            {
                foreach (var mac in PacketCiphers.IsAead(cipher) ? [NoMac] : PacketCiphers.MacNames)
                {
                    all.Add(cipher, mac);
                }
            }

            return all;
        }
    }

    public string Cipher { get; }

    public string? Mac { get; }

    public byte[] Key { get; }

    public byte[] Iv { get; }

    public byte[] MacKey { get; }

    public PacketSealer Sealer() => PacketCiphers.CreateSealer(Cipher, Mac, Key, Iv, MacKey);

    public PacketOpener Opener() => PacketCiphers.CreateOpener(Cipher, Mac, Key, Iv, MacKey);

    /// <summary>A whole plaintext packet around a payload, padded for the sealer (RFC 4253 section 6).</summary>
    public static byte[] Packet(PacketSealer sealer, ReadOnlySpan<byte> payload)
    {
        const int LengthField = 4;
        const int MinimumPadding = 4;
        var counted = (sealer.LengthCountsAsPadded ? LengthField : 0) + 1 + payload.Length;
        var padding = sealer.BlockSize - (counted % sealer.BlockSize);
        padding += padding < MinimumPadding ? sealer.BlockSize : 0;
        var packet = new byte[LengthField + 1 + payload.Length + padding];
        BinaryPrimitives.WriteUInt32BigEndian(packet, (uint)(packet.Length - LengthField));
        packet[LengthField] = (byte)padding;
        payload.CopyTo(packet.AsSpan(LengthField + 1));
        new SeededRandom((ulong)payload.Length).Fill(packet.AsSpan(packet.Length - padding));
        return packet;
    }

    /// <summary>Seals a plaintext packet, in three pieces cut at two places.</summary>
    public static byte[] Seal(PacketSealer sealer, uint sequenceNumber, byte[] packet, int headLength = 5, int paddingLength = 4)
    {
        var target = new byte[packet.Length + sealer.TagLength];
        sealer.Seal(sequenceNumber, packet.AsSpan(0, headLength), packet.AsSpan(headLength..^paddingLength), packet.AsSpan(packet.Length - paddingLength), target);
        return target;
    }
}
