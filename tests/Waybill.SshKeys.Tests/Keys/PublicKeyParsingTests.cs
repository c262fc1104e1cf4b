using System.Numerics;
using System.Security.Cryptography;
using Waybill.SshKeys.Crypto;
using Waybill.SshKeys.Keys;
using Waybill.TestKit;

namespace Waybill.SshKeys.Tests.Keys;

public sealed class PublicKeyParsingTests
{
    private static readonly BigInteger UsualExponent = 65_537;

    public static TheoryData<string> KeyTypes => ["ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa"];

    [Theory]
    [MemberData(nameof(KeyTypes))]
    public void A_key_comes_back_from_its_blob_equal(string type)
    {
        using var made = Make(type);
        Assert.Equal(PublicKeyError.None, SshPublicKeys.TryParse(made.PublicKey.Blob.Span, out var parsed));
        Assert.Equal(type, parsed!.KeyType);
        Assert.Equal(made.PublicKey.Bits, parsed.Bits);
        Assert.True(parsed.Blob.Span.SequenceEqual(made.PublicKey.Blob.Span));
        Assert.Equal(made.PublicKey, parsed);
        Assert.Equal(made.PublicKey.GetHashCode(), parsed.GetHashCode());
        using var other = Make(type);
        Assert.NotEqual(other.PublicKey, parsed);
        Assert.False(parsed.Equals(null));
        Assert.True(SshPublicKeys.IsSupportedType(Blobs.Text(type)));
    }

    [Theory]
    [MemberData(nameof(KeyTypes))]
    public void A_blob_that_is_cut_or_continued_is_malformed(string type)
    {
        using var made = Make(type);
        var blob = made.PublicKey.Blob.ToArray();
        for (var length = 0; length < blob.Length; length++)
        {
            Assert.Equal(PublicKeyError.Malformed, SshPublicKeys.TryParse(blob.AsSpan(0, length), out var none));
            Assert.Null(none);
        }

        Assert.Equal(PublicKeyError.Malformed, SshPublicKeys.TryParse([.. blob, 0], out _));
    }

