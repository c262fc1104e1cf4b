using System.Buffers;
using Waybill.Core.Catalogue;
using Waybill.Core.Quotas;
using Waybill.Core.Vaults;
using Waybill.Storage;
using Waybill.Storage.Local;
using Waybill.Storage.Quotas;

namespace Waybill.Core.Tests.Quotas;

/// <summary>One session as the server makes it: the real store, the journal and the catalogue, joined by a quota.</summary>
internal sealed class QuotaSession(IFileStore store, IFileJournal journal) : IAsyncDisposable
{
    private const OpenModes NewContent = OpenModes.Write | OpenModes.Create | OpenModes.Truncate;

    public IFileStore Store => store;

    /// <summary>Whether the database takes nothing.</summary>
    public bool CannotRecord { get; set; }

    public static QuotaSession Open(TestCore core, LocalVaults vaults, QuotaLedger ledger, string login = "10042", string account = "10042")
    {
        var quota = ledger.Open(account, login, new VaultView(account, ""));
        var store = vaults.OpenStore(VaultPath.Parse("/" + account), new EveryRight(), quota: quota);
        Assert.Equal(StoreError.None, store.Error);
        return new QuotaSession(store.Value!, new QuotaJournal(core.Journal(Actor.Login(login, "192.0.2.1", "c"), account: account), quota));
    }

    public async Task<IOpenFile> OpenAsync(string path, OpenModes modes = NewContent)
    {
        var opened = await store.OpenAsync(VaultPath.Parse(path), modes);
        Assert.Equal(StoreError.None, opened.Error);
        return opened.Value!;
    }

    public async Task<StoreError> OpenErrorAsync(string path, OpenModes modes = NewContent)
    {
        var opened = await store.OpenAsync(VaultPath.Parse(path), modes);
        await (opened.Value?.DisposeAsync() ?? ValueTask.CompletedTask);
        return opened.Error;
    }

    /// <summary>CLOSE: the commit, then the record.</summary>
    public async Task<StoreError> CloseAsync(string path, IOpenFile file)
    {
        var size = (await file.GetAttributesAsync()).Value.Size;
        var error = await file.CommitKeepingOldAsync();
        var recorded = CannotRecord ? StoreError.InputOutput : await journal.RecordAsync(new FileEvent(FileOperation.Upload, VaultPath.Parse(path), Size: size, Bytes: size, Outcome: error));
        await file.SettleAsync(recorded == StoreError.None);
        await file.DisposeAsync();
        return error == StoreError.None ? recorded : error;
    }

    /// <summary>A whole upload in pieces; the first error ends it.</summary>
    public async Task<StoreError> PutAsync(string path, long size, int piece = 64 * 1024)
    {
        var opened = await store.OpenAsync(VaultPath.Parse(path), NewContent);
        if (opened.Value is not { } file)
        {
            return opened.Error;
        }

        for (var offset = 0L; offset < size; offset += piece)
        {
            var error = await WriteAsync(file, offset, (int)Math.Min(piece, size - offset));
            if (error != StoreError.None)
            {
                Assert.Equal(error, await CloseAsync(path, file));
                return error;
            }
        }

        return await CloseAsync(path, file);
    }

    public async Task<StoreError> RemoveAsync(string path)
    {
        var error = await store.RemoveAsync(VaultPath.Parse(path));
        return error == StoreError.None ? await journal.RecordAsync(new FileEvent(FileOperation.Remove, VaultPath.Parse(path))) : error;
    }

    /// <summary>SETSTAT of a size by path, and its record.</summary>
    public async Task<StoreError> SetSizeAsync(string path, long size)
    {
        var changes = new AttributeChanges(Size: size);
        var error = await store.SetAttributesAsync(VaultPath.Parse(path), changes, followLink: true);
        return error == StoreError.None ? await journal.RecordAsync(new FileEvent(FileOperation.SetAttributes, VaultPath.Parse(path), Size: size, Changes: changes)) : error;
    }

    public static async Task<StoreError> WriteAsync(IOpenFile file, long offset, int length) =>
        await file.WriteAsync(offset, new ReadOnlySequence<byte>(new byte[length]));

    public ValueTask DisposeAsync() => store.DisposeAsync();

    private sealed class EveryRight : IAccessRules
    {
        public FileRights RightsAt(VaultPath path) => FileRights.All;
    }
}
