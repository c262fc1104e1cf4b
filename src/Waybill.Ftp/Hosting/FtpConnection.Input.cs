using Waybill.Ftp.Control;
using Waybill.Ftp.Transfers;

namespace Waybill.Ftp.Hosting;

/// <summary>What is served next: while a transfer runs or a hash is computed most commands wait for its end, and what comes behind them is read on, since it may be ABOR.</summary>
internal sealed partial class FtpConnection
{
    private readonly Queue<ControlLine> _waiting = new();
    private Task<ControlInput>? _reading;
    private bool _isReadToEnd;
    private bool _isCutShort;

    /// <summary>What is served next; null when a transfer or hash has ended meanwhile, and its reply was sent.</summary>
    private async ValueTask<ControlLine?> NextAsync()
    {
        if (_session.Work is { } work)
        {
            return await NextDuringAsync(work);
        }

        if (_waiting.TryDequeue(out var waited))
        {
            return waited;
        }

        var input = _reading is null ? await _reader.ReadAsync(_ended.Token) : await _reading;
        _reading = null;
        return ControlLine.Of(input, _reader);
    }

    private async ValueTask<ControlLine?> NextDuringAsync(Work work)
    {
        while (true)
        {
            if (_waiting.TryPeek(out var first) && (first.Input is ControlInput.Ended or ControlInput.Cut || first.Command is { DuringTransfer: true }))
            {
                return _waiting.Dequeue();
            }

            if (IsToBeEnded())
            {
                work.Abort();
            }

            if (_isReadToEnd || _waiting.Count >= _limits.WaitingCommands)
            {
                break;
            }

            _reading ??= _reader.ReadAsync(_ended.Token).AsTask();
            if (await Task.WhenAny(_reading, work.Completion!) != _reading)
            {
                break;
            }

            var line = ControlLine.Of(await _reading, _reader);
            _reading = null;
            _isReadToEnd = line.Input != ControlInput.Line;
            _waiting.Enqueue(line.Kept());
        }

        await FinishWorkAsync();
        return null;
    }

    /// <summary>What waits is served in its order, but who says ABOR behind it, or is gone, waits for no transfer.</summary>
    private bool IsToBeEnded()
    {
        _isCutShort |= _waiting.Any(static line => line.Input is ControlInput.Ended or ControlInput.Cut) && !_waiting.Any(static line => line.Command is { IsLast: true });
        return _isCutShort || _waiting.Any(static line => line.Command is { EndsTransfer: true });
    }
}
