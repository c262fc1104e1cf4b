using System.Buffers;

namespace Waybill.Ntsapi.Control;

/// <summary>What came.</summary>
internal enum CommandInput
{
    /// <summary>Nothing that is whole yet.</summary>
    None,

    /// <summary>A command.</summary>
    Line,

    /// <summary>A command that is longer than allowed; told once, at its limit, and what follows of it is passed over.</summary>
    TooLong,

    /// <summary>Bytes without an end, far beyond the limit.</summary>
    Flood,

    /// <summary>The client has closed its side.</summary>
    Ended,
}

/// <summary>How a command ended.</summary>
internal enum LineEnd
{
    /// <summary>By a line feed, or a carriage return and a line feed.</summary>
    LineFeed,

    /// <summary>By a carriage return; a line feed that still comes belongs to it.</summary>
    CarriageReturn,

    /// <summary>By nothing: no more came.</summary>
    Silence,

    /// <summary>By nothing: the client closed its side.</summary>
    Close,
}

/// <summary>
/// Cuts what comes into commands. Clients end them by CR LF, LF, CR or nothing at all, and one client mixes them. A carriage return ends a command at once, since
/// some wait for the reply before they send more; a line feed right behind it is not another end. Empty lines are no commands. No I/O, no clock.
/// </summary>
/// <param name="maximum">Bytes of a command, its end not counted.</param>
internal sealed class CommandLines(int maximum) : IDisposable
{
    /// <summary>Bytes that are read at once; more than one command.</summary>
    public const int Block = 4_096;

    /// <summary>Bytes of one command without an end that are passed over before it is a flood.</summary>
    public const int PassedOver = 64 * 1024;

    private byte[]? _buffer;
    private int _start;
    private int _end;
    private int _scanned;
    private int _passedOver;
    private bool _isAfterReturn;
    private bool _isPassingOver;

    /// <summary>Whether something has come that has no end yet.</summary>
    public bool HasUnfinished => _end > _start || _isPassingOver;

    /// <summary>What has come of a command without an end yet; good until <see cref="Room"/>.</summary>
    public ReadOnlySpan<byte> Unfinished => _buffer.AsSpan(_start, _end - _start);

    /// <summary>The last command, without its end; good until <see cref="Room"/>.</summary>
    public ReadOnlyMemory<byte> Line { get; private set; }

    /// <summary>How it ended.</summary>
    public LineEnd End { get; private set; }

    /// <summary>Where the next bytes belong: at least one fits.</summary>
    public Memory<byte> Room()
    {
        _buffer ??= ArrayPool<byte>.Shared.Rent(Math.Max(Block, maximum + 2));
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end, _scanned, Line) = (0, _end - _start, _scanned - _start, default);
        }

        return _buffer.AsMemory(_end);
    }

    /// <summary>Bytes were put into <see cref="Room"/>.</summary>
    public void Added(int count) => _end += count;

    /// <summary>Takes the next command that has an end.</summary>
    public CommandInput TryTake()
    {
        while (true)
        {
            if (_isAfterReturn && _end > _start)
            {
                _isAfterReturn = false;
                _start += _buffer![_start] == (byte)'\n' ? 1 : 0;
                _scanned = Math.Max(_scanned, _start);
            }

            if (_end == _start)
            {
                return CommandInput.None;
            }

            var found = _buffer.AsSpan(_scanned, _end - _scanned).IndexOfAny((byte)'\r', (byte)'\n');
            if (found < 0)
            {
                return NoEnd();
            }

            var at = _scanned + found;
            var line = _buffer.AsMemory(_start, at - _start);
            _isAfterReturn = _buffer![at] == (byte)'\r';
            _start = _scanned = at + 1;
            if (_isPassingOver)
            {
                // It has been told.
                _isPassingOver = false;
            }
            else if (line.Length > maximum)
            {
                return CommandInput.TooLong;
            }
            else if (!line.IsEmpty)
            {
                (Line, End) = (line, _isAfterReturn ? LineEnd.CarriageReturn : LineEnd.LineFeed);
                return CommandInput.Line;
            }
        }
    }

    /// <summary>No more comes: what there is was all of a command.</summary>
    public CommandInput TakeUnfinished(LineEnd end)
    {
        var wasPassingOver = _isPassingOver;
        _isPassingOver = false;
        if (_end == _start || wasPassingOver)
        {
            _start = _scanned = _end;
            return CommandInput.None;
        }

        (Line, End) = (_buffer.AsMemory(_start, _end - _start), end);
        _start = _scanned = _end;
        return CommandInput.Line;
    }

    /// <summary>Gives the buffer back while nothing is in it.</summary>
    public void Release()
    {
        if (_end > _start)
        {
            return;
        }

        if (_buffer is { } buffer)
        {
            // A password may have been in it.
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }

        (_buffer, _start, _end, _scanned, Line) = (null, 0, 0, 0, default);
    }

    public void Dispose()
    {
        _start = _end;
        Release();
    }

    private CommandInput NoEnd()
    {
        var length = _end - _start;
        _scanned = _end;
        if (_isPassingOver)
        {
            _passedOver += length;
            _start = _end;
            return _passedOver > PassedOver ? CommandInput.Flood : CommandInput.None;
        }

        if (length <= maximum)
        {
            return CommandInput.None;
        }

        (_isPassingOver, _passedOver, _start) = (true, length, _end);
        return CommandInput.TooLong;
    }
}
