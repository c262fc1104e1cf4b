using System.Buffers;

namespace Waybill.Ftp.Control;

/// <summary>What came on the control connection.</summary>
internal enum ControlInput
{
    /// <summary>A line.</summary>
    Line,

    /// <summary>A line that is longer than allowed.</summary>
    TooLong,

    /// <summary>The client has closed its side, between two lines.</summary>
    Ended,

    /// <summary>The client has closed its side within a line.</summary>
    Cut,
}

/// <summary>Cuts the control connection into lines: up to a line feed, a carriage return before it left out. While it waits for the first byte of a line it holds no buffer.</summary>
internal sealed class ControlReader(Stream stream, int maximumLine) : IDisposable
{
    private byte[]? _buffer;
    private int _start;
    private int _end;
    private int _scanned;

    /// <summary>Where lines come from; changed when TLS begins.</summary>
    public Stream Stream { get; set; } = stream;

    /// <summary>Bytes that came behind the last line.</summary>
    public bool HasUnread => _end > _start;

    /// <summary>The last line, without its end and without Telnet's commands; good until the next one is read.</summary>
    public ReadOnlyMemory<byte> Line { get; private set; }

    /// <summary>Waits for a line.</summary>
    public async ValueTask<ControlInput> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (TryTakeLine(out var input))
            {
                return input;
            }

            if (_end == _start)
            {
                Release();
                await Stream.ReadAsync(Memory<byte>.Empty, cancellationToken).ConfigureAwait(false);
            }

            MakeRoom();
            var read = await Stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                return _end == _start ? ControlInput.Ended : ControlInput.Cut;
            }

            _end += read;
        }
    }

    public void Dispose() => Release();

    private bool TryTakeLine(out ControlInput input)
    {
        input = ControlInput.Line;
        if (_end == _start)
        {
            return false;
        }

        var found = _buffer.AsSpan(_scanned, _end - _scanned).IndexOf((byte)'\n');
        var length = (found < 0 ? _end : _scanned + found) - _start;
        _scanned = _end;
        if (length > maximumLine + 1 || (found >= 0 && Trimmed(length) > maximumLine))
        {
            input = ControlInput.TooLong;
            return true;
        }

        if (found < 0)
        {
            return false;
        }

        Line = _buffer.AsMemory(_start, TelnetBytes.Strip(_buffer.AsSpan(_start, Trimmed(length))));
        _start += length + 1;
        _scanned = _start;
        return true;
    }

    private int Trimmed(int length) => length > 0 && _buffer![_start + length - 1] == (byte)'\r' ? length - 1 : length;

    private void MakeRoom()
    {
        _buffer ??= ArrayPool<byte>.Shared.Rent(maximumLine + 2);
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end, _scanned) = (0, _end - _start, _scanned - _start);
        }
    }

    private void Release()
    {
        if (_buffer is { } buffer)
        {
            // A password may have been in it.
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }

        (_buffer, _start, _end, _scanned, Line) = (null, 0, 0, 0, default);
    }
}
