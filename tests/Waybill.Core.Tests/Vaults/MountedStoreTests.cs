using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Waybill.Core.Vaults.Mounts;
using Waybill.Storage;

namespace Waybill.Core.Tests.Vaults;

/// <summary>The trees of the provider's own logins over real vaults.</summary>
public sealed class MountedStoreTests
{
    [Fact]
    public async Task What_a_publisher_puts_lies_in_the_customers_folder()
    {
        await using var vaults = await new ProviderVaults().WithAccountsAsync("10042", "10043");
        var store = vaults.Open(ProviderVaults.Publisher);

        Assert.Equal(StoreError.None, await store.PutAsync("/accounts/10042/cdr/x.csv", "calls"));
        Assert.Equal(StoreError.None, await store.PutAsync("/accounts/10043/invoice/x.pdf", "money"));
        Assert.Equal(StoreError.None, await store.PutAsync("/accounts/10043/sir/x.csv", "records"));

        Assert.Equal("calls", await File.ReadAllTextAsync(vaults.OnDisk("10042/cdr/x.csv"), TestContext.Current.CancellationToken));
        Assert.Equal("money", await File.ReadAllTextAsync(vaults.OnDisk("10043/invoices/x.pdf"), TestContext.Current.CancellationToken));
        Assert.Equal("records", await store.GetAsync("/accounts/10043/report/x.csv"));
        Assert.Equal(["x.csv"], await store.ListAsync("/accounts/10042/cdr"));
    }

    [Fact]
    public async Task An_upload_appears_when_it_is_committed_and_an_abandoned_one_never()
    {
        await using var vaults = await new ProviderVaults().WithAccountsAsync("10042");
        var store = vaults.Open(ProviderVaults.Publisher);
        var path = VaultPath.Parse("/accounts/10042/cdr/x.csv");
        var file = (await store.OpenAsync(path, OpenModes.Write | OpenModes.Create)).Value!;
        await file.WriteAsync(0, new ReadOnlySequence<byte>("half"u8.ToArray()));
        Assert.False(File.Exists(vaults.OnDisk("10042/cdr/x.csv")));
        Assert.Equal(4, (await store.GetAttributesAsync(path, followLink: true)).Value.Size);

        await store.DisposeAsync();
        Assert.NotEqual(StoreError.None, await file.CommitAsync());
        await file.DisposeAsync();
        Assert.Empty(Directory.EnumerateFileSystemEntries(vaults.OnDisk("10042/cdr")));
    }

    [Fact]
    public async Task The_directories_above_the_mounts_come_from_the_database()
    {
        await using var vaults = await new ProviderVaults().WithAccountsAsync("b2", "A1", "c3", "d4");
        await vaults.Core.Services.Accounts.SuspendAsync("A1", null, TestCore.Operator);
        await vaults.Core.Services.Accounts.CloseAsync("c3", null, TestCore.Operator);
        Directory.Delete(vaults.OnDisk("d4/data"), recursive: true);
        var publisher = vaults.Open(ProviderVaults.Publisher);
        var collector = vaults.Open(ProviderVaults.Collector);

        Assert.Equal(["accounts"], await publisher.ListAsync("/"));
        Assert.Equal(["A1", "b2", "d4"], await publisher.ListAsync("/accounts"));
        Assert.Equal(["cdr", "data", "invoice", "report", "sir"], await publisher.ListAsync("/accounts/b2"));
        Assert.Equal(["cdr", "invoice", "report", "sir"], await publisher.ListAsync("/accounts/d4"));
        Assert.Equal(["inbound", "processed"], await collector.ListAsync("/"));
        Assert.Equal(["A1", "b2", "d4"], await collector.ListAsync("/inbound"));
        Assert.Equal(["upload", "vendors"], (await collector.ListAsync("/inbound/b2"))
            .Where(name => ProviderVaults.Collector.RightsAt(VaultPath.Parse("/inbound/b2/" + name)) != FileRights.None).Order(StringComparer.Ordinal));

        foreach (var path in new[] { "/", "/accounts", "/accounts/b2", "/accounts/b2/cdr" })
        {
            Assert.Equal(FileKind.Directory, (await publisher.GetAttributesAsync(VaultPath.Parse(path), followLink: true)).Value.Kind);
            Assert.True((await publisher.GetUsageAsync(VaultPath.Parse(path))).Value.Blocks > 0, path);
            Assert.Equal(path, (await publisher.ResolveAsync(VaultPath.Parse(path))).Value!.ToString());
        }
    }

