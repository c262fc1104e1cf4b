using System.Buffers.Binary;
using System.Security.Cryptography;
using Waybill.SshKeys.Crypto;
using Waybill.TestKit;

namespace Waybill.SshKeys.Tests.Crypto;

/// <summary>The contexts that the packet ciphers are made of, against Project Wycheproof.</summary>
public sealed class PrimitiveVectorTests
{
    private const int KeyBits128 = 128;
    private const int KeyBits256 = 256;

    [Fact]
    public void The_gcm_context_passes_Wycheproof()
    {
        Assert.SkipUnless(WycheproofVectors.Available, WycheproofVectors.Missing);
        var seen = 0;
        foreach (var vector in WycheproofVectors.Load("aes_gcm_test.json"))
        {
            // SSH has 96-bit nonces, and keys of 128 and 256 bits.
            var keyBits = vector.Group.GetProperty("keySize").GetInt32();
            if (vector.Group.GetProperty("ivSize").GetInt32() != 8 * GcmNonce.Length || keyBits is not (KeyBits128 or KeyBits256))
            {
                continue;
            }

            seen++;
            var algorithm = CipherContext.Fetch($"AES-{keyBits}-GCM");
            var message = vector.Bytes("msg");
            var ciphertext = vector.Bytes("ct");
            var tag = vector.Bytes("tag");

            using var opener = new CipherContext(algorithm, vector.Bytes("key"), vector.Bytes("iv"), encrypt: false);
            using var use = new HandleUse(opener);
            opener.Restart(vector.Bytes("iv"));
            opener.Authenticate(vector.Bytes("aad"));
            var opened = new byte[ciphertext.Length];
            opener.Transform(ciphertext, opened);
            Assert.True(opener.TryFinish(tag) == (vector.Result == "valid"), vector.ToString());
            if (vector.Result != "valid")
            {
                continue;
            }

            Assert.Equal(message, opened);
            using var sealer = new CipherContext(algorithm, vector.Bytes("key"), vector.Bytes("iv"), encrypt: true);
            sealer.Restart(vector.Bytes("iv"));
            sealer.Authenticate(vector.Bytes("aad"));
            var made = new byte[message.Length];
            var madeTag = new byte[tag.Length];
            sealer.Transform(message, made);
            sealer.FinishWithTag(madeTag);
            Assert.Equal(ciphertext, made);
            Assert.Equal(tag, madeTag);
        }

        Assert.Equal(133, seen);
    }

    [Fact]
    public void ChaCha20_and_Poly1305_put_together_as_in_RFC_8439_pass_Wycheproof()
    {
        Assert.SkipUnless(WycheproofVectors.Available, WycheproofVectors.Missing);
        var algorithm = CipherContext.Fetch("ChaCha20");
        var seen = 0;
        foreach (var vector in WycheproofVectors.Load("chacha20_poly1305_test.json"))
        {
            if (vector.Group.GetProperty("ivSize").GetInt32() != 8 * GcmNonce.Length)
            {
                continue;
            }

            seen++;
            byte[] iv = [0, 0, 0, 0, .. vector.Bytes("iv")];
            using var cipher = new CipherContext(algorithm, vector.Bytes("key"), iv, encrypt: true);
            using var mac = new Poly1305Context();
            var first = new byte[64];
            cipher.Transform(first, first);
            var ciphertext = vector.Bytes("ct");
            var opened = new byte[ciphertext.Length];
            cipher.Transform(ciphertext, opened);

            var aad = vector.Bytes("aad");
            var lengths = new byte[16];
            BinaryPrimitives.WriteUInt64LittleEndian(lengths, (ulong)aad.Length);
            BinaryPrimitives.WriteUInt64LittleEndian(lengths.AsSpan(8), (ulong)ciphertext.Length);
            mac.Restart(first.AsSpan(0, Poly1305Context.KeyLength));
            mac.Append([.. aad, .. new byte[(16 - (aad.Length % 16)) % 16]]);
            mac.Append([.. ciphertext, .. new byte[(16 - (ciphertext.Length % 16)) % 16]]);
            mac.Append(lengths);
            var tag = new byte[Poly1305Context.TagLength];
            mac.Finish(tag);

            var valid = CryptographicOperations.FixedTimeEquals(tag, vector.Bytes("tag"));
            Assert.True(valid == (vector.Result == "valid"), vector.ToString());
            if (valid)
            {
                Assert.Equal(vector.Bytes("msg"), opened);
            }
        }

        Assert.InRange(seen, 300, 325);
    }

    [Fact]
    public void The_packet_mac_passes_Wycheproof()
    {
        Assert.SkipUnless(WycheproofVectors.Available, WycheproofVectors.Missing);
        var seen = 0;
        foreach (var vector in WycheproofVectors.Load("hmac_sha256_test.json"))
        {
            var message = vector.Bytes("msg");
            if (vector.Group.GetProperty("tagSize").GetInt32() != 256 || message.Length < sizeof(uint))
            {
                continue;
            }

            // The first four bytes go in as the sequence number.
            seen++;
            using var mac = new PacketMac(HashAlgorithmName.SHA256, vector.Bytes("key"));
            foreach (var repetition in (ReadOnlySpan<int>)[1, 2])
            {
                mac.Begin(BinaryPrimitives.ReadUInt32BigEndian(message));
                mac.Hash.AppendData(message.AsSpan(sizeof(uint)));
                Assert.True(mac.TryFinish(vector.Bytes("tag")) == (vector.Result == "valid"), $"{vector}, use {repetition}");
            }
        }

        Assert.Equal(54, seen);
    }

    [Fact]
    public void A_failed_call_names_itself_and_leaves_no_error_behind()
    {
        var failure = Assert.Throws<CryptographicException>(() => CipherContext.Fetch("NO-SUCH-CIPHER"));
        Assert.Contains("EVP_CIPHER_fetch NO-SUCH-CIPHER failed", failure.Message, StringComparison.Ordinal);
        Assert.Contains("unsupported", failure.Message, StringComparison.Ordinal);

        var next = Assert.Throws<CryptographicException>(() => LibCrypto.Check(0, "EVP_nothing"));
        Assert.DoesNotContain("unsupported", next.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(-2)]
    [InlineData(2)]
    public void Only_the_return_value_one_is_success(int returned)
    {
        var failure = Assert.Throws<CryptographicException>(() => LibCrypto.Check(returned, "EVP_something"));
        Assert.Contains("EVP_something", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_library_says_its_version() => Assert.StartsWith("OpenSSL 3.", CryptoLibrary.Version, StringComparison.Ordinal);
}
