using Waybill.Core.Inbound;
using Waybill.Core.Logins;
using Waybill.Storage;

namespace Waybill.Core.Tests.Inbound;

/// <summary>An account with a customer and a vendor who deliver files: on the disk, and in the journal as their sessions do it.</summary>
internal sealed class DeliveringCore : IAsyncDisposable
{
    public const string Account = "10042";

    public static readonly Actor Customer = Actor.Login(Account, "192.0.2.1", "c1");
    public static readonly Actor Collector = Actor.Login("office", "192.0.2.3", "o1");
    public static readonly Actor Vendor = Actor.Login(Account + "-acme", "192.0.2.2", "v1");

    public static readonly TimeSpan Lease = TimeSpan.FromMinutes(15);

    private DeliveringCore(TestCore core) => Core = core;

    public TestCore Core { get; }

    public CoreServices Services => Core.Services;

    /// <summary>Connections that have not ended.</summary>
    public HashSet<string> Live { get; } = [];

    public static async Task<DeliveringCore> CreateAsync()
    {
        var core = await TestCore.CreateAsync();
        await core.AddLoginAsync(Account);
        var vendor = (await core.Services.Logins.AddAsync(new NewLogin(LoginKind.Vendor) { Account = Account, Vendor = "acme" }, TestCore.Operator)).Get();
        Assert.True(core.Services.Vaults.Ensure(vendor).Succeeded);
        return new DeliveringCore(core);
    }

    public string OnDisk(string path) => Path.Combine(Core.Files.Vaults, Account) + path;

    /// <summary>Delivers a file; returns its number.</summary>
    public async Task<long> DeliverAsync(string path, string content = "content", Actor? actor = null, long? expected = null)
    {
        // As an upload is published: another file takes the name.
        var temporary = OnDisk("/new");
        Directory.CreateDirectory(Path.GetDirectoryName(OnDisk(path))!);
        await File.WriteAllTextAsync(temporary, content);
        File.Move(temporary, OnDisk(path), overwrite: true);
        await JournalAsync(new FileEvent(FileOperation.Upload, VaultPath.Parse(path), Size: content.Length, ExpectedSize: expected), actor);
        return (await Services.Catalogue.FindAsync(Account, path))!.Id;
    }

    public Task<long> DeliverAsVendorAsync(string path, string content = "content") => DeliverAsync("/vendors/acme" + path, content, Vendor);

    /// <summary>What a collector's session records of a file that it read; of all of it where nothing else is said.</summary>
    public async Task FetchAsync(string path, Actor? collector = null, long from = 0, long? to = null, ulong? identity = null, bool isCut = false)
    {
        var size = new FileInfo(OnDisk(path)).Length;
        await JournalAsync(
            new FileEvent(FileOperation.Download, VaultPath.Parse(path), Bytes: (to ?? size) - from, Size: size, Identity: identity ?? await IdentityAsync(path), ReadFrom: from, ReadTo: to ?? size, IsCut: isCut),
            collector ?? Collector);
    }

    public async Task<ulong> IdentityAsync(string path)
    {
        await using var store = Services.Stores.Open(Account).Value!;
        return (await store.GetAttributesAsync(VaultPath.Parse(path), followLink: false)).Value.Identity;
    }

    public ValueTask<Result<InboundFile>> ConfirmFetchedAsync(string path, Actor? collector = null) =>
        Services.Inbound.ConfirmFetchedAsync(Account, path, collector ?? Collector);

    public async Task RenameAsync(string path, string target, Actor? actor = null)
    {
        File.Move(OnDisk(path), OnDisk(target));
        await JournalAsync(new FileEvent(FileOperation.Rename, VaultPath.Parse(path), VaultPath.Parse(target)), actor);
    }

    /// <summary>Sets the size of a file by its path, as SETSTAT does.</summary>
    public async Task ResizeAsync(string path, long size, Actor? actor = null)
    {
        await using (var file = new FileStream(OnDisk(path), FileMode.Open))
        {
            file.SetLength(size);
        }

        await JournalAsync(new FileEvent(FileOperation.SetAttributes, VaultPath.Parse(path), Changes: new AttributeChanges(Size: size)), actor);
    }

    public async Task JournalAsync(FileEvent fileEvent, Actor? actor = null) =>
        Assert.Equal(StoreError.None, await Core.Journal(actor ?? Customer).RecordAsync(fileEvent));

    /// <summary>Lets everything arrive that can; returns how many files changed their state.</summary>
    public async Task<int> SettleAsync() => (await Services.Arrivals.SettleAsync(Live.Contains)).Get();

    /// <summary>Delivers a file and lets it arrive.</summary>
    public async Task<long> OfferAsync(string path, string content = "content")
    {
        var file = await DeliverAsync(path, content);
        await SettleAsync();
        return file;
    }

    public async Task<InboundFile> StateAsync(long file) => (await Services.Inbound.FindAsync(file)).Get();

    public async Task<IReadOnlyList<long>> WaitingAsync(long since = 0) => [.. (await Services.Inbound.ListAsync(since)).Get().Items.Select(file => file.Id)];

    public ValueTask<Result<InboundFile>> ClaimAsync(long file, string claimant = "billing") => Services.Inbound.ClaimAsync(file, claimant, Lease, TestCore.Operator);

    public ValueTask<Result<InboundFile>> ConfirmAsync(long file, string claimant = "billing") => Services.Inbound.ConfirmAsync(file, claimant, TestCore.Operator);

    public ValueTask<Result<InboundFile>> RejectAsync(long file, string report, string claimant = "billing") =>
        Services.Inbound.RejectAsync(file, claimant, report, TestCore.Operator);

    public ValueTask DisposeAsync() => Core.DisposeAsync();
}
