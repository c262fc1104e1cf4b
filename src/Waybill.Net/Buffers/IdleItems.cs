namespace Waybill.Net.Buffers;

/// <summary>
/// What a pool keeps while nobody uses it, up to a limit. The last that came back goes out first: its memory is still in the processor's cache, while taking
/// turns through megabytes of buffers would miss it each time.
/// </summary>
/// <typeparam name="T">What is kept.</typeparam>
/// <param name="capacity">How many are kept at most.</param>
public sealed class IdleItems<T>(int capacity)
    where T : class
{
    private readonly Lock _lock = new();
    private readonly T?[] _items = new T?[capacity];
    private int _count;
    private bool _closed;

    /// <summary>How many are kept now.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Takes the last that came back; null when there is none.</summary>
    public T? Take()
    {
        lock (_lock)
        {
            if (_count == 0)
            {
                return null;
            }

            var item = _items[--_count];
            _items[_count] = null;
            return item;
        }
    }

    /// <summary>Keeps <paramref name="item"/>; beyond the limit, and after <see cref="Close"/>, it is left to the collector.</summary>
    public void Give(T item)
    {
        lock (_lock)
        {
            if (!_closed && _count < capacity)
            {
                _items[_count++] = item;
            }
        }
    }

    /// <summary>Keeps nothing any more.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            Array.Clear(_items);
            _count = 0;
        }
    }
}
