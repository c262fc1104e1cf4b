using Waybill.Core.Logins;
using Waybill.Server.Hosting;

namespace Waybill.Server.Tests.Hosting;

/// <summary>What the audit says of a password that was not looked at: the command that it names ends the wait.</summary>
public sealed class PasswordWordsTests
{
    private static readonly DateTimeOffset Until = new(2026, 1, 15, 12, 0, 15, TimeSpan.Zero);

    [Theory]
    [InlineData("10042", null, "; staff end that with ./waybill password unlock 10042")]
    [InlineData("10042", "192.0.2.1", "; wrong ones for many names came, and staff end that with ./waybill password unlock --source 192.0.2.1")]
    [InlineData(null, "2001:db8::/64", "; wrong ones for many names came, and staff end that with ./waybill password unlock --source 2001:db8::/64")]
    [InlineData(null, null, "; no login has that name; there is `10042`, it differs only by a blank")]
    public void A_wait_has_the_command_that_ends_it(string? user, string? source, string end)
    {
        var candidate = user is null
            ? null
            : new LoginCandidate(new Login(1, user, LoginKind.Customer, user, null, null, AllowedNetworks.Anywhere, LoginStatus.Active, null, Until, null), null, []);
        var words = PasswordWords.Of(
            [new PasswordTry("10042 ", LoginReason.PasswordLocked, Until, source, IsEncrypted: true)], "lftp", candidate, null, candidate is null ? ("10042", "by a blank") : null);
        Assert.Equal($"lftp gave a password for `10042 `, which was not looked at after wrong ones from there; from there none is looked at until 2026-01-15 12:00:15 UTC{end}", words);
    }
}
