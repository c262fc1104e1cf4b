using System.Buffers;
using Microsoft.AspNetCore.Connections;

namespace Waybill.Net.Buffers;

/// <summary>
/// Gives Kestrel pools of large pinned blocks. Its own pool has 4 KiB blocks and each receive call fills one, which costs four to five times the CPU for bulk
/// data (docs/benchmarks.md).
/// </summary>
public sealed class BlockMemoryPoolFactory : IMemoryPoolFactory<byte>
{
    /// <inheritdoc/>
    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new BlockMemoryPool();
}
