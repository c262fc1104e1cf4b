using Waybill.Core.Vaults;
using Waybill.Core.Vaults.Mounts;
using Waybill.Storage;
using Waybill.TestKit;

namespace Waybill.Core.Tests.Vaults;

/// <summary>What the provider's own logins may do where, by the text of a path alone.</summary>
public sealed class AccountsTreeTests
{
    private const FileRights Folder =
        LayoutTemplate.Deliver & ~(FileRights.Delete | FileRights.Rename | FileRights.RemoveDirectory | FileRights.SetAttributes);

    private static readonly AccountsTree Publisher = AccountsTree.ForPublisher(ProviderVaults.Feeds);
    private static readonly AccountsTree Collector = AccountsTree.ForCollector(LayoutTemplate.Default);

    [Theory]
    [InlineData("/", FileRights.List)]
    [InlineData("/accounts", FileRights.List)]
    [InlineData("/accounts/10042", FileRights.List)]
    [InlineData("/accounts/10042/cdr", Folder)]
    [InlineData("/accounts/10042/cdr/x.csv", LayoutTemplate.Deliver)]
    [InlineData("/accounts/10042/cdr/2026/01/x.csv", LayoutTemplate.Deliver)]
    [InlineData("/accounts/A.b_9/invoice/x.pdf", LayoutTemplate.Deliver)]
    [InlineData("/accounts/10042/invoices/x.pdf", FileRights.None)]
    [InlineData("/accounts/10042/upload", FileRights.None)]
    [InlineData("/accounts/10042/upload/x.csv", FileRights.None)]
    [InlineData("/accounts/10042/vendors/acme/usage/x", FileRights.None)]
    [InlineData("/accounts/10042/CDR/x.csv", FileRights.None)]
    [InlineData("/accounts/10042/cdr2/x.csv", FileRights.None)]
    [InlineData("/accounts/10042/x.csv", FileRights.None)]
    [InlineData("/accounts/-10042/cdr/x.csv", FileRights.None)]
    [InlineData("/accounts/.hidden/cdr/x.csv", FileRights.None)]
    [InlineData("/accounts/10 42/cdr/x.csv", FileRights.None)]
    [InlineData("/accounts/AB\u212a/cdr/x.csv", FileRights.None)]
    [InlineData("/accounts/123456789012345678901234567890123/cdr", FileRights.None)]
    [InlineData("/Accounts/10042/cdr/x.csv", FileRights.None)]
    [InlineData("/inbound/10042/upload/x.csv", FileRights.None)]
    [InlineData("/10042/cdr/x.csv", FileRights.None)]
    [InlineData("/cdr/x.csv", FileRights.None)]
    public void A_publisher_delivers_into_the_feeds_of_accounts_and_nowhere_else(string path, FileRights expected) =>
        Assert.Equal(expected, Publisher.RightsAt(VaultPath.Parse(path)));

    [Theory]
    [InlineData("/", FileRights.List)]
    [InlineData("/inbound", FileRights.List)]
    [InlineData("/inbound/10042", FileRights.List)]
    [InlineData("/inbound/10042/upload", FileRights.ReadOnly)]
    [InlineData("/inbound/10042/upload/a/b.csv", LayoutTemplate.Confirm)]
    [InlineData("/inbound/10042/vendors", FileRights.List)]
    [InlineData("/inbound/10042/vendors/acme", FileRights.ReadOnly)]
    [InlineData("/inbound/10042/vendors/acme/usage/x.csv", LayoutTemplate.Confirm)]
    [InlineData("/inbound/10042/vendors/acme/processed", FileRights.None)]
    [InlineData("/inbound/10042/vendors/acme/processed/x.csv", FileRights.None)]
    [InlineData("/inbound/10042/vendors/acme/rejected/x.csv.report.txt", FileRights.None)]
    [InlineData("/inbound/10042/processed", FileRights.None)]
    [InlineData("/inbound/10042/cdr", FileRights.None)]
    [InlineData("/inbound/10042/invoices/x.pdf", FileRights.None)]
    [InlineData("/inbound/10042/Upload/x", FileRights.None)]
    [InlineData("/inbound/10042/uploads/x", FileRights.None)]
    [InlineData("/INBOUND/10042/upload/x", FileRights.None)]
    [InlineData("/accounts/10042/upload/x", FileRights.None)]
    [InlineData("/inbound/-/upload/x", FileRights.None)]
    public void A_collector_reads_what_was_delivered_and_nothing_else(string path, FileRights expected) =>
        Assert.Equal(expected, Collector.RightsAt(VaultPath.Parse(path)));

