using System.Numerics;
using System.Security.Cryptography;
using Waybill.SshKeys.Crypto;
using Waybill.TestKit;

namespace Waybill.SshKeys.Tests.Crypto;

public sealed class KeyAgreementTests
{
    private const int Ephemerals = 10_000;

    public static TheoryData<string> Supported => [.. KeyAgreements.Names.Where(name => KeyAgreements.Find(name)!.IsSupported)];

    [Fact]
    public void Every_method_of_the_policies_is_there()
    {
        Assert.Equal(
            [
                "mlkem768x25519-sha256", "curve25519-sha256", "curve25519-sha256@libssh.org", "ecdh-sha2-nistp256", "ecdh-sha2-nistp384",
                "ecdh-sha2-nistp521", "diffie-hellman-group16-sha512", "diffie-hellman-group14-sha256",
            ],
            KeyAgreements.Names);
        Assert.Null(KeyAgreements.Find("diffie-hellman-group1-sha1"));
        Assert.All(KeyAgreements.Names, name => Assert.Equal(name, KeyAgreements.Find(name)!.Name));
    }

    [Theory]
    [InlineData("curve25519-sha256", "SHA256", false, true)]
    [InlineData("curve25519-sha256@libssh.org", "SHA256", false, true)]
    [InlineData("ecdh-sha2-nistp256", "SHA256", false, true)]
    [InlineData("ecdh-sha2-nistp384", "SHA384", false, true)]
    [InlineData("ecdh-sha2-nistp521", "SHA512", false, true)]
    [InlineData("diffie-hellman-group14-sha256", "SHA256", true, true)]
    [InlineData("diffie-hellman-group16-sha512", "SHA512", true, true)]
    [InlineData("mlkem768x25519-sha256", "SHA256", false, false)]
    public void A_method_says_how_its_values_travel(string name, string hash, bool sharesAreMpints, bool secretIsMpint)
    {
        var method = KeyAgreements.Find(name)!;
        Assert.Equal(hash, method.Hash.Name);
        Assert.Equal(sharesAreMpints, method.SharesAreMpints);
        Assert.Equal(secretIsMpint, method.SecretIsMpint);
    }

    [Theory]
    [MemberData(nameof(Supported))]
    public void Both_sides_come_to_the_same_secret_and_never_to_the_same_one_again(string name)
    {
        var method = KeyAgreements.Find(name)!;
        var secrets = new HashSet<string>();
        for (var i = 0; i < 3; i++)
        {
            using var client = method.StartAsClient();
            Assert.True(method.TryAgreeAsServer(client.Share.Span, out var serverShare, out var atServer));
            Assert.True(client.TryFinish(serverShare, out var atClient));
            Assert.Equal(atServer, atClient);
            Assert.True(secrets.Add(Convert.ToHexString(atServer)));
        }
    }

    [Theory]
    [MemberData(nameof(Supported))]
    public void A_share_of_another_length_is_refused_by_both_sides(string name)
    {
        var method = KeyAgreements.Find(name)!;
        using var client = method.StartAsClient();
        var share = client.Share.ToArray();
        foreach (var wrong in (byte[][])[[], [0], [1], [.. share, .. new byte[600]], [.. share, .. share]])
        {
            Assert.False(method.TryAgreeAsServer(wrong, out var serverShare, out var secret));
            Assert.Null(serverShare);
            Assert.Null(secret);
            Assert.False(client.TryFinish(wrong, out _));
        }

        if (!method.SharesAreMpints)
        {
            Assert.False(method.TryAgreeAsServer(share.AsSpan(1), out _, out _));
            Assert.False(method.TryAgreeAsServer([.. share, 0], out _, out _));
        }
    }

    [Fact]
    public void Ten_thousand_ephemeral_keys_are_all_different()
    {
        var shares = new HashSet<string>();
        for (var i = 0; i < Ephemerals; i++)
        {
            using var half = new Curve25519Half();
            Assert.True(shares.Add(Convert.ToHexString(half.Share.Span)));
        }
    }

