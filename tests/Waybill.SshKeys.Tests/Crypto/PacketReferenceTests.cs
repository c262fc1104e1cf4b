using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using Waybill.TestKit;

namespace Waybill.SshKeys.Tests.Crypto;

/// <summary>The bytes on the wire against a second way to compute them: .NET's AesGcm, AES block by block, and ChaCha20 and Poly1305 straight from RFC 8439.</summary>
public sealed class PacketReferenceTests
{
    private const int LengthField = 4;
    private const int Block = 16;

    [Theory]
    [InlineData("aes128-gcm@openssh.com")]
    [InlineData("aes256-gcm@openssh.com")]
    public void Gcm_packets_are_what_AesGcm_makes_with_a_counting_nonce(string cipher)
    {
        var suite = new PacketSuite(cipher, "");

        // The counter runs over its end in the second packet; the fixed part must not change.
        suite.Iv.AsSpan(4).Fill(0xFF);
        suite.Iv[^1] = 0xFE;
        using var sealer = suite.Sealer();
        using var reference = new AesGcm(suite.Key, Block);
        for (uint number = 0; number < 4; number++)
        {
            var packet = PacketSuite.Packet(sealer, new SeededRandom(number).Bytes(100 + ((int)number * 1000)));
            var nonce = suite.Iv.ToArray();
            BinaryPrimitives.WriteUInt64BigEndian(nonce.AsSpan(4), unchecked(ulong.MaxValue - 1 + number));
            var expected = new byte[packet.Length + Block];
            packet.AsSpan(0, LengthField).CopyTo(expected);
            reference.Encrypt(
                nonce, packet.AsSpan(LengthField), expected.AsSpan(LengthField, packet.Length - LengthField), expected.AsSpan(packet.Length),
                packet.AsSpan(0, LengthField));
            Assert.Equal(expected, PacketSuite.Seal(sealer, number, packet));
        }
    }

    [Theory]
    [InlineData("aes128-ctr", "hmac-sha2-256-etm@openssh.com")]
    [InlineData("aes192-ctr", "hmac-sha2-512-etm@openssh.com")]
    [InlineData("aes256-ctr", "hmac-sha2-512-etm@openssh.com")]
    [InlineData("aes256-ctr", "hmac-sha2-256")]
    [InlineData("aes128-ctr", "hmac-sha2-512")]
    public void Ctr_packets_are_what_block_after_block_of_AES_makes(string cipher, string mac)
    {
        var suite = new PacketSuite(cipher, mac);

        // The 128-bit counter runs over its end within the second packet (RFC 4344 section 4).
        suite.Iv.AsSpan().Fill(0xFF);
        suite.Iv[^1] = 0xF0;
        using var sealer = suite.Sealer();
        using var aes = Aes.Create();
        aes.Key = suite.Key;
        var counter = new BigInteger(suite.Iv, isUnsigned: true, isBigEndian: true);
        var encryptThenMac = mac.Contains("etm", StringComparison.Ordinal);
        for (uint number = 7; number < 11; number++)
        {
            var packet = PacketSuite.Packet(sealer, new SeededRandom(number).Bytes((int)number * 25));
            var expected = packet.ToArray();
            for (var at = encryptThenMac ? LengthField : 0; at < packet.Length; at += Block)
            {
                var stream = aes.EncryptEcb(FixedLength(counter++ % BigInteger.Pow(2, 128), Block, bigEndian: true), PaddingMode.None);
                for (var i = 0; i < Block; i++)
                {
                    expected[at + i] ^= stream[i];
                }
            }

            byte[] authenticated = [0, 0, 0, (byte)number, .. encryptThenMac ? expected : packet];
            var tag = suite.MacKey.Length == 64 ? HMACSHA512.HashData(suite.MacKey, authenticated) : HMACSHA256.HashData(suite.MacKey, authenticated);
            Assert.Equal([.. expected, .. tag], PacketSuite.Seal(sealer, number, packet));
        }
    }

