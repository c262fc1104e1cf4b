using System.Text;
using Waybill.SshKeys.Crypto;

namespace Waybill.SshKeys.Tests.Crypto;

/// <summary>Blowfish against Eric Young's vectors, bcrypt_pbkdf against OpenBSD's.</summary>
public sealed class BcryptPbkdfTests
{
    [Theory]
    [InlineData("0000000000000000", "0000000000000000", "4EF997456198DD78")]
    [InlineData("FFFFFFFFFFFFFFFF", "FFFFFFFFFFFFFFFF", "51866FD5B85ECB8A")]
    [InlineData("3000000000000000", "1000000000000001", "7D856F9A613063F2")]
    [InlineData("0123456789ABCDEF", "1111111111111111", "61F9C3802281B096")]
    [InlineData("FEDCBA9876543210", "0123456789ABCDEF", "0ACEAB0FC6A0A28D")]
    [InlineData("7CA110454A1A6E57", "01A1D6D039776742", "59C68245EB05282B")]
    public void Blowfish_encrypts_as_published(string key, string plain, string encrypted)
    {
        using var cipher = new Blowfish();
        cipher.Reset();
        var words = new uint[Blowfish.MixedWords];
        for (var i = 0; i < words.Length; i++)
        {
            words[i] = Convert.ToUInt32(key.Substring(i % 2 * 8, 8), 16);
        }

        cipher.Expand(words);
        var (left, right) = (Convert.ToUInt32(plain[..8], 16), Convert.ToUInt32(plain[8..], 16));
        cipher.Encrypt(ref left, ref right);
        Assert.Equal(encrypted, $"{left:X8}{right:X8}");
    }

    [Theory]
    [InlineData(4, "password", "salt", "5bbf0cc293587f1c3635555c27796598d47e579071bf427e9d8fbe842aba34d9")]
    [InlineData(4, "password", "\0", "c12b566235eee04c212598970a579a67")]
    [InlineData(4, "\0", "salt", "6051be18c2f4f82cbf0efee5471b4bb9")]
    [InlineData(8, "password", "salt", "e1367ec5151a33faac4cc1c144cd23fa15d5548493ecc99b9b5d9c0d3b27bec76227ea66088b849b20ab7aa478010246e74bba51723fefa9f9474d6508845e8d")]
    [InlineData(42, "password", "salt", "833cf0dcf56db65608e8f0dc0ce882bd")]
    public void Bcrypt_pbkdf_gives_what_OpenBSD_tests(int rounds, string passphrase, string salt, string expected)
    {
        var key = new byte[expected.Length / 2];
        BcryptPbkdf.Derive(Encoding.ASCII.GetBytes(passphrase), Encoding.ASCII.GetBytes(salt), rounds, key);
        Assert.Equal(expected, Convert.ToHexStringLower(key));
    }

    [Fact]
    public void Argon2id_gives_what_its_reference_gives()
    {
        // The reference implementation's own test of argon2id, t=2, m=2^16, p=1.
        var key = new byte[32];
        Argon2Library.Derive("password"u8, "somesalt"u8, 2, 1 << 16, 1, key);
        Assert.Equal("09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7", Convert.ToHexStringLower(key));
        Assert.True(Argon2Library.IsLoaded);
    }

    [Fact]
    public void Nothing_is_derived_from_nothing()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => BcryptPbkdf.Derive([], [1], 1, new byte[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => BcryptPbkdf.Derive([1], [], 1, new byte[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => BcryptPbkdf.Derive([1], [1], 0, new byte[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => BcryptPbkdf.Derive([1], [1], 1, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => BcryptPbkdf.Derive([1], [1], 1, new byte[1025]));
    }
}
