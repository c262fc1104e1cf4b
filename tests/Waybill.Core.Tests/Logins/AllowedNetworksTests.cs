using System.Net;
using Waybill.Core.Logins;

namespace Waybill.Core.Tests.Logins;

public sealed class AllowedNetworksTests
{
    [Theory]
    [InlineData("192.0.2.0/24", "192.0.2.255", true)]
    [InlineData("192.0.2.0/24", "192.0.3.0", false)]
    [InlineData("192.0.2.0/24", "::ffff:192.0.2.1", true)]
    [InlineData("192.0.2.0/24", "2001:db8::1", false)]
    [InlineData("192.0.2.7", "192.0.2.7", true)]
    [InlineData("192.0.2.7", "192.0.2.6", false)]
    [InlineData("192.0.2.6/31", "192.0.2.7", true)]
    [InlineData("0.0.0.0/0", "203.0.113.9", true)]
    [InlineData("0.0.0.0/0", "2001:db8::1", false)]
    [InlineData("2001:db8::/32", "2001:db8:ffff::1", true)]
    [InlineData("2001:db8::/32", "2001:db9::1", false)]
    [InlineData("2001:db8::7", "2001:db8::7", true)]
    [InlineData("::/0", "2001:db8::1", true)]
    [InlineData("::/0", "192.0.2.1", false)]
    public void A_network_holds_the_addresses_that_belong_to_it(string network, string address, bool expected) =>
        Assert.Equal(expected, AllowedNetworks.Parse([network]).Get().Allows(IPAddress.Parse(address)));

    [Theory]
    [InlineData("")]
    [InlineData("office")]
    [InlineData("10.1")]
    [InlineData("10")]
    [InlineData("0x0a.0.0.1")]
    [InlineData("010.0.0.1")]
    [InlineData("192.0.2.0/")]
    [InlineData("192.0.2.0/33")]
    [InlineData("192.0.2.0/-1")]
    [InlineData("192.0.2.0/+8")]
    [InlineData("192.0.2.0/24/24")]
    [InlineData("2001:db8::/129")]
    [InlineData("fe80::1%eth0")]
    [InlineData("::ffff:192.0.2.0/120")]
    [InlineData("192.0.2.0/24 192.0.3.0/24")]
    public void What_is_no_network_is_refused(string text) => AllowedNetworks.Parse([text]).Problem(ProblemKind.Invalid);

    [Theory]
    [InlineData("192.0.2.77/24", "192.0.2.0/24")]
    [InlineData("2001:db8::1/64", "2001:db8::/64")]
    [InlineData("192.0.2.77/0", "0.0.0.0/0")]
    public void Host_bits_are_refused_with_what_was_probably_meant(string text, string meant) =>
        Assert.Contains(meant, AllowedNetworks.Parse([text]).Problem(ProblemKind.Invalid).Message, StringComparison.Ordinal);

    [Fact]
    public void Without_networks_everybody_may_come() => Assert.True(AllowedNetworks.Parse([]).Get().Allows(IPAddress.Parse("203.0.113.9")));

    [Fact]
    public void One_more_than_the_limit_is_refused()
    {
        var networks = Enumerable.Range(0, AllowedNetworks.MaximumCount).Select(static i => $"192.0.2.{i}").ToList();
        Assert.Equal(AllowedNetworks.MaximumCount, AllowedNetworks.Parse(networks).Get().Networks.Count);
        AllowedNetworks.Parse([.. networks, "192.0.2.200"]).Problem(ProblemKind.LimitReached);
    }

    [Fact]
    public void The_stored_form_reads_back_as_the_same_networks()
    {
        var networks = AllowedNetworks.Parse(["192.0.2.0/24", "2001:db8::7", "192.0.2.0/24"]).Get();
        Assert.Equal("192.0.2.0/24 2001:db8::7/128", networks.ToString());
        Assert.Equal(networks.Networks, AllowedNetworks.FromColumn(networks.ToString()).Networks);
    }
}
