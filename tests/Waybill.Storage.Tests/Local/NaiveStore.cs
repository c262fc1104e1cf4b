using System.Buffers;

namespace Waybill.Storage.Tests.Local;

/// <summary>
/// What the jail replaces: paths joined as strings, the result checked against the root, then used. It is here to show that the race finds what such a store
/// lets through; it knows only what the race asks.
/// </summary>
internal sealed class NaiveStore(string root) : IFileStore
{
    public ValueTask<StoreResult<IOpenFile>> OpenAsync(VaultPath path, OpenModes modes, int? permissions = null, long? expectedSize = null) =>
        new(Try<IOpenFile>(path, full => new NaiveFile(new FileStream(
            full,
            modes.HasFlag(OpenModes.Create) ? FileMode.OpenOrCreate : FileMode.Open,
            modes.HasFlag(OpenModes.Write) ? FileAccess.ReadWrite : FileAccess.Read,
            FileShare.ReadWrite | FileShare.Delete))));

    public ValueTask<StoreResult<IDirectoryListing>> OpenDirectoryAsync(VaultPath path) =>
        new(Try<IDirectoryListing>(path, full => new NaiveListing(Directory.GetFileSystemEntries(full))));

    public ValueTask<StoreResult<FileAttributes>> GetAttributesAsync(VaultPath path, bool followLink) =>
        new(Try(path, full => new FileAttributes(FileKind.File, 0, new FileInfo(full).Length, 0, 0, 0, 0, 1)));

    public ValueTask<StoreError> SetAttributesAsync(VaultPath path, AttributeChanges changes, bool followLink) =>
        Do(path, full => File.SetLastWriteTimeUtc(full, DateTime.UnixEpoch.AddSeconds(changes.ModificationTime ?? 0)));

    public ValueTask<StoreError> MakeDirectoryAsync(VaultPath path, int? permissions = null) => Do(path, full => Directory.CreateDirectory(full));

    public ValueTask<StoreError> RemoveDirectoryAsync(VaultPath path) => Do(path, Directory.Delete);

    public ValueTask<StoreError> RemoveAsync(VaultPath path) => Do(path, File.Delete);

    public ValueTask<StoreError> RenameAsync(VaultPath source, VaultPath target, bool replace) =>
        Done(Try(source, from => Try(target, to =>
        {
            File.Move(from, to, replace);
            return true;
        })) is { Error: StoreError.None } outer ? outer.Value.Error : StoreError.PermissionDenied);

    public ValueTask<StoreResult<byte[]>> ReadLinkAsync(VaultPath path) =>
        // It knows that much: a path of the machine is not told.
        new(Try(path, full => new FileInfo(full).LinkTarget is { } text && text[0] != '/' ? System.Text.Encoding.UTF8.GetBytes(text) : [], lastMayBeLink: true));

    public ValueTask<StoreError> MakeSymbolicLinkAsync(VaultPath path, ReadOnlyMemory<byte> targetText) => throw new NotSupportedException();

    public ValueTask<StoreError> MakeHardLinkAsync(VaultPath existing, VaultPath link) => throw new NotSupportedException();

    public ValueTask<StoreResult<VaultPath>> ResolveAsync(VaultPath path) => throw new NotSupportedException();

    public ValueTask<StoreResult<FileSystemUsage>> GetUsageAsync(VaultPath path) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static ValueTask<StoreError> Done(StoreError error) => new(error);

    private ValueTask<StoreError> Do(VaultPath path, Action<string> action) => Done(Try(path, full =>
    {
        action(full);
        return true;
    }).Error);

    /// <summary>The classic: look at every component, and then use the path.</summary>
    private StoreResult<T> Try<T>(VaultPath path, Func<string, T> action, bool lastMayBeLink = false)
    {
        try
        {
            var full = Path.GetFullPath(Path.Join(root, path.ToString()));
            if (!full.StartsWith(root, StringComparison.Ordinal))
            {
                return StoreError.PermissionDenied;
            }

            for (var part = lastMayBeLink ? Path.GetDirectoryName(full) : full; part is not null && part.Length > root.Length; part = Path.GetDirectoryName(part))
            {
                if (new FileInfo(part).LinkTarget is not null)
                {
                    return StoreError.PermissionDenied;
                }
            }

            return new StoreResult<T>(StoreError.None, action(full));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return StoreError.NotFound;
        }
    }

    private sealed class NaiveFile(FileStream stream) : IOpenFile
    {
        public ValueTask<StoreResult<int>> ReadAsync(long offset, Memory<byte> buffer) => new(RandomAccess.Read(stream.SafeFileHandle, buffer.Span, offset));

        public ValueTask<StoreError> WriteAsync(long offset, ReadOnlySequence<byte> data)
        {
            RandomAccess.Write(stream.SafeFileHandle, data.ToArray(), offset);
            return Done(StoreError.None);
        }

        public ValueTask<StoreResult<FileAttributes>> GetAttributesAsync() => throw new NotSupportedException();

        public ValueTask<StoreError> SetAttributesAsync(AttributeChanges changes) => throw new NotSupportedException();

        public ValueTask<StoreError> SyncAsync() => throw new NotSupportedException();

        public async ValueTask<StoreError> CopyToAsync(long offset, long length, IOpenFile target, long targetOffset, CancellationToken cancellationToken = default)
        {
            var bytes = new byte[length];
            var read = RandomAccess.Read(stream.SafeFileHandle, bytes, offset);
            return await target.WriteAsync(targetOffset, new ReadOnlySequence<byte>(bytes, 0, read));
        }

        public ValueTask<StoreResult<FileSystemUsage>> GetUsageAsync() => throw new NotSupportedException();

        public ValueTask<StoreError> CommitAsync() => Done(StoreError.None);

        public ValueTask DisposeAsync() => stream.DisposeAsync();
    }

    private sealed class NaiveListing(string[] entries) : IDirectoryListing
    {
        private int _next;

        public ValueTask<StoreResult<int>> ReadAsync(Memory<DirectoryEntry> target)
        {
            var count = Math.Min(target.Length, entries.Length - _next);
            for (var i = 0; i < count; i++)
            {
                target.Span[i] = new DirectoryEntry(System.Text.Encoding.UTF8.GetBytes(Path.GetFileName(entries[_next++])), default);
            }

            return new(count);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