    [Fact]
    public void A_collector_follows_the_layout_of_the_provider()
    {
        var tree = AccountsTree.ForCollector(new LayoutTemplate([new("/in/usage", LayoutTemplate.Deliver), new("/out", FileRights.ReadOnly), new("/drop", FileRights.Create)]));
        Assert.Equal(LayoutTemplate.Confirm, tree.RightsAt(VaultPath.Parse("/inbound/1/in/usage/x")));
        Assert.Equal(LayoutTemplate.Confirm, tree.RightsAt(VaultPath.Parse("/inbound/1/drop/x")));
        Assert.Equal(FileRights.List, tree.RightsAt(VaultPath.Parse("/inbound/1/in")));
        Assert.Equal(FileRights.None, tree.RightsAt(VaultPath.Parse("/inbound/1/in/x")));
        Assert.Equal(FileRights.None, tree.RightsAt(VaultPath.Parse("/inbound/1/out/x")));
    }

    [Fact]
    public void Rights_that_hold_nowhere_are_not_advertised_and_whoever_is_refused_reads_what_the_login_is_for()
    {
        Assert.Equal(LayoutTemplate.Deliver, Publisher.Anywhere);
        Assert.Equal(LayoutTemplate.Confirm, Collector.Anywhere);
        Assert.Contains("/accounts/NUMBER/TYPE, where TYPE is cdr, data, invoice, report, sir", Publisher.Advice, StringComparison.Ordinal);
        Assert.Contains("deletes each file that it has fetched, or moves it to /processed", Collector.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public void Asking_for_rights_allocates_nothing()
    {
        var path = VaultPath.Parse("/accounts/10042/cdr/2026/01/x.csv");
        var inbound = VaultPath.Parse("/inbound/10042/vendors/acme/usage/2026/01/x.csv");
        Assert.Equal(0, Allocations.InSteadyState(() =>
        {
            for (var i = 0; i < 1000; i++)
            {
                Publisher.RightsAt(path);
                Collector.RightsAt(inbound);
            }
        }));
    }

    [Theory]
    [InlineData("/accounts/10042/cdr/2026/x.csv", "10042 /cdr/2026/x.csv")]
    [InlineData("/accounts/abc/sir/x", "aBc /reports/x")]
    [InlineData("/accounts/ABC/invoice", "aBc /invoices")]
    [InlineData("/accounts/10042", null)]
    [InlineData("/accounts", null)]
    [InlineData("/", null)]
    [InlineData("/accounts/10042/upload/x", null)]
    [InlineData("/accounts/10043/cdr/x", null)]
    public async Task A_publishers_path_is_a_place_that_the_customer_knows(string seen, string? expected) =>
        Assert.Equal(expected, await PlaceAsync(Publisher, seen));

    [Theory]
    [InlineData("/inbound/10042/upload/x.csv", "10042 /upload/x.csv")]
    [InlineData("/inbound/ABC/vendors/acme/usage/x", "aBc /vendors/acme/usage/x")]
    [InlineData("/inbound/10042", "10042 /")]
    [InlineData("/inbound", null)]
    [InlineData("/inbound/10043/upload", null)]
    public async Task A_collectors_path_is_a_place_that_the_sender_knows(string seen, string? expected) =>
        Assert.Equal(expected, await PlaceAsync(Collector, seen));

    private static async Task<string?> PlaceAsync(AccountsTree tree, string seen)
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddAccountAsync("10042");
        await core.AddAccountAsync("aBc");
        var place = await new AccountsView(tree, core.Services.Accounts).LocateAsync(VaultPath.Parse(seen));
        return place is null ? null : $"{place.Account} {place.Path}";
    }
}
