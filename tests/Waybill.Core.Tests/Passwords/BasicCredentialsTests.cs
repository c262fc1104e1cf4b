using System.Text;
using Waybill.Core.Passwords;

namespace Waybill.Core.Tests.Passwords;

/// <summary>The header of RFC 7617.</summary>
public sealed class BasicCredentialsTests
{
    [Theory]
    [InlineData("Aladdin:open sesame", "Aladdin", "open sesame")]
    [InlineData("10042:a:b:", "10042", "a:b:")]
    [InlineData("test:123£", "test", "123£")]
    [InlineData("u:", "u", "")]
    public void User_name_and_password_are_parted_at_the_first_colon(string text, string user, string password)
    {
        var header = Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
        foreach (var scheme in (string[])["Basic ", "basic ", "BASIC   "])
        {
            Assert.Equal(new BasicCredentials(user, password), BasicCredentials.Read(scheme + header + " "));
        }

        Assert.DoesNotContain("sesame", BasicCredentials.Read("Basic " + header)!.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Basic")]
    [InlineData("Basic ")]
    [InlineData("Basic %%%%")]
    [InlineData("Basic QWxh")]
    [InlineData("Basic OnBhc3M=")]
    [InlineData("Basic dTpwCg==")]
    [InlineData("Basic /zpw")]
    [InlineData("Bearer QTpi")]
    public void Everything_else_is_none(string? header) => Assert.Null(BasicCredentials.Read(header));

    [Fact]
    public void A_header_that_is_too_long_is_not_looked_at()
    {
        var longest = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("u:" + new string('p', 1528)));
        Assert.Equal(BasicCredentials.LongestHeader - 2, longest.Length);
        Assert.NotNull(BasicCredentials.Read(longest));
        Assert.Null(BasicCredentials.Read(longest + "QUFB"));
    }
}
