namespace Waybill.Ntsapi.Control;

/// <summary>How long to wait for the rest of what has come without an end, before it is taken for a whole command.</summary>
/// <param name="unfinished">What has come.</param>
/// <param name="cameAtOnce">Whether it came in one read, as from a client that writes a whole command; else more came after a pause, and still more may.</param>
internal delegate TimeSpan Patience(ReadOnlySpan<byte> unfinished, bool cameAtOnce);

/// <summary>
/// Reads commands off a connection. Only who asks for the next command waits, and so never while a reply is owed: a client that sends no end is taken to have
/// said all when it was silent for a while after the last reply. While nothing has come it holds no buffer.
/// </summary>
/// <param name="stream">Where commands come from.</param>
/// <param name="maximumLine">Bytes of a command.</param>
/// <param name="patience">How long it waits for the rest of one.</param>
/// <param name="time">The clock.</param>
internal sealed class CommandReader(Stream stream, int maximumLine, Patience patience, TimeProvider time) : IDisposable
{
    private readonly CommandLines _lines = new(maximumLine);

    // One that waits for bytes and takes none. It outlives the silence that it did not end in, for two reads at once are one too many.
    private Task<int>? _waiting;
    private bool _cameAtOnce;

    /// <summary>Where commands come from; changed when TLS begins.</summary>
    public Stream Stream { get; set; } = stream;

    /// <summary>The last command; good until the next one is read.</summary>
    public ReadOnlyMemory<byte> Line => _lines.Line;

    /// <summary>How it ended.</summary>
    public LineEnd End => _lines.End;

    /// <summary>Waits for a command.</summary>
    public async ValueTask<CommandInput> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_lines.TryTake() is var input and not CommandInput.None)
            {
                // What stands behind an end came with it, in the last read.
                _cameAtOnce = true;
                return input;
            }

            if (_lines.HasUnfinished)
            {
                if (!await WaitAsync(patience(_lines.Unfinished, _cameAtOnce), cancellationToken).ConfigureAwait(false))
                {
                    if (_lines.TakeUnfinished(LineEnd.Silence) == CommandInput.Line)
                    {
                        return CommandInput.Line;
                    }

                    continue;
                }
            }
            else
            {
                _lines.Release();
                await WaitAsync(cancellationToken).ConfigureAwait(false);
            }

            _cameAtOnce = !_lines.HasUnfinished;
            var read = await Stream.ReadAsync(_lines.Room(), cancellationToken).ConfigureAwait(false);
            _lines.Added(read);
            if (read == 0)
            {
                return _lines.TakeUnfinished(LineEnd.Close) == CommandInput.Line ? CommandInput.Line : CommandInput.Ended;
            }
        }
    }

    /// <summary>Waits until nothing reads any more, once the connection is at its end.</summary>
    public async ValueTask SettleAsync()
    {
        if (_waiting is not null)
        {
            await ((Task)_waiting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose() => _lines.Dispose();

    /// <summary>Waits for more, however long that takes.</summary>
    private async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        if (_waiting is null)
        {
            await Stream.ReadAsync(Memory<byte>.Empty, cancellationToken).ConfigureAwait(false);
            return;
        }

        await _waiting.ConfigureAwait(false);
        _waiting = null;
    }

    /// <summary>Waits for more; false when none came in that time.</summary>
    private async ValueTask<bool> WaitAsync(TimeSpan silence, CancellationToken cancellationToken)
    {
        _waiting ??= Stream.ReadAsync(Memory<byte>.Empty, cancellationToken).AsTask();
        if (!_waiting.IsCompleted)
        {
            using var stop = new CancellationTokenSource();
            var first = await Task.WhenAny(_waiting, Task.Delay(silence, time, stop.Token)).ConfigureAwait(false);
            await stop.CancelAsync().ConfigureAwait(false);
            if (first != _waiting)
            {
                return false;
            }
        }

        await _waiting.ConfigureAwait(false);
        _waiting = null;
        return true;
    }
}