    [Fact]
    public void ChaCha_packets_are_what_the_protocol_text_describes()
    {
        var suite = new PacketSuite("chacha20-poly1305@openssh.com", "");
        using var sealer = suite.Sealer();
        foreach (var number in (ReadOnlySpan<uint>)[0, 1, 0x01020304, uint.MaxValue])
        {
            var packet = PacketSuite.Packet(sealer, new SeededRandom(number).Bytes(300));
            var nonce = new byte[8];
            BinaryPrimitives.WriteUInt64BigEndian(nonce, number);
            var expected = new byte[packet.Length];
            var lengthStream = ChaCha20Block(suite.Key.AsSpan(32), 0, nonce);
            for (var i = 0; i < packet.Length; i++)
            {
                var stream = i < LengthField ? lengthStream : ChaCha20Block(suite.Key.AsSpan(0, 32), 1 + (ulong)((i - LengthField) / 64), nonce);
                expected[i] = (byte)(packet[i] ^ stream[i < LengthField ? i : (i - LengthField) % 64]);
            }

            var tag = Poly1305(ChaCha20Block(suite.Key.AsSpan(0, 32), 0, nonce).AsSpan(0, 32), expected);
            Assert.Equal([.. expected, .. tag], PacketSuite.Seal(sealer, number, packet));
        }
    }

    [Fact]
    public void The_reference_itself_reproduces_RFC_8439()
    {
        // Section 2.3.2: our 64-bit counter holds the RFC's counter in its low and the first nonce word in its high half.
        var key = Enumerable.Range(0, 32).Select(i => (byte)i).ToArray();
        var block = ChaCha20Block(key, 0x0900_0000_0000_0001, Convert.FromHexString("0000004a00000000"));
        Assert.StartsWith("10F1E7E4D13B5915500FDD1FA32071C4C7D1F4C733C068030422AA9AC3D46C4E", Convert.ToHexString(block), StringComparison.Ordinal);

        // Section 2.5.2.
        var tag = Poly1305(
            Convert.FromHexString("85d6be7857556d337f4452fe42d506a80103808afb0db2fd4abff6af4149f51b"), "Cryptographic Forum Research Group"u8);
        Assert.Equal("A8061DC1305136C6C22B8BAF0C0127A9", Convert.ToHexString(tag));
    }

    private static byte[] ChaCha20Block(ReadOnlySpan<byte> key, ulong counter, ReadOnlySpan<byte> nonce)
    {
        var state = new uint[16];
        "expand 32-byte k"u8.ToArray().Chunk(4).Select(word => BitConverter.ToUInt32(word)).ToArray().CopyTo(state, 0);
        key.ToArray().Chunk(4).Select(word => BitConverter.ToUInt32(word)).ToArray().CopyTo(state, 4);
        state[12] = (uint)counter;
        state[13] = (uint)(counter >> 32);
        nonce.ToArray().Chunk(4).Select(word => BitConverter.ToUInt32(word)).ToArray().CopyTo(state, 14);
        var work = state.ToArray();
        for (var round = 0; round < 10; round++)
        {
            for (var i = 0; i < 4; i++)
            {
                QuarterRound(work, i, 4 + i, 8 + i, 12 + i);
            }

            for (var i = 0; i < 4; i++)
            {
                QuarterRound(work, i, 4 + ((i + 1) % 4), 8 + ((i + 2) % 4), 12 + ((i + 3) % 4));
            }
        }

        return [.. work.Zip(state, (a, b) => a + b).SelectMany(BitConverter.GetBytes)];
    }

    private static void QuarterRound(uint[] x, int a, int b, int c, int d)
    {
        x[a] += x[b];
        x[d] = BitOperations.RotateLeft(x[d] ^ x[a], 16);
        x[c] += x[d];
        x[b] = BitOperations.RotateLeft(x[b] ^ x[c], 12);
        x[a] += x[b];
        x[d] = BitOperations.RotateLeft(x[d] ^ x[a], 8);
        x[c] += x[d];
        x[b] = BitOperations.RotateLeft(x[b] ^ x[c], 7);
    }

    private static byte[] Poly1305(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message)
    {
        var clamp = BigInteger.Parse("0ffffffc0ffffffc0ffffffc0fffffff", System.Globalization.NumberStyles.HexNumber, null);
        var r = new BigInteger(key[..16], isUnsigned: true) & clamp;
        var s = new BigInteger(key[16..], isUnsigned: true);
        var p = BigInteger.Pow(2, 130) - 5;
        var sum = BigInteger.Zero;
        for (var at = 0; at < message.Length; at += 16)
        {
            var chunk = message[at..Math.Min(at + 16, message.Length)];
            sum = (sum + new BigInteger(chunk, isUnsigned: true) + BigInteger.Pow(2, 8 * chunk.Length)) * r % p;
        }

        return FixedLength((sum + s) % BigInteger.Pow(2, 128), 16, bigEndian: false);
    }

    private static byte[] FixedLength(BigInteger value, int length, bool bigEndian)
    {
        var bytes = value.ToByteArray(isUnsigned: true);
        Array.Resize(ref bytes, length);
        if (bigEndian)
        {
            Array.Reverse(bytes);
        }

        return bytes;
    }
}
