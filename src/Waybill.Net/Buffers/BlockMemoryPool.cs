using System.Buffers;

namespace Waybill.Net.Buffers;

/// <summary>
/// A pool of pinned blocks of one size. It keeps at most <see cref="MaximumIdleBlocks"/> of them; what comes back beyond that is left to the collector,
/// so that a burst of sessions does not hold its memory for ever.
/// </summary>
public sealed class BlockMemoryPool : MemoryPool<byte>
{
    /// <summary>Bytes of a block: one receive call brings up to two 32 KiB SSH packets and more.</summary>
    public const int BlockSize = 128 * 1024;

    /// <summary>Blocks kept while nobody uses them: 8 MiB.</summary>
    public const int MaximumIdleBlocks = 64;

    private readonly IdleItems<Block> _idle = new(MaximumIdleBlocks);
    private volatile bool _disposed;

    /// <inheritdoc/>
    public override int MaxBufferSize => BlockSize;

    /// <summary>Blocks kept now.</summary>
    public int IdleBlocks => _idle.Count;

    /// <inheritdoc/>
    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockSize);
        ObjectDisposedException.ThrowIf(_disposed, this);
        var block = _idle.Take() ?? new Block(this);
        block.Rented = true;
        return block;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _disposed = true;
        _idle.Close();
    }

    private sealed class Block(BlockMemoryPool pool) : IMemoryOwner<byte>
    {
        private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(BlockSize, pinned: true);
        private int _rented;

        public bool Rented
        {
            set => _rented = value ? 1 : 0;
        }

        public Memory<byte> Memory => _bytes;

        // A block returned twice would be given to two sessions, and one would send the other's bytes.
        public void Dispose()
        {
            if (Interlocked.Exchange(ref _rented, 0) == 1)
            {
                pool._idle.Give(this);
            }
        }
    }
}
