namespace Waybill.Storage;

/// <summary>An entry of a directory.</summary>
/// <param name="Name">Its name, valid UTF-8 (foreign bytes on the disk are shown escaped).</param>
/// <param name="Attributes">Its attributes, of the link itself for a link.</param>
public readonly record struct DirectoryEntry(ReadOnlyMemory<byte> Name, FileAttributes Attributes);

/// <summary>A directory being listed. Memory stays flat however long it is.</summary>
public interface IDirectoryListing : IAsyncDisposable
{
    /// <summary>
    /// Fills <paramref name="entries"/> with the next entries, <c>.</c> and <c>..</c> first; 0 at the end. Entries that vanished meanwhile and the store's own
    /// temporaries are left out. The names are valid until the next call.
    /// </summary>
    ValueTask<StoreResult<int>> ReadAsync(Memory<DirectoryEntry> entries);
}