    [Fact]
    public void X25519_reproduces_RFC_7748()
    {
        // Section 6.1: Bob's side.
        using var bob = Half("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
        Assert.Equal("DE9EDB7D7B7DC1B4D35B61C2ECE435373F8343C85B78674DADFC7E146F882B4F", Convert.ToHexString(bob.Share.Span));
        Assert.True(bob.TryFinish(Convert.FromHexString("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"), out var shared));
        Assert.Equal("4A5D9D5BA4CE2DE1728E3BF480350F25E07E21C947D19E3376F09B3C1E161742", Convert.ToHexString(shared));

        // Section 5.2: a thousand times over.
        var k = Convert.FromHexString("0900000000000000000000000000000000000000000000000000000000000000");
        var u = k;
        for (var i = 0; i < 1000; i++)
        {
            using var half = new Curve25519Half(EvpKeys.ImportPrivate(EvpKeys.X25519, k));
            Assert.True(half.TryFinish(u, out var next));
            (k, u) = (next, k);
        }

        Assert.Equal("684CF59BA83309552800EF566F2F4D3C1C3887C49360E3875F2EB94D99532C51", Convert.ToHexString(k));
    }

    [Fact]
    public void X25519_passes_Wycheproof_and_refuses_every_point_of_low_order()
    {
        Assert.SkipUnless(WycheproofVectors.Available, WycheproofVectors.Missing);
        var lowOrder = 0;
        foreach (var vector in WycheproofVectors.Load("x25519_test.json"))
        {
            using var half = new Curve25519Half(EvpKeys.ImportPrivate(EvpKeys.X25519, vector.Bytes("private")));
            var expected = vector.Bytes("shared");
            if (expected.AsSpan().ContainsAnyExcept((byte)0))
            {
                Assert.True(half.TryFinish(vector.Bytes("public"), out var secret), vector.ToString());
                Assert.Equal(expected, secret);
                continue;
            }

            lowOrder++;
            Assert.False(half.TryFinish(vector.Bytes("public"), out _), vector.ToString());
            Assert.False(KeyAgreements.Find("curve25519-sha256")!.TryAgreeAsServer(vector.Bytes("public"), out var share, out _), vector.ToString());
            Assert.Null(share);
        }

        Assert.Equal(31, lowOrder);
    }

    [Fact]
    public void Ecdh_on_P256_passes_Wycheproof_and_refuses_points_off_the_curve()
    {
        Assert.SkipUnless(WycheproofVectors.Available, WycheproofVectors.Missing);

        // SubjectPublicKeyInfo of an uncompressed point on P-256: what stands before the point. Other encodings do not exist in SSH.
        var prefix = Convert.FromHexString("3059301306072a8648ce3d020106082a8648ce3d030107034200");
        var agreed = 0;
        var refused = 0;
        foreach (var vector in WycheproofVectors.Load("ecdh_secp256r1_test.json"))
        {
            var encoded = vector.Bytes("public");
            if (!encoded.AsSpan().StartsWith(prefix) || encoded.Length != prefix.Length + 65)
            {
                continue;
            }

            var point = encoded[prefix.Length..];
            var d = new byte[32];
            var number = vector.Bytes("private").AsSpan().TrimStart((byte)0);
            number.CopyTo(d.AsSpan(d.Length - number.Length));
            using var half = new NistHalf(EcCurve.P256, ECDiffieHellman.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = d }));
            if (vector.Result == "invalid")
            {
                refused++;
                Assert.False(half.TryFinish(point, out _), vector.ToString());
                Assert.False(KeyAgreements.Find("ecdh-sha2-nistp256")!.TryAgreeAsServer(point, out _, out _), vector.ToString());
                continue;
            }

            // "Acceptable" are oddities of the encoding around the point; where one also changed the point, the secret is none.
            if (vector.Flags.Contains("InvalidAsn"))
            {
                continue;
            }

            agreed++;
            Assert.True(half.TryFinish(point, out var secret), vector.ToString());
            Assert.Equal(vector.Bytes("shared"), secret);
        }

