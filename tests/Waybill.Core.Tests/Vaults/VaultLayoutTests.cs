using Waybill.Core.Logins;
using Waybill.Core.Vaults;
using Waybill.Storage;
using Waybill.TestKit;

namespace Waybill.Core.Tests.Vaults;

public sealed class VaultLayoutTests
{
    private const FileRights Deliver = LayoutTemplate.Deliver;

    private readonly VaultLayout _layout = new(LayoutTemplate.Default);

    [Theory]
    [InlineData("/", FileRights.List)]
    [InlineData("/cdr", FileRights.ReadOnly)]
    [InlineData("/cdr/2026-01.csv", FileRights.ReadOnly)]
    [InlineData("/cdr/2026/01/x.csv", FileRights.ReadOnly)]
    [InlineData("/data/x", FileRights.ReadOnly)]
    [InlineData("/invoices/x", FileRights.ReadOnly)]
    [InlineData("/reports/x", FileRights.ReadOnly)]
    [InlineData("/upload/x", Deliver)]
    [InlineData("/processed/x", FileRights.ReadOnly)]
    [InlineData("/rejected/x", FileRights.ReadOnly)]
    [InlineData("/upload/a/b/c", Deliver)]
    [InlineData("/uploads", FileRights.None)]
    [InlineData("/upload2/x", FileRights.None)]
    [InlineData("/Upload/x", FileRights.None)]
    [InlineData("/x", FileRights.None)]
    [InlineData("/vendors", FileRights.List)]
    [InlineData("/vendors/acme", FileRights.ReadOnly)]
    [InlineData("/vendors/acme/x", FileRights.ReadOnly)]
    [InlineData("/vendors/acme/usage", FileRights.ReadOnly)]
    [InlineData("/vendors/acme/usage/x", FileRights.ReadOnly)]
    public void A_customer_has_the_rights_of_the_folder(string path, FileRights expected) =>
        Assert.Equal(expected, _layout.RulesFor(Login(LoginKind.Customer)).RightsAt(VaultPath.Parse(path)));

    [Theory]
    [InlineData("/", FileRights.List | FileRights.Read | FileRights.Create | FileRights.Overwrite | FileRights.MakeDirectory | FileRights.Link)]
    [InlineData("/x", FileRights.All)]
    [InlineData("/x/y", FileRights.All)]
    [InlineData("/a/x", FileRights.All)]
    [InlineData("/a/b", FileRights.ReadOnly)]
    [InlineData("/a/b/x", FileRights.ReadOnly)]
    public void A_folder_has_the_rights_of_the_nearest_one_that_the_template_names(string path, FileRights expected)
    {
        var layout = new VaultLayout(new LayoutTemplate([new FolderTemplate("/", FileRights.All), new FolderTemplate("/a/b", FileRights.ReadOnly)]));
        Assert.Equal(expected, layout.RulesFor(Login(LoginKind.Customer)).RightsAt(VaultPath.Parse(path)));
    }

    [Theory]
    [InlineData("/x", Deliver)]
    [InlineData("/usage/x", Deliver)]
    [InlineData("/processed/x", FileRights.ReadOnly)]
    [InlineData("/rejected/x", FileRights.ReadOnly)]
    [InlineData("/usage/2026/x", Deliver)]
    [InlineData("/cdr", Deliver)]
    public void A_vendor_delivers_in_its_subtree_which_it_sees_as_the_root(string path, FileRights expected) =>
        Assert.Equal(expected, _layout.RulesFor(Login(LoginKind.Vendor)).RightsAt(VaultPath.Parse(path)));

    [Theory]
    [InlineData(LoginKind.Customer, "/upload")]
    [InlineData(LoginKind.Vendor, "/usage")]
    [InlineData(LoginKind.Vendor, "/")]
    public void The_folders_of_the_layout_can_be_filled_but_not_removed_or_renamed(LoginKind kind, string folder)
    {
        var rights = _layout.RulesFor(Login(kind)).RightsAt(VaultPath.Parse(folder));
        Assert.True(rights.HasFlag(FileRights.Create | FileRights.List));
        Assert.Equal(FileRights.None, rights & (FileRights.Delete | FileRights.Rename | FileRights.RemoveDirectory | FileRights.SetAttributes | FileRights.Link));
    }

    [Theory]
    [InlineData(LoginKind.Customer, "/upload")]
    [InlineData(LoginKind.Vendor, "/, /usage")]
    [InlineData(LoginKind.Publisher, "")]
    public void The_folders_that_take_deliveries_have_names_to_be_told(LoginKind kind, string folders) =>
        Assert.Equal(folders, string.Join(", ", _layout.RulesFor(Login(kind)).FoldersWith(FileRights.Create)));

    [Theory]
    [InlineData(LoginKind.Publisher, "/accounts/10042/cdr/x", Deliver)]
    [InlineData(LoginKind.Collector, "/inbound/10042/upload/x", LayoutTemplate.Confirm)]
    public void The_providers_own_kinds_see_all_accounts_below_a_directory_of_their_own(LoginKind kind, string path, FileRights expected)
    {
        var rules = _layout.RulesFor(Login(kind));
        Assert.Equal(expected, rules.RightsAt(VaultPath.Parse(path)));
        Assert.Equal(FileRights.None, rules.RightsAt(VaultPath.Parse("/cdr/x")));
    }

    [Fact]
    public void Asking_for_rights_allocates_nothing()
    {
        var rules = _layout.RulesFor(Login(LoginKind.Customer));
        var path = VaultPath.Parse("/vendors/acme/usage/2026/01/x.csv");
        Assert.Equal(0, Allocations.InSteadyState(() =>
        {
            for (var i = 0; i < 1000; i++)
            {
                rules.RightsAt(path);
            }
        }));
    }

