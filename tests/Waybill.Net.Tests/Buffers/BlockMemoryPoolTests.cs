using Waybill.Net.Buffers;
using Waybill.TestKit;

namespace Waybill.Net.Tests.Buffers;

public class BlockMemoryPoolTests
{
    [Fact]
    public void A_block_returned_twice_is_given_out_once()
    {
        using var pool = new BlockMemoryPool();
        var block = pool.Rent();
        block.Dispose();
        block.Dispose();
        var first = pool.Rent();
        var second = pool.Rent();
        Assert.NotSame(first, second);
    }

    [Fact]
    public void Idle_blocks_are_kept_up_to_the_limit()
    {
        using var pool = new BlockMemoryPool();
        var blocks = Enumerable.Range(0, BlockMemoryPool.MaximumIdleBlocks + 10).Select(_ => pool.Rent()).ToList();
        blocks.ForEach(block => block.Dispose());
        Assert.Equal(BlockMemoryPool.MaximumIdleBlocks, pool.IdleBlocks);
    }

    [Fact]
    public void More_than_a_block_is_refused()
    {
        using var pool = new BlockMemoryPool();
        Assert.Throws<ArgumentOutOfRangeException>(() => pool.Rent(BlockMemoryPool.BlockSize + 1));
    }

    [Fact]
    public void Renting_again_allocates_nothing()
    {
        using var pool = new BlockMemoryPool();
        Assert.Equal(0, Allocations.InSteadyState(() =>
        {
            for (var i = 0; i < 1_000; i++)
            {
                pool.Rent().Dispose();
            }
        }));
    }

    [Fact]
    public void What_comes_back_after_the_end_is_not_counted()
    {
        var pool = new BlockMemoryPool();
        var blocks = Enumerable.Range(0, 3).Select(_ => pool.Rent()).ToList();
        blocks[0].Dispose();
        pool.Dispose();
        blocks.ForEach(block => block.Dispose());
        Assert.Equal(0, pool.IdleBlocks);
    }
}
