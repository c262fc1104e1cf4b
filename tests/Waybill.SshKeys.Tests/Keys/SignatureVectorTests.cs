using System.Formats.Asn1;
using System.Numerics;
using Waybill.SshKeys.Keys;
using Waybill.TestKit;

namespace Waybill.SshKeys.Tests.Keys;

public sealed class SignatureVectorTests
{
    [Theory]
    [InlineData(
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b")]
    [InlineData(
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")]
    [InlineData(
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7", "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a")]
    public void Ed25519_reproduces_RFC_8032(string seed, string publicKey, string message, string signature)
    {
        using var key = SshPrivateKeys.FromEd25519Seed(Convert.FromHexString(seed));
        Assert.Equal(Blobs.Strings(Blobs.Text("ssh-ed25519"), Convert.FromHexString(publicKey)), key.PublicKey.Blob.ToArray());
        var expected = Blobs.Strings(Blobs.Text("ssh-ed25519"), Convert.FromHexString(signature));
        Assert.Equal(expected, key.Sign("ssh-ed25519", Convert.FromHexString(message)));
        Assert.True(key.PublicKey.Verify("ssh-ed25519", Convert.FromHexString(message), expected));
    }

    [Fact]
    public void Ed25519_passes_Wycheproof()
    {
        Assert.SkipUnless(WycheproofVectors.Available, WycheproofVectors.Missing);
        var seen = 0;
        foreach (var vector in WycheproofVectors.Load("ed25519_test.json"))
        {
            seen++;
            var raw = Convert.FromHexString(vector.Group.GetProperty("publicKey").GetProperty("pk").GetString()!);
            Assert.Equal(PublicKeyError.None, SshPublicKeys.TryParse(Blobs.Strings(Blobs.Text("ssh-ed25519"), raw), out var key));
            var signature = Blobs.Strings(Blobs.Text("ssh-ed25519"), vector.Bytes("sig"));
            Assert.True(key!.Verify("ssh-ed25519", vector.Bytes("msg"), signature) == (vector.Result == "valid"), vector.ToString());
        }

        Assert.Equal(151, seen);
    }

    [Theory]
    [InlineData("ecdsa_secp256r1_sha256_test.json", "nistp256", 291)]
    [InlineData("ecdsa_secp384r1_sha384_test.json", "nistp384", 311)]
    [InlineData("ecdsa_secp521r1_sha512_test.json", "nistp521", 350)]
    public void Ecdsa_passes_Wycheproof(string file, string curve, int expected)
    {
        Assert.SkipUnless(WycheproofVectors.Available, WycheproofVectors.Missing);
        var type = Blobs.Text("ecdsa-sha2-" + curve);
        var seen = 0;
        foreach (var vector in WycheproofVectors.Load(file))
        {
            if (!TryReadDer(vector.Bytes("sig"), out var numbers))
            {
                // Broken DER has no counterpart in SSH.
                Assert.NotEqual("valid", vector.Result);
                continue;
            }

            seen++;
            var point = Convert.FromHexString(vector.Group.GetProperty("publicKey").GetProperty("uncompressed").GetString()!);
            Assert.Equal(PublicKeyError.None, SshPublicKeys.TryParse(Blobs.Strings(type, Blobs.Text(curve), point), out var key));
            var verified = key!.Verify(key.KeyType, vector.Bytes("msg"), Blobs.Strings(type, numbers));
            Assert.True(verified == (vector.Result == "valid"), vector.ToString());
        }

        Assert.Equal(expected, seen);
    }

    [Theory]
    [InlineData("rsa_signature_2048_sha256_test.json", "rsa-sha2-256", 259)]
    [InlineData("rsa_signature_3072_sha512_test.json", "rsa-sha2-512", 260)]
    public void Rsa_passes_Wycheproof(string file, string algorithm, int expected)
    {
        Assert.SkipUnless(WycheproofVectors.Available, WycheproofVectors.Missing);
        var seen = 0;
        foreach (var vector in WycheproofVectors.Load(file))
        {
            seen++;
            var numbers = vector.Group.GetProperty("publicKey");
            var blob = Blobs.Rsa(Number(numbers.GetProperty("modulus").GetString()!), Number(numbers.GetProperty("publicExponent").GetString()!));
            Assert.Equal(PublicKeyError.None, SshPublicKeys.TryParse(blob, out var key));
            var verified = key!.Verify(algorithm, vector.Bytes("msg"), Blobs.Strings(Blobs.Text(algorithm), vector.Bytes("sig")));

            // Acceptable are encodings of the hash without its NULL parameter; a strict verifier refuses them and so do we.
            Assert.True(verified == (vector.Result == "valid"), vector.ToString());
        }

        Assert.Equal(expected, seen);
    }

    /// <summary>DER's INTEGER and SSH's mpint have the same bytes.</summary>
    private static bool TryReadDer(byte[] der, out byte[] numbers)
    {
        numbers = [];
        try
        {
            var reader = new AsnReader(der, AsnEncodingRules.DER);
            var sequence = reader.ReadSequence();
            numbers = Blobs.Strings(sequence.ReadIntegerBytes().ToArray(), sequence.ReadIntegerBytes().ToArray());
            sequence.ThrowIfNotEmpty();
            reader.ThrowIfNotEmpty();
            return true;
        }
        catch (AsnContentException)
        {
            return false;
        }
    }

    private static BigInteger Number(string hex) => new(Convert.FromHexString(hex), isUnsigned: true, isBigEndian: true);
}