        Assert.InRange(agreed, 300, 612);
        Assert.InRange(refused, 5, 100);
    }

    [Theory]
    [InlineData("ecdh-sha2-nistp256", 32)]
    [InlineData("ecdh-sha2-nistp384", 48)]
    [InlineData("ecdh-sha2-nistp521", 66)]
    public void Only_uncompressed_points_on_the_curve_are_taken(string name, int length)
    {
        var method = KeyAgreements.Find(name)!;
        using var client = method.StartAsClient();
        var share = client.Share.ToArray();
        Assert.Equal(1 + (2 * length), share.Length);

        share[^1] ^= 1;
        Assert.False(method.TryAgreeAsServer(share, out _, out _));
        share[^1] ^= 1;
        share[0] = (byte)(2 + (share[^1] & 1));
        Assert.False(method.TryAgreeAsServer(share.AsSpan(0, 1 + length), out _, out _));
        Assert.False(method.TryAgreeAsServer(share, out _, out _));
        Assert.False(method.TryAgreeAsServer([0], out _, out _));
        share.AsSpan().Clear();
        share[0] = 4;
        Assert.False(method.TryAgreeAsServer(share, out _, out _));
    }

    [Theory]
    [InlineData("diffie-hellman-group14-sha256", 2048)]
    [InlineData("diffie-hellman-group16-sha512", 4096)]
    public void A_finite_field_group_is_the_one_of_RFC_3526_and_refuses_the_values_at_its_edges(string name, int bits)
    {
        var p = Rfc3526.Prime(bits);
        var method = KeyAgreements.Find(name)!;
        using var client = method.StartAsClient();
        foreach (var refused in (BigInteger[])[0, 1, p - 1, p, p + 1, p + 2, BigInteger.Pow(2, bits), BigInteger.Pow(2, bits + 100)])
        {
            var share = refused.ToByteArray(isUnsigned: true, isBigEndian: true);
            Assert.False(method.TryAgreeAsServer(share, out var none, out _));
            Assert.Null(none);
            Assert.False(method.TryAgreeAsServer([0, 0, .. share], out _, out _));
            Assert.False(client.TryFinish(share, out _));
        }

        foreach (var accepted in (BigInteger[])[2, p - 2])
        {
            Assert.True(method.TryAgreeAsServer(accepted.ToByteArray(isUnsigned: true, isBigEndian: true), out _, out _));
        }

        var x = new BigInteger(RandomNumberGenerator.GetBytes(40), isUnsigned: true);
        var ours = BigInteger.ModPow(2, x, p).ToByteArray(isUnsigned: true, isBigEndian: true);
        Assert.True(method.TryAgreeAsServer(ours, out var theirs, out var secret));
        var expected = BigInteger.ModPow(new BigInteger(theirs, isUnsigned: true, isBigEndian: true), x, p);
        Assert.Equal(expected, new BigInteger(secret, isUnsigned: true, isBigEndian: true));
    }

    [Fact]
    public void A_hybrid_share_of_another_length_is_refused_before_the_library_is_asked()
    {
        var method = KeyAgreements.Find("mlkem768x25519-sha256")!;
        Assert.Equal(MLKem.IsSupported, method.IsSupported);
        foreach (var length in (ReadOnlySpan<int>)[0, 32, 1184, 1215, 1217])
        {
            Assert.False(method.TryAgreeAsServer(new byte[length], out _, out _));
        }
    }

    [Fact]
    public void The_hybrid_method_is_a_KEM_and_X25519_hashed_together()
    {
        Assert.SkipUnless(MLKem.IsSupported, "This machine's OpenSSL has no ML-KEM; the method is not offered here.");
        var method = KeyAgreements.Find("mlkem768x25519-sha256")!;
        using var kem = MLKem.GenerateKey(MLKemAlgorithm.MLKem768);
        using var half = new Curve25519Half();
        byte[] share = [.. kem.ExportEncapsulationKey(), .. half.Share.Span];
        Assert.True(method.TryAgreeAsServer(share, out var reply, out var secret));
        Assert.Equal(1088 + 32, reply.Length);
        Assert.True(half.TryFinish(reply.AsSpan(1088), out var curveSecret));
        Assert.Equal(SHA256.HashData([.. kem.Decapsulate(reply[..1088]), .. curveSecret]), secret);

        // An encapsulation key with a coefficient beyond the modulus (FIPS 203 section 7.2).
        share.AsSpan(0, 3).Fill(0xFF);
        Assert.False(method.TryAgreeAsServer(share, out _, out _));
    }

    private static Curve25519Half Half(string seed) => new(EvpKeys.ImportPrivate(EvpKeys.X25519, Convert.FromHexString(seed)));

    /// <summary>floor(2^bits * pi), by Machin's formula.</summary>
}
