using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;

namespace Waybill.Net.Buffers;

/// <summary>
/// Gives Kestrel pools of large pinned blocks. Its own pool has 4 KiB blocks and each receive call fills one, which costs four to five times the CPU for bulk
/// data (design.md 3.3).
/// </summary>
public sealed class BlockMemoryPoolFactory : IMemoryPoolFactory<byte>
{
    // One for each listener, for as long as the server runs.
    private readonly ConcurrentQueue<BlockMemoryPool> _pools = new();

    /// <summary>Bytes of the blocks that these pools keep while nobody uses them.</summary>
    public long IdleBytes => _pools.Sum(static pool => (long)pool.IdleBlocks * BlockMemoryPool.BlockSize);

    /// <inheritdoc/>
    public MemoryPool<byte> Create(MemoryPoolOptions? options = null)
    {
        var pool = new BlockMemoryPool();
        _pools.Enqueue(pool);
        return pool;
    }
}
