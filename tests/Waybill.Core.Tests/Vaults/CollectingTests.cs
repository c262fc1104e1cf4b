using Waybill.Core.Catalogue;
using Waybill.Core.Logins;
using Waybill.Core.Tests.Inbound;
using Waybill.Core.Vaults;
using Waybill.Storage;
using Waybill.Storage.Local;
using Waybill.TestKit;

namespace Waybill.Core.Tests.Vaults;

/// <summary>With the collect right a customer tidies up what it fetched; it goes to the archive and is never gone.</summary>
public sealed class CollectingTests
{
    private static readonly VaultLayout Layout = new(new LayoutTemplate(
        [new("/cdr", LayoutTemplate.Collect), new("/invoices", FileRights.ReadOnly), new("/upload", FileRights.All)]));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_deleted_or_moved_away_lies_in_the_archive_and_audit_and_catalogue_say_so(bool isMoved)
    {
        await using var session = await Session.OpenAsync();
        await session.PublishAsync("/cdr/a.csv", "content");
        var path = VaultPath.Parse("/cdr/a.csv");
        var target = VaultPath.Parse("/upload/got.csv");
        Assert.Equal(StoreError.None, isMoved ? await session.Store.RenameAsync(path, target, replace: true) : await session.Store.RemoveAsync(path));
        Assert.Equal(StoreError.None, await session.Journal.RecordAsync(isMoved ? new FileEvent(FileOperation.Rename, path, target) : new FileEvent(FileOperation.Remove, path)));

        Assert.False(File.Exists(session.Core.OnDisk("/cdr/a.csv")));
        Assert.False(File.Exists(session.Core.OnDisk("/upload/got.csv")));
        Assert.Equal("content", await File.ReadAllTextAsync(session.InArchive("2026-01/cdr/a.csv")));
        var gone = Assert.Single((await session.Core.Services.Catalogue.ListAsync(DeliveringCore.Account, new CatalogueQuery { WithGone = true })).Get().Items);
        Assert.Equal(GoneHow.Archived, gone.GoneHow);
        Assert.Equal(
            """{"to":"/10042/2026-01/cdr/a.csv"}""", session.Core.Core.Scalar("SELECT detail FROM audit WHERE action = 'archive' AND subject = '/cdr/a.csv'"));
    }

    [Fact]
    public async Task The_same_name_is_archived_as_often_as_it_comes()
    {
        await using var session = await Session.OpenAsync();
        foreach (var content in (string[])["one", "two", "three"])
        {
            await session.PublishAsync("/cdr/a.csv", content);
            Assert.Equal(StoreError.None, await session.Store.RemoveAsync(VaultPath.Parse("/cdr/a.csv")));
        }

        Assert.Equal(["one", "two", "three"], ((string[])["2026-01", "2026-01.2", "2026-01.3"]).Select(month => File.ReadAllText(session.InArchive(month + "/cdr/a.csv"))));
    }

    [Fact]
    public async Task Of_one_path_the_archive_takes_so_many_in_a_month_and_then_the_file_stays()
    {
        await using var session = await Session.OpenAsync();
        for (var version = 1; version <= FileArchive.MaximumVersions; version++)
        {
            var taken = session.InArchive($"2026-01{(version == 1 ? "" : $".{version}")}/cdr/a.csv");
            Directory.CreateDirectory(Path.GetDirectoryName(taken)!);
            await File.WriteAllTextAsync(taken, "");
        }

        await session.PublishAsync("/cdr/a.csv", "content");
        Assert.Equal(StoreError.AlreadyExists, await session.Store.RemoveAsync(VaultPath.Parse("/cdr/a.csv")));
        Assert.True(File.Exists(session.Core.OnDisk("/cdr/a.csv")));
    }

    [Fact]
    public async Task Nothing_is_planted_among_the_providers_files()
    {
        await using var session = await Session.OpenAsync();
        await session.PublishAsync("/upload/fake.csv", "fake");
        Assert.Equal(StoreError.PermissionDenied, await session.Store.RenameAsync(VaultPath.Parse("/upload/fake.csv"), VaultPath.Parse("/cdr/fake.csv"), replace: false));
        Assert.False(session.Rules.RightsAt(VaultPath.Parse("/cdr/x")).HasFlag(FileRights.Create));
        Assert.Empty(Directory.EnumerateFileSystemEntries(session.Core.OnDisk("/cdr")));
    }

    [Fact]
    public async Task No_link_leads_around_the_archive()
    {
        await using var session = await Session.OpenAsync();
        await session.PublishAsync("/cdr/a.csv", "content");
        Directory.CreateSymbolicLink(session.Core.OnDisk("/upload/way"), "../cdr");
        Assert.Equal(StoreError.PermissionDenied, await session.Store.RemoveAsync(VaultPath.Parse("/upload/way/a.csv")));
        Assert.Equal(StoreError.PermissionDenied, await session.Store.RenameAsync(VaultPath.Parse("/upload/way/a.csv"), VaultPath.Parse("/upload/b"), replace: true));
        Assert.True(File.Exists(session.Core.OnDisk("/cdr/a.csv")));
    }

    [Fact]
    public async Task Elsewhere_nothing_is_different()
    {
        await using var session = await Session.OpenAsync();
        await session.PublishAsync("/invoices/a.pdf", "invoice");
        await session.PublishAsync("/upload/own.csv", "own");
        Assert.Equal(FileRights.ReadOnly, session.Rules.RightsAt(VaultPath.Parse("/invoices/a.pdf")));
        Assert.Equal(StoreError.None, await session.Store.RemoveAsync(VaultPath.Parse("/upload/own.csv")));
        Assert.Equal(StoreError.None, await session.Journal.RecordAsync(new FileEvent(FileOperation.Remove, VaultPath.Parse("/upload/own.csv"))));
        Assert.Equal(1L, session.Core.Core.Scalar("SELECT count(*) FROM audit WHERE action = 'remove'"));
        Assert.False(Directory.Exists(session.InArchive("2026-01")));

        var directory = VaultPath.Parse("/cdr");
        Assert.Equal(FileRights.ReadOnly, session.Rules.RightsAt(directory));
    }

