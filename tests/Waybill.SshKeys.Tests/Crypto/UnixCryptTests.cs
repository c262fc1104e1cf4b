using Waybill.SshKeys.Crypto;

namespace Waybill.SshKeys.Tests.Crypto;

/// <summary>Against hashes that crypt(3) of glibc's world made (Python's crypt module and htpasswd).</summary>
public sealed class UnixCryptTests
{
    private const string Password = "seven green tortoises";
    private const string Sha512 = "$6$saltsalt$UqV7iIIJA.w6RbC0h94QVyK.GGYQ7v0dH4b.4FuogeT62iaQVSpwHZUgp4/zjxHwisfn8Ney5T8Hj8utl9W/S0";

    [Theory]
    [InlineData("$1$Salty123$kubryKkQv5qK1aTwKGxob1")]
    [InlineData("$5$saltsalt$x3ZQzEwVrnD4tzHPQ/Tg1l95TRuZEw00DdgqlTKrMC5")]
    [InlineData("$5$rounds=1000$saltstring$0PaTTm0MiH/pVvVOYCwTmd5wdy79JFECtnP/ewaLhH1")]
    [InlineData(Sha512)]
    [InlineData("$6$rounds=10000$0123456789abcdef$6VhHETxKeT6gWtBQW0JFerkOVv2XDRezVyCjwyWXdfMcW9CUDJq7SgHg0sa4LPvMUoJk.nWOEv1oKagxy4cCc0")]
    [InlineData("$2y$04$abcdefghijklmnopqrstuumB1SQLqDpvTJllTu9FkFOJgS4S3Dbp6")]
    [InlineData("$2a$04$abcdefghijklmnopqrstuumB1SQLqDpvTJllTu9FkFOJgS4S3Dbp6")]
    [InlineData("$2b$04$abcdefghijklmnopqrstuumB1SQLqDpvTJllTu9FkFOJgS4S3Dbp6")]
    public void Each_form_knows_its_password_and_no_other(string hash)
    {
        Assert.Null(UnixCrypt.Complaint(hash));
        Assert.True(UnixCrypt.Verify(hash, Password));
        Assert.False(UnixCrypt.Verify(hash, Password + "x"));
        Assert.False(UnixCrypt.Verify(hash, ""));
        Assert.False(UnixCrypt.Verify(hash, Password + "\0"));
    }

    // Of the tests of crypt_blowfish, jBCrypt and Python's bcrypt.
    [Theory]
    [InlineData("U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData("U*U*U", "$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a")]
    [InlineData("abc", "$2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i")]
    [InlineData("Kk4DQuMMfZL9o", "$2b$04$cVWp4XaNU8a4v1uMRum2SO026BWLIoQMD/TXg5uZV.0P.uO8m3YEm")]
    public void What_other_programs_have_hashed_with_bcrypt_knows_its_password(string password, string hash)
    {
        Assert.Null(UnixCrypt.Complaint(hash));
        Assert.True(UnixCrypt.Verify(hash, password));
        Assert.False(UnixCrypt.Verify(hash, password + "x"));
    }

    [Theory]
    [InlineData("", "locked")]
    [InlineData("!", "locked")]
    [InlineData("*LK*", "locked")]
    [InlineData("!!", "locked")]
    [InlineData("x", "shadow files")]
    [InlineData("!$6$saltsalt$UqV7", "locked")]
    [InlineData("rl.3StKT.4T8M", "another form")]
    [InlineData("$y$j9T$abc$def", "another form")]
    [InlineData("$2x$04$abcdefghijklmnopqrstuumB1SQLqDpvTJllTu9FkFOJgS4S3Dbp6", "another form")]
    [InlineData("$2$04$abcdefghijklmnopqrstuumB1SQLqDpvTJllTu9FkFOJgS4S3Dbp6", "another form")]
    [InlineData("$2b$04$abcdefghijklmnopqrstuumB1SQLqDpvTJllTu9FkFOJgS4S3Dbp", "bcrypt ($2b$)")]
    [InlineData("{SSHA}MTIzNDU2", "another form")]
    [InlineData("seven green tortoises", "another form")]
    [InlineData("$1$toolongsalt$kubryKkQv5qK1aTwKGxob1", "MD5 ($1$)")]
    [InlineData("$6$saltsalt$UqV7iIIJA", "cut off")]
    [InlineData(Sha512 + "\n", "cut off")]
    [InlineData("$5$rounds=0$saltsalt$x3ZQzEwVrnD4tzHPQ/Tg1l95TRuZEw00DdgqlTKrMC5", "cut off")]
    [InlineData("$2y$04$abcdefghijklmnopqrstuumB1SQLqDpvTJllTu9FkFOJgS4S3Dbp6x", "behind it")]
    public void What_is_none_of_them_is_said_and_fits_no_password(string hash, string why)
    {
        Assert.Contains(why, UnixCrypt.Complaint(hash), StringComparison.Ordinal);
        Assert.False(UnixCrypt.Verify(hash, Password));
    }

    [Theory]
    [InlineData("$5$rounds=1000000$saltsalt$x3ZQzEwVrnD4tzHPQ/Tg1l95TRuZEw00DdgqlTKrMC5", null)]
    [InlineData("$5$rounds=1000001$saltsalt$x3ZQzEwVrnD4tzHPQ/Tg1l95TRuZEw00DdgqlTKrMC5", "1000001 rounds, and 1000 to 1000000")]
    [InlineData("$5$rounds=999999999$saltsalt$x3ZQzEwVrnD4tzHPQ/Tg1l95TRuZEw00DdgqlTKrMC5", "rounds")]
    [InlineData("$6$rounds=999$saltsalt$UqV7iIIJA.w6RbC0h94QVyK.GGYQ7v0dH4b.4FuogeT62iaQVSpwHZUgp4/zjxHwisfn8Ney5T8Hj8utl9W/S0", "rounds")]
    [InlineData("$2y$14$abcdefghijklmnopqrstuumB1SQLqDpvTJllTu9FkFOJgS4S3Dbp6", null)]
    [InlineData("$2y$15$abcdefghijklmnopqrstuumB1SQLqDpvTJllTu9FkFOJgS4S3Dbp6", "cost 15")]
    [InlineData("$2y$31$abcdefghijklmnopqrstuumB1SQLqDpvTJllTu9FkFOJgS4S3Dbp6", "cost 31")]
    [InlineData("$2a$15$abcdefghijklmnopqrstuumB1SQLqDpvTJllTu9FkFOJgS4S3Dbp6", "cost 15")]
    [InlineData("$2y$03$abcdefghijklmnopqrstuumB1SQLqDpvTJllTu9FkFOJgS4S3Dbp6", "cost 03")]
    public void A_hash_that_would_take_minutes_is_not_computed(string hash, string? why)
    {
        if (why is null)
        {
            Assert.Null(UnixCrypt.Complaint(hash));
        }
        else
        {
            Assert.Contains(why, UnixCrypt.Complaint(hash), StringComparison.Ordinal);
            Assert.False(UnixCrypt.Verify(hash, Password));
        }
    }

    [Fact]
    public void A_password_has_511_bytes_at_most_and_a_hash_123_characters()
    {
        Assert.False(UnixCrypt.Verify(Sha512, new string('a', UnixCrypt.Password)));
        Assert.False(UnixCrypt.Verify(Sha512, new string('a', UnixCrypt.Password + 1)));
        Assert.Contains("longer", UnixCrypt.Complaint("$6$" + new string('a', UnixCrypt.Hash)), StringComparison.Ordinal);
    }
}
