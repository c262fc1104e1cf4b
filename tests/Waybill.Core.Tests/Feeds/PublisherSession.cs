using System.Buffers;
using System.Text;
using Waybill.Core.Catalogue;
using Waybill.Core.Feeds;
using Waybill.Core.Vaults;
using Waybill.Core.Vaults.Mounts;
using Waybill.Storage;
using Waybill.Storage.Local;

namespace Waybill.Core.Tests.Feeds;

/// <summary>What an SFTP session of a publisher login does with its store and its journal.</summary>
internal sealed class PublisherSession : IAsyncDisposable
{
    public const OpenModes New = OpenModes.Write | OpenModes.Create | OpenModes.Truncate;

    private readonly LocalVaults _vaults;
    private readonly FileJournal _journal;

    public PublisherSession(TestCore core, bool sameContent = false, Action<string>? afterStep = null)
        : this(core.Services, core.Time, sameContent, afterStep)
    {
    }

    public PublisherSession(CoreServices core, TimeProvider time, bool sameContent = false, Action<string>? afterStep = null)
    {
        var feeds = new FeedTypes([.. FeedTypes.Default.All.Select(feed => feed with { DetectSameContent = sameContent })]);
        _vaults = new LocalVaults(core.Directory.Vaults);
        var actor = Actor.Login("billing", "192.0.2.7", "c1");
        var tree = AccountsTree.ForPublisher(feeds.Folders);
        Feeds = new FeedPublisher(core.Database, core.Audit, time, new VaultStores(_vaults), feeds, core.Directory.Publishing) { AfterStep = afterStep };
        Store = new MountedStore(tree, core.Accounts, (root, rules) => _vaults.OpenStore(root, rules), time, new DeliveryGate(Feeds, actor));
        _journal = new FileJournal(core.Audit, actor, DeliveryProtocol.Sftp, new AccountsView(tree, core.Accounts), time, feeds);
    }

    public FeedPublisher Feeds { get; }

    public MountedStore Store { get; }

    /// <summary>A session of the same program, whose login may replace what is published.</summary>
    public IFileStore OpenVault(string account) => _vaults.OpenStore(VaultPath.Parse("/" + account), AllRights.Instance).Value!;

    public async Task<IOpenFile> OpenAsync(string path, string content, OpenModes modes = New)
    {
        var opened = await Store.OpenAsync(VaultPath.Parse(path), modes);
        Assert.True(opened.Succeeded, opened.Error.ToString());
        Assert.Equal(StoreError.None, await opened.Value.WriteAsync(0, new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(content))));
        return opened.Value;
    }

    /// <summary>Uploads, and has it in the catalogue when it was taken.</summary>
    public async Task<StoreError> PutAsync(string path, string content, OpenModes modes = New)
    {
        await using var file = await OpenAsync(path, content, modes);
        return await CloseAsync(file, path, content.Length);
    }

    public async Task<StoreError> CloseAsync(IOpenFile file, string path, long size)
    {
        var error = await file.CommitAsync();
        await _journal.RecordAsync(new FileEvent(FileOperation.Upload, file.RenamedTo ?? VaultPath.Parse(path), Bytes: size, Size: size, Outcome: error, Sha256: file.Sha256));
        return error;
    }

    public async Task<StoreError> RenameAsync(string source, string target, bool replace = false)
    {
        var (from, to) = (VaultPath.Parse(source), VaultPath.Parse(target));
        var error = await Store.RenameAsync(from, to, replace);
        return error == StoreError.None ? await _journal.RecordAsync(new FileEvent(FileOperation.Rename, from, to)) : error;
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        _vaults.Dispose();
    }
}
