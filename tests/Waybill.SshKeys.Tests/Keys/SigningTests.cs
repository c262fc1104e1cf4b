using System.Numerics;
using System.Security.Cryptography;
using Waybill.SshKeys.Keys;
using Waybill.TestKit;

namespace Waybill.SshKeys.Tests.Keys;

public sealed class SigningTests
{
    private static readonly byte[] Data = "the session identifier and the request"u8.ToArray();

    public static TheoryData<string> KeyTypes => PublicKeyParsingTests.KeyTypes;

    [Theory]
    [MemberData(nameof(KeyTypes))]
    public void A_signature_verifies_with_the_parsed_public_key_and_nothing_else_does(string type)
    {
        using var key = PublicKeyParsingTests.Make(type);
        using var other = PublicKeyParsingTests.Make(type);
        SshPublicKeys.TryParse(key.PublicKey.Blob.Span, out var parsed);
        foreach (var algorithm in key.PublicKey.SignatureAlgorithms)
        {
            var signature = key.Sign(algorithm, Data);
            Assert.True(parsed!.Verify(algorithm, Data, signature));
            Assert.True(key.PublicKey.Verify(algorithm, Data, signature));
            Assert.False(other.PublicKey.Verify(algorithm, Data, signature));
            Assert.False(parsed.Verify(algorithm, Data.AsSpan(1), signature));
            Assert.False(parsed.Verify(algorithm, [], signature));
            Assert.False(parsed.Verify(algorithm, Data, []));
            Assert.False(parsed.Verify(algorithm, Data, [.. signature, 0]));
            for (var length = 0; length < signature.Length; length++)
            {
                Assert.False(parsed.Verify(algorithm, Data, signature.AsSpan(0, length)));
            }

            for (var bit = 0; bit < signature.Length * 8; bit++)
            {
                signature[bit / 8] ^= (byte)(1 << (bit % 8));
                Assert.False(parsed.Verify(algorithm, Data, signature), $"bit {bit}");
                signature[bit / 8] ^= (byte)(1 << (bit % 8));
            }
        }
    }

    [Fact]
    public void A_signature_counts_only_under_the_algorithm_that_was_negotiated()
    {
        using var rsa = SshPrivateKeys.GenerateRsa(2048);
        var signature = rsa.Sign("rsa-sha2-256", Data);
        Assert.Equal(["rsa-sha2-512", "rsa-sha2-256"], rsa.PublicKey.SignatureAlgorithms);
        Assert.True(rsa.PublicKey.Verify("rsa-sha2-256", Data, signature));
        Assert.False(rsa.PublicKey.Verify("rsa-sha2-512", Data, signature));
        Assert.False(rsa.PublicKey.Verify("ssh-rsa", Data, signature));
        Assert.False(rsa.PublicKey.Verify("", Data, signature));
    }

    [Fact]
    public void Sha1_signatures_of_rsa_are_neither_made_nor_accepted()
    {
        using var rsa = SshPrivateKeys.GenerateRsa(2048);
        using var dotnet = RSA.Create(rsa.ExportParameters());
        var signature = Blobs.Strings(Blobs.Text("ssh-rsa"), dotnet.SignData(Data, HashAlgorithmName.SHA1, RSASignaturePadding.Pkcs1));
        Assert.False(rsa.PublicKey.Verify("ssh-rsa", Data, signature));
        Assert.Throws<ArgumentException>(() => rsa.Sign("ssh-rsa", Data));
    }

    [Theory]
    [MemberData(nameof(KeyTypes))]
    public void A_key_refuses_to_sign_with_another_types_algorithm(string type)
    {
        using var key = PublicKeyParsingTests.Make(type);
        Assert.Throws<ArgumentException>(() => key.Sign("ssh-dss", Data));
        Assert.Throws<ArgumentException>(() => key.Sign(type == "ssh-ed25519" ? "rsa-sha2-512" : "ssh-ed25519", Data));
    }

