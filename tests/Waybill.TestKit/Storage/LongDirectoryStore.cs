using System.Globalization;
using System.Text;
using Waybill.Storage;
using FileAttributes = Waybill.Storage.FileAttributes;

namespace Waybill.TestKit.Storage;

/// <summary>Its root has as many entries as wanted, made as they are read.</summary>
public sealed class LongDirectoryStore(int count, int nameLength) : DelegatingStore(new MemoryFileStore())
{
    public StoreError Fails { get; init; }

    public static string NameOf(int index, int length) => index.ToString("D8", CultureInfo.InvariantCulture).PadRight(length, 'x');

    public override ValueTask<StoreResult<IDirectoryListing>> OpenDirectoryAsync(VaultPath path) =>
        new(new StoreResult<IDirectoryListing>(StoreError.None, new Listing(this, count, nameLength)));

    private sealed class Listing(LongDirectoryStore store, int count, int nameLength) : IDirectoryListing
    {
        private int _next;

        public ValueTask<StoreResult<int>> ReadAsync(Memory<DirectoryEntry> entries)
        {
            if (store.Fails != StoreError.None)
            {
                return new(store.Fails);
            }

            var some = Math.Min(entries.Length, count - _next);
            for (var i = 0; i < some; i++)
            {
                entries.Span[i] = new DirectoryEntry(Encoding.ASCII.GetBytes(NameOf(_next + i, nameLength)), new FileAttributes(FileKind.File, 0x1A4, 1, 0, 0, 1000, 1000, 1));
            }

            _next += some;
            return new(some);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
