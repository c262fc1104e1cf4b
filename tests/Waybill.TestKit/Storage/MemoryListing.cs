using Waybill.Storage;

namespace Waybill.TestKit.Storage;

/// <summary>The listing of a directory of <see cref="MemoryFileStore"/>, as it was when it was opened.</summary>
internal sealed class MemoryListing(List<DirectoryEntry> entries) : IDirectoryListing
{
    private int _next;

    public ValueTask<StoreResult<int>> ReadAsync(Memory<DirectoryEntry> target)
    {
        var count = Math.Min(target.Length, entries.Count - _next);
        entries.GetRange(_next, count).ToArray().CopyTo(target);
        _next += count;
        return new(count);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