    [Theory]
    [MemberData(nameof(KeyTypes))]
    public void A_disposed_key_no_longer_signs(string type)
    {
        var key = PublicKeyParsingTests.Make(type);
        var algorithm = key.PublicKey.SignatureAlgorithms[0];
        var signature = key.Sign(algorithm, Data);
        key.Dispose();
        key.Dispose();
        Assert.Throws<ObjectDisposedException>(() => key.Sign(algorithm, Data));
        Assert.True(key.PublicKey.Verify(algorithm, Data, signature));
    }

    [Theory]
    [InlineData(2048, "3")]
    [InlineData(2048, "37")]
    [InlineData(2048, "18446744073709551615")]
    [InlineData(3200, "37")]
    [InlineData(3200, "18446744073709551557")]
    public void Rsa_keys_with_the_exponents_of_other_tools_sign_and_verify(int bits, string exponent)
    {
        using var key = SshPrivateKeys.FromRsa(Blobs.RsaWithExponent(bits, BigInteger.Parse(exponent, null)));
        Assert.Equal(bits, key.PublicKey.Bits);
        foreach (var algorithm in key.PublicKey.SignatureAlgorithms)
        {
            Assert.True(key.PublicKey.Verify(algorithm, Data, key.Sign(algorithm, Data)));
        }
    }

    [Fact]
    public void An_rsa_signature_without_its_leading_zeros_is_padded_and_a_longer_one_refused()
    {
        using var rsa = SshPrivateKeys.GenerateRsa(2048);
        var name = Blobs.Text("rsa-sha2-256");
        for (var i = 0; ; i++)
        {
            byte[] data = [.. Data, (byte)i, (byte)(i >> 8)];
            var signature = rsa.Sign("rsa-sha2-256", data)[^256..];
            Assert.False(rsa.PublicKey.Verify("rsa-sha2-256", data, Blobs.Strings(name, [0, .. signature])));
            if (signature[0] == 0)
            {
                Assert.True(rsa.PublicKey.Verify("rsa-sha2-256", data, Blobs.Strings(name, signature[1..])));
                return;
            }
        }
    }

    [Fact]
    public void The_secret_numbers_come_out_and_make_the_same_key_again()
    {
        using var ed = SshPrivateKeys.GenerateEd25519();
        var seed = new byte[32];
        ed.CopySeedTo(seed);
        using var ed2 = SshPrivateKeys.FromEd25519Seed(seed);
        Assert.Equal(ed.PublicKey, ed2.PublicKey);

        using var rsa = SshPrivateKeys.GenerateRsa(2048);
        using var rsa2 = SshPrivateKeys.FromRsa(rsa.ExportParameters());
        Assert.Equal(rsa.PublicKey, rsa2.PublicKey);
        Assert.True(rsa.PublicKey.Verify("rsa-sha2-512", Data, rsa2.Sign("rsa-sha2-512", Data)));

        foreach (var bits in (ReadOnlySpan<int>)[256, 384, 521])
        {
            using var ec = SshPrivateKeys.GenerateEcdsa(bits);
            using var ec2 = SshPrivateKeys.FromEcdsa(ec.ExportParameters());
            using var ec3 = SshPrivateKeys.FromEcdsa(ec.ExportParameters() with { Q = default });
            Assert.Equal(ec.PublicKey, ec2.PublicKey);
            Assert.Equal(ec.PublicKey, ec3.PublicKey);
        }
    }

    [Fact]
    public void Missing_crt_numbers_are_computed_and_padding_does_not_matter()
    {
        using var rsa = SshPrivateKeys.GenerateRsa(2048);
        var full = rsa.ExportParameters();
        using var computed = SshPrivateKeys.FromRsa(full with { DP = null, DQ = null, InverseQ = null, Modulus = [0, .. full.Modulus!], P = [0, .. full.P!] });
        var again = computed.ExportParameters();
        Assert.Equal(full.DP, again.DP);
        Assert.Equal(full.DQ, again.DQ);
        Assert.Equal(full.InverseQ, again.InverseQ);
        Assert.Equal(rsa.PublicKey, computed.PublicKey);
    }

