using System.Buffers;
using System.Threading.Tasks.Sources;

namespace Waybill.Storage.EventLoop;

/// <summary>
/// The read or write of a file that is under way on a thread that may block. A client waits for each of thousands of them while the disk is slow, and each would
/// otherwise be an object of its own.
/// </summary>
internal sealed class BlockingTransfer : IValueTaskSource<StoreResult<int>>, IValueTaskSource<StoreError>
{
    private readonly IOpenFile _file;
    private readonly DiskPace _pace;
    private readonly Action _run;
    private ManualResetValueTaskSourceCore<StoreResult<int>> _core;
    private int _busy;
    private bool _writes;
    private long _offset;
    private Memory<byte> _buffer;
    private ReadOnlySequence<byte> _data;

    public BlockingTransfer(IOpenFile file, DiskPace pace)
    {
        (_file, _pace) = (file, pace);
        _run = Run;
    }

    /// <summary>Begins a read, unless another transfer of the file is under way.</summary>
    public bool TryRead(long offset, Memory<byte> buffer, out ValueTask<StoreResult<int>> read)
    {
        read = default;
        if (Interlocked.Exchange(ref _busy, 1) != 0)
        {
            return false;
        }

        (_writes, _offset, _buffer) = (false, offset, buffer);
        read = new ValueTask<StoreResult<int>>(this, _core.Version);
        BlockingThreads.Shared.Run(_run);
        return true;
    }

    /// <summary>Begins a write, unless another transfer of the file is under way.</summary>
    public bool TryWrite(long offset, ReadOnlySequence<byte> data, out ValueTask<StoreError> written)
    {
        written = default;
        if (Interlocked.Exchange(ref _busy, 1) != 0)
        {
            return false;
        }

        (_writes, _offset, _data) = (true, offset, data);
        written = new ValueTask<StoreError>(this, _core.Version);
        BlockingThreads.Shared.Run(_run);
        return true;
    }

    StoreResult<int> IValueTaskSource<StoreResult<int>>.GetResult(short token) => End(token);

    StoreError IValueTaskSource<StoreError>.GetResult(short token) => End(token).Error;

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private void Run()
    {
        var began = _pace.Now;
        StoreResult<int> result;
        try
        {
            if (_writes)
            {
                var writing = _file.WriteAsync(_offset, _data);
                if (!writing.IsCompletedSuccessfully)
                {
                    _ = WaitAsync(writing, began);
                    return;
                }

                result = writing.Result;
            }
            else
            {
                var reading = _file.ReadAsync(_offset, _buffer);
                if (!reading.IsCompletedSuccessfully)
                {
                    _ = WaitAsync(reading, began);
                    return;
                }

                result = reading.Result;
            }
        }
        catch (Exception error)
        {
            _core.SetException(error);
            return;
        }

        Complete(result, began);
    }

    private async Task WaitAsync(ValueTask<StoreError> writing, long began)
    {
        StoreError error;
        try
        {
            error = await writing.ConfigureAwait(false);
        }
        catch (Exception thrown)
        {
            _core.SetException(thrown);
            return;
        }

        Complete(error, began);
    }

    private async Task WaitAsync(ValueTask<StoreResult<int>> reading, long began)
    {
        StoreResult<int> result;
        try
        {
            result = await reading.ConfigureAwait(false);
        }
        catch (Exception thrown)
        {
            _core.SetException(thrown);
            return;
        }

        Complete(result, began);
    }

    // Nothing of this may be touched afterwards: whoever waited goes on here, perhaps with the next transfer.
    private void Complete(StoreResult<int> result, long began)
    {
        _pace.Note(began, _writes ? _data.Length : _buffer.Length);
        _core.SetResult(result);
    }

    private StoreResult<int> End(short token)
    {
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            (_buffer, _data) = (default, default);
            _core.Reset();
            Volatile.Write(ref _busy, 0);
        }
    }
}