    [Fact]
    public async Task The_right_is_granted_to_an_account_or_one_login_and_taken_again()
    {
        await using var core = await DeliveringCore.CreateAsync();
        var rights = core.Services.CollectRights;
        var one = (await core.Services.Logins.FindAsync(DeliveringCore.Account)).Get();
        var other = (await core.Services.Logins.AddAsync(new NewLogin(LoginKind.Customer) { Account = DeliveringCore.Account, UserName = "second" }, TestCore.Operator)).Get();
        var vendor = (await core.Services.Logins.FindAsync(DeliveringCore.Account + "-acme")).Get();
        var file = VaultPath.Parse("/cdr/a.csv");
        async Task<FileRights> RightsAsync(Login login, VaultPath path) =>
            (await rights.AddToAsync(new VaultLayout(LayoutTemplate.Default).RulesFor(login), login)).RightsAt(path);

        Assert.Equal(FileRights.ReadOnly, await RightsAsync(one, file));
        var granted = (await rights.GrantAsync(new CollectRight(DeliveringCore.Account, one.UserName, "/cdr"), TestCore.Operator)).Get();
        (await rights.GrantAsync(granted, TestCore.Operator)).Get();
        Assert.Equal([granted], (await rights.ListAsync(DeliveringCore.Account)).Get());
        Assert.Equal(LayoutTemplate.Collect, await RightsAsync(one, file));
        Assert.Equal(FileRights.ReadOnly, await RightsAsync(one, VaultPath.Parse("/cdr")));
        Assert.Equal(FileRights.None, await RightsAsync(one, VaultPath.Parse("/cdrs/a.csv")));
        Assert.Equal(FileRights.ReadOnly, await RightsAsync(other, file));

        var all = new CollectRight(DeliveringCore.Account, null, "/cdr");
        (await rights.GrantAsync(all, TestCore.Operator)).Get();
        Assert.Equal(LayoutTemplate.Collect, await RightsAsync(other, file));
        (await rights.GrantAsync(all with { Folder = "/upload" }, TestCore.Operator)).Get();
        Assert.Equal(LayoutTemplate.Deliver, await RightsAsync(other, VaultPath.Parse("/upload/a.csv")));
        Assert.Equal(LayoutTemplate.Deliver, await RightsAsync(vendor, VaultPath.Parse("/cdr/a.csv")));

        (await rights.RevokeAsync(all, TestCore.Operator)).Get();
        Assert.Equal(FileRights.ReadOnly, await RightsAsync(other, file));
        (await rights.RevokeAsync(all, TestCore.Operator)).Problem(ProblemKind.NotFound);
        (await rights.GrantAsync(all with { Folder = "cdr" }, TestCore.Operator)).Problem(ProblemKind.Invalid);
        (await rights.GrantAsync(all with { Login = vendor.UserName }, TestCore.Operator)).Problem(ProblemKind.NotFound);
        Assert.Equal(4L, core.Core.Scalar("SELECT count(*) FROM audit WHERE action LIKE 'collect-%'"));
    }

    [Fact]
    public async Task An_account_has_so_many_collect_rights_and_no_more()
    {
        await using var core = await DeliveringCore.CreateAsync();
        for (var i = 0; i < CollectRights.Maximum; i++)
        {
            (await core.Services.CollectRights.GrantAsync(new CollectRight(DeliveringCore.Account, null, $"/cdr/{i}"), TestCore.Operator)).Get();
        }

        (await core.Services.CollectRights.GrantAsync(new CollectRight(DeliveringCore.Account, null, "/more"), TestCore.Operator)).Problem(ProblemKind.LimitReached);
    }

    private sealed class Session : IAsyncDisposable
    {
        private readonly TemporaryDirectory _archive = new();
        private readonly LocalVaults _vaults;
        private readonly FileArchive _archives;

        private Session(DeliveringCore core)
        {
            Core = core;
            Rules = Layout.RulesFor(new Login(
                1, DeliveringCore.Account, LoginKind.Customer, DeliveringCore.Account, null, null, AllowedNetworks.Anywhere,
                LoginStatus.Active, null, DateTimeOffset.UnixEpoch, null));
            _vaults = new LocalVaults(core.Core.Files.Vaults);
            _archives = new FileArchive(_archive.FullName);
            var collecting = new Collecting(Rules, DeliveringCore.Account, "", _vaults, _archives, core.Core.Time);
            Store = collecting.Wrap(_vaults.OpenStore(VaultPath.Parse("/" + DeliveringCore.Account), collecting.StoreRules).Value!);
            Journal = collecting.Wrap(core.Core.Journal(DeliveringCore.Customer));
        }

        public DeliveringCore Core { get; }

        public IAccessRules Rules { get; }

        public IFileStore Store { get; }

        public IFileJournal Journal { get; }

        public static async Task<Session> OpenAsync() => new(await DeliveringCore.CreateAsync());

        public Task<long> PublishAsync(string path, string content) => Core.DeliverAsync(path, content, TestCore.Operator);

        public string InArchive(string path) => _archive.Combine(DeliveringCore.Account, path);

        public async ValueTask DisposeAsync()
        {
            await Store.DisposeAsync();
            _vaults.Dispose();
            _archives.Dispose();
            _archive.Dispose();
            await Core.DisposeAsync();
        }
    }
}