    // The points of order 1, 2, 4 and 8 with either sign, and encodings of them with y not below p.
    [Theory]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000080")]
    [InlineData("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000080")]
    [InlineData("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")]
    [InlineData("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85")]
    [InlineData("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")]
    [InlineData("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa")]
    [InlineData("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    public void An_Ed25519_point_of_small_order_is_no_key_since_anybody_can_sign_for_it(string point)
    {
        byte[] blob = [0, 0, 0, 11, .. "ssh-ed25519"u8, 0, 0, 0, 32, .. Convert.FromHexString(point)];
        Assert.Equal(PublicKeyError.BadPoint, SshPublicKeys.TryParse(blob, out _));
        var line = "ssh-ed25519 " + Convert.ToBase64String(blob) + " weak\n";
        Assert.Equal(PublicKeyMistake.BadPoint, PublicKeyFile.Read(System.Text.Encoding.ASCII.GetBytes(line)).Mistake);
    }

    [Theory]
    [MemberData(nameof(KeyTypes))]
    public void Mutated_blobs_never_throw(string type)
    {
        using var made = Make(type);
        var random = SeededRandom.FromEnvironment();
        for (var i = 0; i < 2000; i++)
        {
            var blob = made.PublicKey.Blob.ToArray();
            for (var flips = random.Next(1, 5); flips > 0; flips--)
            {
                blob[random.Next(blob.Length)] = (byte)random.Next(256);
            }

            var error = SshPublicKeys.TryParse(blob, out var key);
            Assert.True(error == PublicKeyError.None == key is not null, random.ToString());
            Assert.True(key is null || !key.Verify(key.SignatureAlgorithms[0], blob, blob), random.ToString());
        }
    }

    [Theory]
    [InlineData("ssh-dss")]
    [InlineData("ssh-ed448")]
    [InlineData("sk-ssh-ed25519@openssh.com")]
    [InlineData("sk-ecdsa-sha2-nistp256@openssh.com")]
    [InlineData("ssh-ed25519-cert-v01@openssh.com")]
    [InlineData("ssh-rsa-cert-v01@openssh.com")]
    [InlineData("ecdsa-sha2-nistp224")]
    [InlineData("rsa-sha2-512")]
    [InlineData("SSH-ED25519")]
    [InlineData("ssh-ed25519\0")]
    [InlineData("")]
    public void A_type_that_is_not_on_the_list_is_refused_whatever_follows(string type)
    {
        Assert.False(SshPublicKeys.IsSupportedType(Blobs.Text(type)));
        Assert.Equal(PublicKeyError.UnsupportedType, SshPublicKeys.TryParse([.. Blobs.Strings(Blobs.Text(type)), 0xFF, 0xFF, 0xFF, 0xFF], out _));
        Assert.Equal(PublicKeyError.UnsupportedType, SshPublicKeys.TryParse(Blobs.Strings(Blobs.Text(type), new byte[32]), out _));
    }

    [Theory]
    [InlineData(512, PublicKeyError.TooShort)]
    [InlineData(1024, PublicKeyError.TooShort)]
    [InlineData(2047, PublicKeyError.TooShort)]
    [InlineData(2048, PublicKeyError.None)]
    [InlineData(2049, PublicKeyError.None)]
    [InlineData(3072, PublicKeyError.None)]
    [InlineData(16_384, PublicKeyError.None)]
    [InlineData(16_385, PublicKeyError.TooLong)]
    [InlineData(32_768, PublicKeyError.TooLong)]
    [InlineData(131_072, PublicKeyError.TooLong)]
    public void Rsa_is_taken_from_2048_to_16384_bits(int bits, PublicKeyError expected)
    {
        Assert.Equal(expected, SshPublicKeys.TryParse(Blobs.Rsa(Blobs.OddNumber(bits), UsualExponent), out var key));
        Assert.Equal(expected == PublicKeyError.None ? bits : null, key?.Bits);
    }

    [Theory]
    [InlineData("0", PublicKeyError.BadNumber)]
    [InlineData("1", PublicKeyError.BadNumber)]
    [InlineData("2", PublicKeyError.BadNumber)]
    [InlineData("3", PublicKeyError.None)]
    [InlineData("17", PublicKeyError.None)]
    [InlineData("35", PublicKeyError.None)]
    [InlineData("37", PublicKeyError.None)]
    [InlineData("65536", PublicKeyError.BadNumber)]
    [InlineData("65537", PublicKeyError.None)]
    [InlineData("18446744073709551615", PublicKeyError.None)]
    [InlineData("18446744073709551616", PublicKeyError.BadNumber)]
    [InlineData("18446744073709551617", PublicKeyError.BadNumber)]
    public void Rsa_exponents_are_odd_from_3_to_the_last_below_two_to_the_64(string exponent, PublicKeyError expected)
    {
        var number = BigInteger.Parse(exponent, null);
        Assert.Equal(expected, SshPublicKeys.TryParse(Blobs.Rsa(Blobs.OddNumber(2048), number), out _));
        Assert.Equal(expected, SshPublicKeys.TryParse(Blobs.Rsa(Blobs.OddNumber(4096), number), out _));
    }

    [Fact]
    public void An_even_modulus_and_a_negative_number_are_refused()
    {
        Assert.Equal(PublicKeyError.BadNumber, SshPublicKeys.TryParse(Blobs.Rsa(Blobs.OddNumber(2048) + 1, UsualExponent), out _));

        var negative = new byte[256];
        negative[0] = 0x80;
        negative[^1] = 1;
        Assert.Equal(
            PublicKeyError.Malformed,
            SshPublicKeys.TryParse([.. Blobs.Strings(Blobs.Text("ssh-rsa")), .. Blobs.Mpint(UsualExponent), .. Blobs.Strings(negative)], out _));
    }

    [Fact]
    public void An_rsa_key_from_bare_numbers_equals_the_one_from_the_blob()
    {
        var modulus = Blobs.OddNumber(3072).ToByteArray(isUnsigned: true, isBigEndian: true);
        Assert.Equal(PublicKeyError.None, SshPublicKeys.TryCreateRsa([0, 0, .. modulus], [0, 1, 0, 1], out var made));
        Assert.Equal(PublicKeyError.None, SshPublicKeys.TryParse(Blobs.Rsa(Blobs.OddNumber(3072), UsualExponent), out var parsed));
        Assert.Equal(parsed, made);
        Assert.Equal(PublicKeyError.TooShort, SshPublicKeys.TryCreateRsa([], [], out _));
        Assert.Equal(PublicKeyError.BadNumber, SshPublicKeys.TryCreateRsa(modulus, [], out _));
    }

    [Theory]
    [InlineData("nistp256", 32)]
    [InlineData("nistp384", 48)]
    [InlineData("nistp521", 66)]
    public void A_point_that_is_none_is_refused(string curve, int length)
    {
        var type = Blobs.Text("ecdsa-sha2-" + curve);
        var name = Blobs.Text(curve);
        using var made = Make("ecdsa-sha2-" + curve);
        var point = made.PublicKey.Blob.ToArray()[^(1 + (2 * length))..];
        Assert.Equal(PublicKeyError.None, SshPublicKeys.TryParse(Blobs.Strings(type, name, point), out _));

        byte[] off = [.. point];
        off[^1] ^= 1;
        byte[] compressed = [(byte)(2 + (point[^1] & 1)), .. point[1..(1 + length)]];
        byte[] beyondField = [4, .. Enumerable.Repeat((byte)0xFF, 2 * length)];
        foreach (var bad in (byte[][])[off, compressed, beyondField, [0], [], [.. point, 0], [4, .. new byte[2 * length]]])
        {
            Assert.Equal(PublicKeyError.BadPoint, SshPublicKeys.TryParse(Blobs.Strings(type, name, bad), out var none));
            Assert.Null(none);
        }

        var otherName = Blobs.Text(curve == "nistp256" ? "nistp384" : "nistp256");
        Assert.Equal(PublicKeyError.BadPoint, SshPublicKeys.TryParse(Blobs.Strings(type, otherName, point), out _));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void An_Ed25519_key_has_32_bytes(int length) =>
        Assert.Equal(PublicKeyError.Malformed, SshPublicKeys.TryParse(Blobs.Strings(Blobs.Text("ssh-ed25519"), new byte[length]), out _));

    internal static SshPrivateKey Make(string type) => type switch
    {
        "ssh-ed25519" => SshPrivateKeys.GenerateEd25519(),
        "ecdsa-sha2-nistp256" => SshPrivateKeys.GenerateEcdsa(256),
        "ecdsa-sha2-nistp384" => SshPrivateKeys.GenerateEcdsa(384),
        "ecdsa-sha2-nistp521" => SshPrivateKeys.GenerateEcdsa(521),
        _ => SshPrivateKeys.GenerateRsa(2048),
    };
}
