using Waybill.Net.Buffers;

namespace Waybill.Net.Tests.Buffers;

public class IdleItemsTests
{
    private readonly IdleItems<object> _items = new(2);

    [Fact]
    public void The_last_that_came_back_goes_out_first()
    {
        var (first, second) = (new object(), new object());
        _items.Give(first);
        _items.Give(second);
        Assert.Same(second, _items.Take());
        Assert.Same(first, _items.Take());
        Assert.Null(_items.Take());
    }

    [Fact]
    public void No_more_is_kept_than_the_limit()
    {
        for (var i = 0; i < 3; i++)
        {
            _items.Give(new object());
        }

        Assert.Equal(2, _items.Count);
    }

    [Fact]
    public void Nothing_is_kept_after_the_end()
    {
        _items.Give(new object());
        _items.Close();
        _items.Give(new object());
        Assert.Equal(0, _items.Count);
        Assert.Null(_items.Take());
    }
}
