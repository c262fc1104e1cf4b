using Waybill.Core.Passwords;

namespace Waybill.Core.Tests.Passwords;

public class PasswordTests
{
    // Made by Microsoft.AspNetCore.Identity.PasswordHasher with 100,000 and 210,000 rounds.
    [Theory]
    [InlineData("AQAAAAIAAYagAAAAEPd4hMqCZ748TnO72KhtY5VYCjus+oVvkdOMO+oknF3jMl9OYW2tQpHaqMSXXOrbAA==")]
    [InlineData("AQAAAAIAAzRQAAAAEM7V88zVXfpwahIhFhRuHE3d5s0jwBXQuefV6xagu+9yFobYcWTJos+unqJSQcRCxg==")]
    public void What_identity_has_hashed_is_read(string hash)
    {
        Assert.True(PasswordHash.Verify(hash, "correct horse battery staple"));
        Assert.False(PasswordHash.Verify(hash, "correct horse battery stapl"));
    }

    [Fact]
    public void A_new_hash_has_the_form_of_identity_and_a_salt_of_its_own()
    {
        var (one, other) = (PasswordHash.Create("tortoise"), PasswordHash.Create("tortoise"));
        Assert.NotEqual(one, other);
        Assert.StartsWith("AQAAAAIAAzRQAAAAE", one, StringComparison.Ordinal);
        Assert.True(PasswordHash.Verify(one, "tortoise"));
        Assert.False(PasswordHash.Verify(PasswordHash.OfNobody, ""));
    }

    [Theory]
    [InlineData("")]
    [InlineData("AQ==")]
    [InlineData("no base64")]
    [InlineData("AQAAAAIAAYagAAAAEPd4hMqCZ748TnO72KhtY5VYCjus+oVvkdOMO+oknF3jMl9OYW2tQpHaqMSXXOrb")]
    [InlineData("AQAAAAL/////AAAAEPd4hMqCZ748TnO72KhtY5VYCjus+oVvkdOMO+oknF3jMl9OYW2tQpHaqMSXXOrbAA==")]
    [InlineData("AQAAAAIAAAAAAAAAEPd4hMqCZ748TnO72KhtY5VYCjus+oVvkdOMO+oknF3jMl9OYW2tQpHaqMSXXOrbAA==")]
    public void What_is_no_hash_fits_no_password(string hash) => Assert.False(PasswordHash.Verify(hash, "correct horse battery staple"));

    [Theory]
    [InlineData("elevenchars", "the least")]
    [InlineData("πππππππππππ", "the least")]
    [InlineData("password1234", "tried first")]
    [InlineData("PassWord1234", "tried first")]
    [InlineData("Correct Horse Battery Staple", "tried first")]
    [InlineData("aaaaaaaaaaaaaaaa", "tried first")]
    [InlineData("abcabcabcabcab", "tried first")]
    [InlineData("234567890123", "tried first")]
    [InlineData("ertyuiopasdf", "tried first")]
    [InlineData("ann.smith@example.com", "name or e-mail")]
    [InlineData("AnnSmith2026", "name or e-mail")]
    [InlineData("example.com123456", "name or e-mail")]
    public void Short_common_and_own_words_are_refused(string password, string why) =>
        Assert.Contains(why, PasswordRules.Check(password, "ann.smith@example.com", "Ann Smith")!.Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("twelve chars")]
    [InlineData("seven green tortoises")]
    [InlineData("四つの緑の亀が池を泳いで渡る")]
    [InlineData("annoying tortoises")]
    public void Nothing_else_is_asked_of_a_password(string password) => Assert.Null(PasswordRules.Check(password, "ann.smith@example.com", "Ann Smith"));

    [Fact]
    public void A_password_has_as_many_bytes_as_PASS_takes_at_most()
    {
        var longest = string.Concat(Enumerable.Range(0, 64).Select(i => $"{i:x4}"))[1..];
        Assert.Null(PasswordRules.Check(longest, "a@example.com", "A"));
        Assert.Contains("more than 255", PasswordRules.Check(longest + "x", "a@example.com", "A")!.Message, StringComparison.Ordinal);
    }
}
