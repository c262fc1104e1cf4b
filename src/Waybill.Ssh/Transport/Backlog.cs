using System.Buffers;
using System.IO.Pipelines;

namespace Waybill.Ssh.Transport;

/// <summary>Sealed packets that wait for a pending flush, in one rented buffer that grows up to the limit and is given back when empty.</summary>
internal sealed class Backlog : IDisposable
{
    private byte[] _bytes = [];

    public int Length { get; private set; }

    /// <summary>Room for exactly <paramref name="count"/> more bytes; <see langword="false"/> beyond <paramref name="limit"/> in all.</summary>
    public bool TryGetSpan(int count, int limit, out Span<byte> span)
    {
        if (count > limit - Length)
        {
            span = default;
            return false;
        }

        if (count > _bytes.Length - Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(Length + count, Math.Min(2 * Length, limit)));
            _bytes.AsSpan(0, Length).CopyTo(larger);
            GiveBack();
            _bytes = larger;
        }

        span = _bytes.AsSpan(Length, count);
        return true;
    }

    public void Advance(int count) => Length += count;

    /// <summary>Hands everything to the pipe; <see langword="false"/> when there was nothing.</summary>
    public bool MoveTo(PipeWriter output)
    {
        if (Length == 0)
        {
            return false;
        }

        output.Write(_bytes.AsSpan(0, Length));
        Clear();
        return true;
    }

    public void Clear()
    {
        Length = 0;
        GiveBack();
        _bytes = [];
    }

    public void Dispose() => Clear();

    private void GiveBack()
    {
        if (_bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }
    }
}
