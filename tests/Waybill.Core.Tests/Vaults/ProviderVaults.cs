using System.Buffers;
using System.Text;
using Waybill.Core.Vaults;
using Waybill.Core.Vaults.Mounts;
using Waybill.Storage;
using Waybill.Storage.Local;

namespace Waybill.Core.Tests.Vaults;

/// <summary>Accounts with their vaults on the disk, and stores over all of them.</summary>
internal sealed class ProviderVaults : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _opened = [];
    private LocalVaults _vaults = null!;

    /// <summary>Two of them in one folder.</summary>
    public static readonly Dictionary<string, string> Feeds = new() { ["cdr"] = "/cdr", ["data"] = "/data", ["invoice"] = "/invoices", ["report"] = "/reports", ["sir"] = "/reports" };

    public static readonly AccountsTree Publisher = AccountsTree.ForPublisher(Feeds);
    public static readonly AccountsTree Collector = AccountsTree.ForCollector(LayoutTemplate.Default);

    public TestCore Core { get; private set; } = null!;

    public LocalStoreOptions Options { get; init; } = new() { Links = true };

    public async Task<ProviderVaults> WithAccountsAsync(params string[] numbers)
    {
        Core = await TestCore.CreateAsync();
        _vaults = new LocalVaults(Core.Files.Vaults, Options);
        foreach (var number in numbers)
        {
            Assert.True(Core.Services.Vaults.Ensure(await Core.AddAccountAsync(number)).Succeeded);
        }

        return this;
    }

    public MountedStore Open(AccountsTree tree)
    {
        var store = new MountedStore(tree, Core.Services.Accounts, (root, rules) => _vaults.OpenStore(root, rules), Core.Time);
        _opened.Add(store);
        return store;
    }

    /// <summary>A file or directory of a vault, as the operator sees it.</summary>
    public string OnDisk(string path) => Path.Combine(Core.Files.Vaults, path);

    public async ValueTask DisposeAsync()
    {
        foreach (var store in _opened)
        {
            await store.DisposeAsync();
        }

        _vaults.Dispose();
        await Core.DisposeAsync();
    }
}

internal static class StoreCalls
{
    public static async Task<StoreError> PutAsync(this IFileStore store, string path, string content)
    {
        var opened = await store.OpenAsync(VaultPath.Parse(path), OpenModes.Write | OpenModes.Create | OpenModes.Truncate);
        if (!opened.Succeeded)
        {
            return opened.Error;
        }

        await using var file = opened.Value;
        Assert.Equal(StoreError.None, await file.WriteAsync(0, new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(content))));
        return await file.CommitAsync();
    }

    public static async Task<string> GetAsync(this IFileStore store, string path)
    {
        var opened = await store.OpenAsync(VaultPath.Parse(path), OpenModes.Read);
        if (!opened.Succeeded)
        {
            return opened.Error.ToString();
        }

        await using var file = opened.Value;
        var buffer = new byte[1024];
        return Encoding.UTF8.GetString(buffer.AsSpan(0, (await file.ReadAsync(0, buffer)).Value));
    }

    public static async Task<List<string>> ListAsync(this IFileStore store, string path, int batch = 10)
    {
        var opened = await store.OpenDirectoryAsync(VaultPath.Parse(path));
        Assert.True(opened.Succeeded, opened.Error.ToString());
        await using var listing = opened.Value;
        List<string> names = [];
        var entries = new DirectoryEntry[batch];
        while (await listing.ReadAsync(entries) is { Succeeded: true, Value: > 0 } read)
        {
            names.AddRange(entries.Take(read.Value).Select(entry => Encoding.UTF8.GetString(entry.Name.Span)));
        }

        Assert.Equal([".", ".."], names[..2]);
        return names[2..];
    }
}