    [Fact]
    public async Task A_closed_account_is_gone_at_once_and_a_suspended_one_still_takes_what_is_delivered()
    {
        await using var vaults = await new ProviderVaults().WithAccountsAsync("10042");
        var store = vaults.Open(ProviderVaults.Publisher);
        await vaults.Core.Services.Accounts.SuspendAsync("10042", null, TestCore.Operator);
        Assert.Equal(StoreError.None, await store.PutAsync("/accounts/10042/cdr/x.csv", "1"));

        await vaults.Core.Services.Accounts.CloseAsync("10042", null, TestCore.Operator);
        Assert.Equal(StoreError.NotFound, await store.PutAsync("/accounts/10042/cdr/y.csv", "2"));
        Assert.Equal("NotFound", await store.GetAsync("/accounts/10042/cdr/x.csv"));
        Assert.Equal(StoreError.NotFound, (await store.GetAttributesAsync(VaultPath.Parse("/accounts/10042"), followLink: true)).Error);
        Assert.Equal(StoreError.NotFound, (await store.OpenDirectoryAsync(VaultPath.Parse("/accounts/10042"))).Error);
        Assert.Equal(["x.csv"], Directory.GetFiles(vaults.OnDisk("10042/cdr")).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Numbers_compare_without_case_and_the_vault_has_the_number_as_it_was_given()
    {
        await using var vaults = await new ProviderVaults().WithAccountsAsync("aBK");
        var store = vaults.Open(ProviderVaults.Publisher);
        Assert.Equal(StoreError.None, await store.PutAsync("/accounts/ABK/cdr/x.csv", "1"));
        Assert.Equal("1", await store.GetAsync("/accounts/abk/cdr/x.csv"));
        Assert.Equal(StoreError.None, await store.RenameAsync(VaultPath.Parse("/accounts/abk/cdr/x.csv"), VaultPath.Parse("/accounts/ABK/cdr/y.csv"), replace: false));
        Assert.Equal("/accounts/aBK/cdr/y.csv", (await store.ResolveAsync(VaultPath.Parse("/accounts/ABK/cdr/y.csv"))).Value!.ToString());
        Assert.Equal(["aBK"], Directory.GetDirectories(vaults.Core.Files.Vaults).Select(Path.GetFileName));
        Assert.True(File.Exists(vaults.OnDisk("aBK/cdr/y.csv")));

        // KELVIN SIGN, whose lower case is k.
        Assert.Equal(StoreError.NotFound, await store.PutAsync("/accounts/AB\u212a/cdr/x.csv", "1"));
    }

    [Theory]
    [InlineData("/", StoreError.PermissionDenied)]
    [InlineData("/accounts", StoreError.PermissionDenied)]
    [InlineData("/accounts/10042", StoreError.PermissionDenied)]
    [InlineData("/accounts/10099", StoreError.NotFound)]
    [InlineData("/accounts/10042/upload", StoreError.NotFound)]
    [InlineData("/accounts/10042/upload/x.csv", StoreError.NotFound)]
    [InlineData("/elsewhere", StoreError.NotFound)]
    [InlineData("/accounts/10042/cdr", StoreError.PermissionDenied)]
    public async Task What_only_the_tree_has_is_never_changed(string text, StoreError expected)
    {
        await using var vaults = await new ProviderVaults().WithAccountsAsync("10042");
        var store = vaults.Open(ProviderVaults.Publisher);
        await store.PutAsync("/accounts/10042/cdr/x.csv", "1");
        var path = VaultPath.Parse(text);
        var file = VaultPath.Parse("/accounts/10042/cdr/x.csv");
        var before = Tree(vaults);

        Assert.Equal(expected, await store.SetAttributesAsync(path, new AttributeChanges(Permissions: 0), followLink: true));
        Assert.Equal(expected, await store.RenameAsync(path, VaultPath.Parse("/accounts/10042/cdr/moved"), replace: true));
        Assert.Equal(expected, await store.RenameAsync(file, path, replace: true));
        Assert.Equal(expected, await store.RemoveDirectoryAsync(path));
        Assert.NotEqual(StoreError.None, await store.RemoveAsync(path));
        Assert.NotEqual(StoreError.None, await store.MakeDirectoryAsync(path));
        Assert.NotEqual(StoreError.None, await store.PutAsync(text, "1"));
        Assert.Equal(StoreError.PermissionDenied, await store.MakeSymbolicLinkAsync(VaultPath.Parse("/accounts/10042/cdr/link"), "/"u8.ToArray()));
        Assert.Equal(StoreError.PermissionDenied, await store.MakeHardLinkAsync(file, VaultPath.Parse("/accounts/10042/cdr/link")));
        Assert.Equal(before, Tree(vaults));
    }

    [Fact]
    public async Task Names_change_within_a_folder_of_an_account_and_never_across()
    {
        await using var vaults = await new ProviderVaults().WithAccountsAsync("10042", "10043");
        var store = vaults.Open(ProviderVaults.Publisher);
        await store.PutAsync("/accounts/10042/sir/x.tmp", "1");
        Assert.Equal(StoreError.None, await store.MakeDirectoryAsync(VaultPath.Parse("/accounts/10042/sir/2026")));
        Assert.Equal(StoreError.None, await store.RenameAsync(VaultPath.Parse("/accounts/10042/sir/x.tmp"), VaultPath.Parse("/accounts/10042/report/2026/x.csv"), replace: false));
        Assert.True(File.Exists(vaults.OnDisk("10042/reports/2026/x.csv")));

        var source = VaultPath.Parse("/accounts/10042/sir/2026/x.csv");
        Assert.Equal(StoreError.CrossDevice, await store.RenameAsync(source, VaultPath.Parse("/accounts/10043/sir/x.csv"), replace: false));
        Assert.Equal(StoreError.CrossDevice, await store.RenameAsync(source, VaultPath.Parse("/accounts/10042/cdr/x.csv"), replace: false));
        Assert.Equal(StoreError.None, await store.RemoveAsync(source));
        Assert.Equal(StoreError.None, await store.RemoveDirectoryAsync(VaultPath.Parse("/accounts/10042/sir/2026")));
    }

    [Fact]
    public async Task A_file_is_copied_from_one_account_to_another_and_a_renamed_upload_tells_its_name_in_the_tree()
    {
        await using var vaults = await new ProviderVaults().WithAccountsAsync("10042", "10043");
        var store = vaults.Open(ProviderVaults.Publisher);
        await store.PutAsync("/accounts/10042/data/x.csv", "the same for all");
        await using var source = (await store.OpenAsync(VaultPath.Parse("/accounts/10042/data/x.csv"), OpenModes.Read)).Value!;
        var path = VaultPath.Parse("/accounts/10043/data/x.tmp");
        await using var target = (await store.OpenAsync(path, OpenModes.Write | OpenModes.Create)).Value!;
        Assert.Equal(StoreError.None, await source.CopyToAsync(0, 0, target, 0, TestContext.Current.CancellationToken));
        Assert.Equal(StoreError.None, await store.RenameAsync(path, VaultPath.Parse("/accounts/10043/data/x.csv"), replace: false));
        Assert.Equal("/accounts/10043/data/x.csv", target.RenamedTo!.ToString());
        Assert.Equal(StoreError.None, await target.CommitAsync());
        Assert.Equal("the same for all", await store.GetAsync("/accounts/10043/data/x.csv"));
    }

    [Theory]
    [InlineData("../../10043/upload/secret.csv")]
    [InlineData("/upload/secret.csv")]
    [InlineData("../upload/secret.csv")]
    [InlineData("../../../waybill.db")]
    [InlineData("/etc/passwd")]
    public async Task A_planted_link_leads_a_publisher_to_no_other_folder(string link)
    {
        await using var vaults = await new ProviderVaults().WithAccountsAsync("10042", "10043");
        var store = vaults.Open(ProviderVaults.Publisher);
        foreach (var number in new[] { "10042", "10043" })
        {
            await File.WriteAllTextAsync(vaults.OnDisk(number + "/upload/secret.csv"), "secret", TestContext.Current.CancellationToken);
        }

        File.CreateSymbolicLink(vaults.OnDisk("10042/cdr/file.csv"), link);
        File.CreateSymbolicLink(vaults.OnDisk("10042/cdr/folder"), Path.GetDirectoryName(link)!);

        Assert.Equal("NotFound", await store.GetAsync("/accounts/10042/cdr/file.csv"));
        Assert.NotEqual(StoreError.None, await store.PutAsync("/accounts/10042/cdr/file.csv", "overwritten"));
        _ = await store.PutAsync("/accounts/10042/cdr/folder/secret.csv", "overwritten");
        _ = await store.RemoveAsync(VaultPath.Parse("/accounts/10042/cdr/folder/secret.csv"));
        foreach (var number in new[] { "10042", "10043" })
        {
            Assert.Equal("secret", await File.ReadAllTextAsync(vaults.OnDisk(number + "/upload/secret.csv"), TestContext.Current.CancellationToken));
        }
    }

    [Theory]
    [InlineData("../cdr/secret.csv", "PermissionDenied")]
    [InlineData("/cdr/secret.csv", "PermissionDenied")]
    [InlineData("../../10043/cdr/secret.csv", "NotFound")]
    [InlineData("../../10043/upload/secret.csv", "NotFound")]
    [InlineData("/etc/passwd", "NotFound")]
    [InlineData("../vendors/acme/usage/own.csv", "delivered")]
    public async Task A_planted_link_shows_a_collector_only_what_it_may_read_anyway(string link, string expected)
    {
        await using var vaults = await new ProviderVaults().WithAccountsAsync("10042", "10043");
        var store = vaults.Open(ProviderVaults.Collector);
        Directory.CreateDirectory(vaults.OnDisk("10042/vendors/acme/usage"));
        await File.WriteAllTextAsync(vaults.OnDisk("10042/vendors/acme/usage/own.csv"), "delivered", TestContext.Current.CancellationToken);
        foreach (var path in new[] { "10042/cdr/secret.csv", "10043/cdr/secret.csv", "10043/upload/secret.csv" })
        {
            await File.WriteAllTextAsync(vaults.OnDisk(path), "secret", TestContext.Current.CancellationToken);
        }

        File.CreateSymbolicLink(vaults.OnDisk("10042/upload/link.csv"), link);
        Assert.Equal(expected, await store.GetAsync("/inbound/10042/upload/link.csv"));
        var text = await store.ReadLinkAsync(VaultPath.Parse("/inbound/10042/upload/link.csv"));
        Assert.True(!text.Succeeded || Encoding.UTF8.GetString(text.Value) is var shown && (shown == link || shown.StartsWith("/inbound/10042/", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_link_of_a_folder_that_a_customer_swapped_is_not_followed()
    {
        await using var vaults = await new ProviderVaults().WithAccountsAsync("10042", "10043");
        var store = vaults.Open(ProviderVaults.Publisher);
        Directory.Delete(vaults.OnDisk("10042/cdr"));
        Directory.CreateSymbolicLink(vaults.OnDisk("10042/cdr"), "../10043/cdr");
        Assert.Equal(StoreError.NotADirectory, await store.PutAsync("/accounts/10042/cdr/x.csv", "1"));
        Assert.Equal(["data", "invoice", "report", "sir"], await store.ListAsync("/accounts/10042"));
        Assert.Empty(Directory.GetFiles(vaults.OnDisk("10043/cdr")));
    }

    [Fact]
    public async Task Ten_thousand_accounts_are_listed_page_by_page()
    {
        await using var vaults = await new ProviderVaults().WithAccountsAsync();
        vaults.Core.Tamper(
            """
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 11000)
            INSERT INTO account (number, number_key, name, status, language, created_at)
            SELECT 'A' || printf('%05d', i), 'a' || printf('%05d', i), 'x', CASE WHEN i > 5000 AND i <= 6000 THEN 'closed' ELSE 'active' END, 'en', 0 FROM n
            """);
        var store = vaults.Open(ProviderVaults.Publisher);
        var names = await store.ListAsync("/accounts", batch: 64);
        Assert.Equal(10_000, names.Count);
        Assert.Equal(10_000, names.Distinct().Count());
        Assert.Equal(("A00001", "A05000", "A06001", "A11000"), (names[0], names[4999], names[5000], names[^1]));

        var listing = (await store.OpenDirectoryAsync(VaultPath.Parse("/accounts"))).Value!;
        var first = await ReadPageAsync(listing);
        await ReadPageAsync(listing);
        GC.Collect();
        Assert.False(first.IsAlive, "the listing keeps what it has shown");
        await listing.DisposeAsync();
        Assert.Equal(0, (await listing.ReadAsync(new DirectoryEntry[1])).Value);
    }

    [Fact]
    public async Task A_walk_over_all_accounts_keeps_a_few_stores_open()
    {
        string[] numbers = [.. Enumerable.Range(1, OpenVaults.MaximumIdle + 20).Select(number => $"n{number}")];
        await using var vaults = await new ProviderVaults().WithAccountsAsync(numbers);
        var store = vaults.Open(ProviderVaults.Publisher);
        foreach (var number in numbers)
        {
            Assert.Equal(StoreError.None, await store.PutAsync($"/accounts/{number}/cdr/x.csv", number));
            Assert.Equal(5, (await store.ListAsync($"/accounts/{number}")).Count);
        }

        Assert.Equal(OpenVaults.MaximumIdle, store.Vaults.Count);
        await store.DisposeAsync();
        Assert.Equal(0, store.Vaults.Count);
        Assert.Equal(StoreError.BadHandle, await store.PutAsync("/accounts/n1/cdr/x.csv", "1"));
    }

    [Fact]
    public async Task A_database_that_fails_is_an_error_of_the_disk_and_no_missing_file()
    {
        await using var vaults = await new ProviderVaults().WithAccountsAsync("10042");
        var store = vaults.Open(ProviderVaults.Publisher);
        vaults.Core.Tamper("ALTER TABLE account RENAME TO account_away");
        Assert.Equal(StoreError.InputOutput, await store.PutAsync("/accounts/10042/cdr/x.csv", "1"));
        await using var listing = (await store.OpenDirectoryAsync(VaultPath.Parse("/accounts"))).Value!;
        Assert.Equal(StoreError.InputOutput, (await listing.ReadAsync(new DirectoryEntry[10])).Error);
        vaults.Core.Tamper("ALTER TABLE account_away RENAME TO account");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<WeakReference> ReadPageAsync(IDirectoryListing listing)
    {
        var entries = new DirectoryEntry[TreeListing.PageSize + 2];
        Assert.Equal(entries.Length, (await listing.ReadAsync(entries)).Value);
        Assert.True(MemoryMarshal.TryGetArray(entries[^1].Name, out var name));
        return new WeakReference(name.Array);
    }

    private static List<string> Tree(ProviderVaults vaults) =>
        [.. Directory.EnumerateFileSystemEntries(vaults.Core.Files.Vaults, "*", SearchOption.AllDirectories)
            .Select(path => $"{path} {File.GetUnixFileMode(path)}").Order(StringComparer.Ordinal)];
}
