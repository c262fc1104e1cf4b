namespace Waybill.Storage.EventLoop;

/// <summary>
/// A store for sessions that run on an event loop. What is answered from memory while the disk keeps up, as nearly every open and stat is, stays there; what forces
/// writes, walks directories or may wait for others happens on a thread of the pool.
/// </summary>
/// <param name="inner">The store.</param>
/// <param name="pace">How fast the disk is; one for all stores on it.</param>
public sealed class EventLoopFileStore(IFileStore inner, DiskPace pace) : IFileStore
{
    private volatile bool _hasOpened;

    /// <inheritdoc/>
    public async ValueTask<StoreResult<IOpenFile>> OpenAsync(VaultPath path, OpenModes modes, int? permissions = null, long? expectedSize = null)
    {
        _hasOpened = true;
        await pace.EnterAsync();
        var began = pace.Now;
        var opening = inner.OpenAsync(path, modes, permissions, expectedSize);
        pace.Note(began);
        var opened = await opening.ConfigureAwait(false);
        return opened.Succeeded ? new(StoreError.None, new EventLoopFile(opened.Value, modes, pace)) : opened;
    }

    /// <inheritdoc/>
    public async ValueTask<StoreResult<IDirectoryListing>> OpenDirectoryAsync(VaultPath path)
    {
        await PoolThread.EnterAsync();
        var opened = await inner.OpenDirectoryAsync(path).ConfigureAwait(false);
        return opened.Succeeded ? new(StoreError.None, new EventLoopListing(opened.Value)) : opened;
    }

    /// <inheritdoc/>
    public async ValueTask<StoreResult<FileAttributes>> GetAttributesAsync(VaultPath path, bool followLink)
    {
        await pace.EnterAsync();
        var began = pace.Now;
        var reading = inner.GetAttributesAsync(path, followLink);
        pace.Note(began);
        return await reading.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<StoreError> SetAttributesAsync(VaultPath path, AttributeChanges changes, bool followLink)
    {
        await PoolThread.EnterAsync();
        return await inner.SetAttributesAsync(path, changes, followLink).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<StoreError> MakeDirectoryAsync(VaultPath path, int? permissions = null)
    {
        await PoolThread.EnterAsync();
        return await inner.MakeDirectoryAsync(path, permissions).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<StoreError> RemoveDirectoryAsync(VaultPath path)
    {
        await PoolThread.EnterAsync();
        return await inner.RemoveDirectoryAsync(path).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<StoreError> RemoveAsync(VaultPath path)
    {
        await PoolThread.EnterAsync();
        return await inner.RemoveAsync(path).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<StoreError> RenameAsync(VaultPath source, VaultPath target, bool replace)
    {
        await PoolThread.EnterAsync();
        return await inner.RenameAsync(source, target, replace).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> IsUploadingAsync(VaultPath path)
    {
        await PoolThread.EnterAsync();
        return await inner.IsUploadingAsync(path).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<StoreResult<byte[]>> ReadLinkAsync(VaultPath path)
    {
        await PoolThread.EnterAsync();
        return await inner.ReadLinkAsync(path).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<StoreError> MakeSymbolicLinkAsync(VaultPath path, ReadOnlyMemory<byte> targetText)
    {
        await PoolThread.EnterAsync();
        return await inner.MakeSymbolicLinkAsync(path, targetText).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<StoreError> MakeHardLinkAsync(VaultPath existing, VaultPath link)
    {
        await PoolThread.EnterAsync();
        return await inner.MakeHardLinkAsync(existing, link).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<StoreResult<VaultPath>> ResolveAsync(VaultPath path)
    {
        await PoolThread.EnterAsync();
        return await inner.ResolveAsync(path).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public string? Explain(StoreError outcome) => inner.Explain(outcome);

    /// <inheritdoc/>
    public async ValueTask<StoreResult<FileSystemUsage>> GetUsageAsync(VaultPath path)
    {
        await PoolThread.EnterAsync();
        return await inner.GetUsageAsync(path).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // Cut-off uploads are what takes time here: a session that opened no file has none.
        if (_hasOpened)
        {
            await PoolThread.EnterAsync();
        }

        await inner.DisposeAsync().ConfigureAwait(false);
    }
}