    [Theory]
    [InlineData("cdr")]
    [InlineData("/cdr/")]
    [InlineData("/a/../b")]
    [InlineData("/{vendor}")]
    [InlineData("/vendors/{vendor}x")]
    [InlineData("/x/{vendor}/usage")]
    [InlineData("/.waybill-x")]
    public void A_template_with_a_folder_that_is_none_is_refused(string path) =>
        Assert.Equal(ProblemKind.Invalid, new LayoutTemplate([new FolderTemplate(path, FileRights.ReadOnly)]).Check()!.Kind);

    [Fact]
    public void The_shipped_template_is_sound_and_one_with_a_folder_twice_is_not()
    {
        Assert.Null(LayoutTemplate.Default.Check());
        Assert.NotNull(new LayoutTemplate([new FolderTemplate("/a", FileRights.List), new FolderTemplate("/a", FileRights.Read)]).Check());
    }

    [Fact]
    public async Task A_new_vault_gets_its_folders_and_a_vendor_its_own()
    {
        await using var core = await TestCore.CreateAsync();
        var account = await core.AddAccountAsync();
        var vendor = (await core.Services.Logins.AddAsync(new NewLogin(LoginKind.Vendor) { Account = "10042", Vendor = "acme" }, TestCore.Operator)).Get();

        Assert.True(core.Services.Vaults.Ensure(account).Succeeded);
        Assert.True(core.Services.Vaults.Ensure(vendor).Succeeded);
        Assert.True(core.Services.Vaults.Ensure(vendor).Succeeded);

        var vault = Path.Combine(core.Files.Vaults, "10042");
        Assert.Equal(
            ["cdr", "data", "data/sir", "invoices", "processed", "rejected", "reports", "upload", "vendors", "vendors/acme", "vendors/acme/processed", "vendors/acme/rejected", "vendors/acme/usage"],
            Directory.EnumerateDirectories(vault, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(vault, path)).Order(StringComparer.Ordinal));
        Assert.Equal(Path.Combine(vault, "vendors/acme"), core.Services.Vaults.RootOf(vendor));
        Assert.Equal("/vendors/acme", VaultLayout.RootInVault(vendor));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute, File.GetUnixFileMode(vault));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(core.Files.Vaults));
    }

    [Fact]
    public async Task A_link_in_the_place_of_a_folder_is_refused()
    {
        await using var core = await TestCore.CreateAsync();
        using var elsewhere = new TemporaryDirectory();
        var account = await core.AddAccountAsync();
        core.Services.Vaults.Ensure(account);
        var vendors = Path.Combine(core.Files.Vaults, "10042", "vendors");
        Directory.Delete(vendors);
        Directory.CreateSymbolicLink(vendors, elsewhere.FullName);
        var vendor = (await core.Services.Logins.AddAsync(new NewLogin(LoginKind.Vendor) { Account = "10042", Vendor = "acme" }, TestCore.Operator)).Get();

        Assert.Contains("link", core.Services.Vaults.Ensure(vendor).Problem!.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(elsewhere.FullName));
    }

    [Fact]
    public async Task A_vault_is_made_without_following_a_link_that_a_customer_swaps_in_and_out()
    {
        await using var core = await TestCore.CreateAsync();
        using var elsewhere = new TemporaryDirectory();
        var account = await core.AddAccountAsync();
        core.Services.Vaults.Ensure(account);
        var vendors = Path.Combine(core.Files.Vaults, "10042", "vendors");
        var (links, stop) = (0, false);
        var swapper = Task.Factory.StartNew(
            () =>
            {
                while (!Volatile.Read(ref stop))
                {
                    try
                    {
                        Directory.Delete(vendors, recursive: true);
                        Directory.CreateSymbolicLink(vendors, elsewhere.FullName);
                        links++;
                        File.Delete(vendors);
                        Directory.CreateDirectory(vendors);
                    }
                    catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                    {
                        // The other side made something in between two steps.
                    }
                }
            },
            TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var vendor = Login(LoginKind.Vendor);
        var (made, refused) = (0, 0);
        while ((made < 100 || refused < 100) && !Directory.EnumerateFileSystemEntries(elsewhere.FullName).Any())
        {
            _ = core.Services.Vaults.Ensure(vendor).Succeeded ? made++ : refused++;
        }

        Volatile.Write(ref stop, true);
        await swapper;
        Assert.Empty(Directory.EnumerateFileSystemEntries(elsewhere.FullName));
        Assert.True(links > 50, "too few links to mean anything");
    }

    [Fact]
    public void Rights_that_no_folder_gives_are_held_nowhere()
    {
        Assert.Equal(Deliver, _layout.RulesFor(Login(LoginKind.Customer)).Anywhere);
        Assert.Equal(LayoutTemplate.Confirm, _layout.RulesFor(Login(LoginKind.Collector)).Anywhere);
        var readers = new VaultLayout(new LayoutTemplate([new FolderTemplate("/cdr", FileRights.ReadOnly)]));
        Assert.Equal(FileRights.ReadOnly, readers.RulesFor(Login(LoginKind.Customer)).Anywhere);
    }

    private static Login Login(LoginKind kind) => new(
        1, "u", kind, "10042", kind == LoginKind.Vendor ? "acme" : null, null, AllowedNetworks.Anywhere, LoginStatus.Active, null, DateTimeOffset.UnixEpoch, null);
}
