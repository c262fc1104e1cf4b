namespace Waybill.SshKeys.Keys;

/// <summary>
/// .NET does not promise that one key object may be used by two threads. So a user takes a spare one, or makes another when all are in use,
/// and puts it back; one that is too many is disposed of, and one whose use failed is left to the garbage collector.
/// </summary>
/// <param name="create">Makes one. For a private key that is dear: .NET checks the whole key.</param>
/// <param name="capacity">How many to keep.</param>
internal sealed class Spare<T>(Func<T> create, int capacity = 1)
    where T : class, IDisposable
{
    private readonly T?[] _spares = new T?[capacity];

    public T Take()
    {
        foreach (ref var slot in _spares.AsSpan())
        {
            if (slot is not null && Interlocked.Exchange(ref slot, null) is { } spare)
            {
                return spare;
            }
        }

        return create();
    }

    public void Return(T item)
    {
        foreach (ref var slot in _spares.AsSpan())
        {
            if (slot is null && Interlocked.CompareExchange(ref slot, item, null) is null)
            {
                return;
            }
        }

        item.Dispose();
    }

    /// <summary>Lets go of the spare ones.</summary>
    public void Drop()
    {
        foreach (ref var slot in _spares.AsSpan())
        {
            Interlocked.Exchange(ref slot, null)?.Dispose();
        }
    }
}