    [Fact]
    public void Numbers_that_do_not_belong_together_make_no_key()
    {
        using var rsa = SshPrivateKeys.GenerateRsa(2048);
        using var other = SshPrivateKeys.GenerateRsa(2048);
        var good = rsa.ExportParameters();
        var foreign = other.ExportParameters();
        Assert.ThrowsAny<CryptographicException>(() => SshPrivateKeys.FromRsa(good with { P = foreign.P }));
        Assert.ThrowsAny<CryptographicException>(() => SshPrivateKeys.FromRsa(good with { DP = foreign.DP, DQ = foreign.DQ, D = foreign.D }));
        Assert.ThrowsAny<CryptographicException>(() => SshPrivateKeys.FromRsa(good with { Modulus = foreign.Modulus }));
        Assert.ThrowsAny<CryptographicException>(() => SshPrivateKeys.FromRsa(good with { D = null }));
        Assert.ThrowsAny<CryptographicException>(() => SshPrivateKeys.FromRsa(new RSAParameters()));

        using var ec = SshPrivateKeys.GenerateEcdsa(256);
        using var otherEc = SshPrivateKeys.GenerateEcdsa(256);
        Assert.ThrowsAny<CryptographicException>(() => SshPrivateKeys.FromEcdsa(ec.ExportParameters() with { Q = otherEc.ExportParameters().Q }));
        Assert.ThrowsAny<CryptographicException>(() => SshPrivateKeys.FromEcdsa(ec.ExportParameters() with { Curve = ECCurve.NamedCurves.brainpoolP256r1 }));
        Assert.ThrowsAny<CryptographicException>(() => SshPrivateKeys.FromEcdsa(ec.ExportParameters() with { D = new byte[32] }));
        Assert.ThrowsAny<CryptographicException>(() => SshPrivateKeys.FromEcdsa(default));
        Assert.ThrowsAny<CryptographicException>(() => SshPrivateKeys.FromEd25519Seed(new byte[31]));
    }

    [Fact]
    public void Sizes_that_are_not_used_are_not_generated()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => SshPrivateKeys.GenerateRsa(1024));
        Assert.Throws<ArgumentOutOfRangeException>(() => SshPrivateKeys.GenerateRsa(32_768));
        Assert.Throws<ArgumentOutOfRangeException>(() => SshPrivateKeys.GenerateEcdsa(255));
    }

    [Theory]
    [InlineData(2050)]
    [InlineData(2054)]
    [InlineData(2056)]
    public async Task Rsa_moduli_that_are_no_power_of_two_verify_too(int bits)
    {
        using var folder = new TemporaryDirectory();
        var path = folder.Combine("key");
        var made = await ExternalProcess.RunAsync("ssh-keygen", ["-q", "-t", "rsa", "-b", $"{bits}", "-m", "PEM", "-N", "", "-f", path]);
        Assert.True(made.ExitCode == 0, made.ToString());
        using var imported = RSA.Create();
        imported.ImportFromPem(await File.ReadAllTextAsync(path));
        using var key = SshPrivateKeys.FromRsa(imported.ExportParameters(includePrivateParameters: true));
        Assert.Equal(bits, key.PublicKey.Bits);
        Assert.True(key.PublicKey.Verify("rsa-sha2-512", Data, key.Sign("rsa-sha2-512", Data)));
    }

    [Theory]
    [MemberData(nameof(KeyTypes))]
    public async Task One_key_serves_many_threads(string type)
    {
        using var key = PublicKeyParsingTests.Make(type);
        var algorithm = key.PublicKey.SignatureAlgorithms[0];
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(() =>
            Enumerable.Range(0, 25).All(i => key.PublicKey.Verify(algorithm, [(byte)worker, (byte)i], key.Sign(algorithm, [(byte)worker, (byte)i]))))));
        Assert.All(outcomes, Assert.True);
    }
}
