using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Waybill.Net.Threads;
using Waybill.SshKeys.Crypto;
using Waybill.Ssh.Hosting;

namespace Waybill.Ssh.Transport;

/// <summary>
/// The one way out of a connection: seals messages straight into the transport's pipe (RFC 4253 section 6). Owns the outgoing keys, sequence number and
/// counters; everything happens under one lock, so that messages leave in the order of the calls from any thread.
/// </summary>
/// <remarks>
/// <para>A message is pushed to the socket by whoever comes first: the producer's <see cref="FlushAsync"/>, the end of the read loop's batch
/// (<see cref="EndBatch"/>), or a work item that the first message outside a batch queues.</para>
/// <para>A pipe must not be written while a flush of it is pending. What is sent meanwhile (window adjusts, replies to requests, the rest of a burst) is
/// sealed into <see cref="Backlog"/>; a peer that keeps asking but does not read fills it, and that ends the connection.</para>
/// </remarks>
internal sealed class PacketWriter : IMessageSender, IThreadPoolWorkItem, IDisposable
{
    private const int LengthField = 4;
    private const int Header = LengthField + 1;

    /// <summary>How much of a message lies beside its packet header; channel data has 9 or 13 bytes before the data.</summary>
    private const int LongestHead = 59;

    private readonly Lock _lock = new();
    private readonly PipeWriter _output;
    private readonly SshLimits _limits;
    private readonly IPacketWriterOwner _owner;
    private readonly byte[] _head = new byte[Header + LongestHead];
    private readonly PacketPadding _padding = new();
    private readonly HeldMessages _held;
    private readonly Backlog _backlog = new();
    private readonly Action _flushed;

    private PacketSealer _sealer = PacketCiphers.PlainSealer();
    private uint _sequenceNumber;
    private long _keyBytes;
    private uint _keyPackets;
    private bool _isExchangingKeys;
    private bool _askedForRekey;
    private bool _isEnded;
    private bool _inBatch;
    private bool _isFlushQueued;
    private bool _hasUnflushed;
    private bool _isFlushing;
    private bool _isStarting;
    private ConfiguredValueTaskAwaitable<FlushResult>.ConfiguredValueTaskAwaiter _flush;
    private TaskCompletionSource<bool>? _room;
    private TaskCompletionSource? _drained;
    private long _bytesSent;
    private ThreadShare _share;
    private bool _shareIsUsedUp;

    public PacketWriter(PipeWriter output, SshLimits limits, IPacketWriterOwner owner, TimeProvider time)
    {
        _share = new ThreadShare(time);
        _output = output;
        _limits = limits;
        _owner = owner;
        _held = new HeldMessages(limits.HeldMessages, limits.HeldMessages * limits.Channels);
        _flushed = OnFlushed;
    }

    /// <summary>How much may wait, beyond the transport's own buffer, for a client that does not read.</summary>
    public required int MaximumUnsent { get; set; }

    /// <summary>Bytes given to the transport.</summary>
    public long BytesSent => Volatile.Read(ref _bytesSent);

    /// <summary>The sequence number of the next packet.</summary>
    public uint SequenceNumber
    {
        get
        {
            lock (_lock)
            {
                return _sequenceNumber;
            }
        }
    }

    /// <summary>A line in the clear: the version, before every packet, or a word to a client that does not speak SSH.</summary>
    public void SendLine(ReadOnlySpan<byte> line)
    {
        lock (_lock)
        {
            var target = _output.GetSpan(line.Length + 2);
            line.CopyTo(target);
            "\r\n"u8.CopyTo(target[line.Length..]);
            _output.Advance(line.Length + 2);
            _bytesSent += line.Length + 2;
            _hasUnflushed = true;
            StartFlush();
        }
    }

    /// <inheritdoc/>
    public void Send(ReadOnlySpan<byte> payload)
    {
        var split = Math.Min(payload.Length, LongestHead);
        SendOrHold(payload[..split], payload[split..], isFlushed: false);
    }

    /// <inheritdoc/>
    public void Send(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(head.Length, LongestHead);
        SendOrHold(head, body, isFlushed: true);
    }

    /// <inheritdoc/>
    public ValueTask<bool> FlushAsync(CancellationToken cancellationToken)
    {
        Task<bool> room;
        lock (_lock)
        {
            StartFlush();
            if (_isEnded || (!_isFlushing && !_isExchangingKeys))
            {
                return ValueTask.FromResult(!_isEnded);
            }

            _room ??= new TaskCompletionSource<bool>();
            room = _room.Task;
        }

        return new ValueTask<bool>(cancellationToken.CanBeCanceled ? room.WaitAsync(cancellationToken) : room);
    }

    /// <summary>Our KEXINIT: from here on other messages are held.</summary>
    public void SendKexInit(ReadOnlySpan<byte> payload)
    {
        lock (_lock)
        {
            _isExchangingKeys = true;
            Send(payload);
        }
    }

    /// <summary>
    /// Sends NEWKEYS under the old keys, takes the new ones, which this writer then owns, and lets the held messages go.
    /// </summary>
    /// <param name="sealer">The new keys.</param>
    /// <param name="resetSequence">Strict key exchange: the sequence number starts again.</param>
    /// <param name="next">What must be the next packet (EXT_INFO, RFC 8308 section 2.4); empty for none.</param>
    public void SendNewKeys(PacketSealer sealer, bool resetSequence, ReadOnlySpan<byte> next)
    {
        lock (_lock)
        {
            Send([MessageNumber.NewKeys]);
            _sealer.Dispose();
            _sealer = sealer;
            _sequenceNumber = resetSequence ? 0 : _sequenceNumber;
            _keyBytes = 0;
            _keyPackets = 0;
            _isExchangingKeys = false;
            _askedForRekey = false;
            if (!next.IsEmpty)
            {
                Send(next);
            }

            while (!_isEnded && _held.TryTake(out var message))
            {
                Send(message);
            }

            ReleaseWaiters();
        }
    }

    /// <summary>The read loop begins to work through what came: what it sends goes out together at the end.</summary>
    public void BeginBatch()
    {
        lock (_lock)
        {
            _inBatch = true;
        }
    }

    /// <summary>Pushes what the batch produced, without waiting.</summary>
    public void EndBatch()
    {
        lock (_lock)
        {
            _inBatch = false;
            StartFlush();
        }
    }

    /// <summary>Nothing more is sent after <paramref name="lastWords"/> (a DISCONNECT, or empty); everyone who waits is told so.</summary>
    /// <returns>Completes when the transport has taken everything: never, if the peer does not read.</returns>
    public Task EndAsync(ReadOnlySpan<byte> lastWords)
    {
        lock (_lock)
        {
            if (!lastWords.IsEmpty)
            {
                Send(lastWords);
            }

            StartFlush();
            MarkEnded();
            if (!_isFlushing)
            {
                return Task.CompletedTask;
            }

            _drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _drained.Task;
        }
    }

    /// <summary>After <see cref="EndAsync"/>: gives up what still waits and completes the transport's pipe, so that a flush that ends late touches it no more.</summary>
    public ValueTask CompleteAsync()
    {
        lock (_lock)
        {
            MarkEnded();
            _hasUnflushed = false;
            _backlog.Clear();
        }

        return _output.CompleteAsync();
    }

    void IThreadPoolWorkItem.Execute()
    {
        lock (_lock)
        {
            _isFlushQueued = false;
            if (_inBatch)
            {
                return;
            }

            try
            {
                StartFlush();
            }
            catch (Exception exception)
            {
                Fail(exception);
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            MarkEnded();
            _sealer.Dispose();
            _backlog.Dispose();
        }
    }

    /// <summary>RFC 4253 section 7.1: between our KEXINIT and our NEWKEYS go 1 to 49 only, and of these no service message.</summary>
    private static bool MayPassDuringKeyExchange(byte message) =>
        message is <= MessageNumber.LastOfKeyExchange and not (MessageNumber.ServiceRequest or MessageNumber.ServiceAccept or MessageNumber.ExtInfo);

    /// <param name="head">The message's first bytes.</param>
    /// <param name="body">The rest of it.</param>
    /// <param name="isFlushed">The sender flushes next, so that it is not for a thread of the pool to do.</param>
    private void SendOrHold(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, bool isFlushed)
    {
        SshEndReason failure;
        string words;
        lock (_lock)
        {
            if (_isEnded)
            {
                return;
            }

            if (_isExchangingKeys && !MayPassDuringKeyExchange(head[0]))
            {
                if (_held.TryHold(head, body))
                {
                    return;
                }

                (failure, words) = (SshEndReason.LimitExceeded, $"more than {_limits.HeldMessages} messages waited for the end of a key exchange");
            }
            else if (Seal(head, body))
            {
                AskForRekey();
                if (!isFlushed)
                {
                    QueueFlush();
                }

                return;
            }
            else
            {
                (failure, words) = (SshEndReason.LimitExceeded, $"the client does not read: more than {MaximumUnsent} bytes wait for it");
            }

            MarkEnded();
        }

        _owner.WriterFailed(failure, words);
    }

    private bool Seal(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body)
    {
        // uint32 packet_length, byte padding_length, byte[n1] payload, byte[n2] padding, byte[m] mac
        var payload = head.Length + body.Length;
        var padding = PacketPadding.LengthFor(Header - (_sealer.LengthCountsAsPadded ? 0 : LengthField) + payload, _sealer.BlockSize);
        var total = Header + payload + padding + _sealer.TagLength;

        BinaryPrimitives.WriteUInt32BigEndian(_head, (uint)(Header - LengthField + payload + padding));
        _head[LengthField] = (byte)padding;
        head.CopyTo(_head.AsSpan(Header));

        if (!TryGetTarget(total, out var target))
        {
            return false;
        }

        _sealer.Seal(_sequenceNumber, _head.AsSpan(0, Header + head.Length), body, _padding.Take(padding), target);
        _sequenceNumber++;
        _keyPackets++;
        _keyBytes += total;
        _bytesSent += total;
        if (_isFlushing)
        {
            _backlog.Advance(total);
        }
        else
        {
            _output.Advance(total);
            _hasUnflushed = true;
        }

        return true;
    }

    private bool TryGetTarget(int total, out Span<byte> target)
    {
        if (_isFlushing)
        {
            return _backlog.TryGetSpan(total, MaximumUnsent, out target);
        }

        target = _output.GetSpan(total)[..total];
        return true;
    }

    private void AskForRekey()
    {
        if ((_keyBytes >= _limits.RekeyBytes || _keyPackets >= _limits.RekeyPackets) && !_isExchangingKeys && !_askedForRekey)
        {
            _askedForRekey = true;
            _owner.RekeyIsDue();
        }
    }

    private void QueueFlush()
    {
        if (!_inBatch && !_isFlushQueued && !_isFlushing)
        {
            _isFlushQueued = true;
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
        }
    }

    /// <summary>Begins a flush unless one is pending; its end begins the next.</summary>
    private void StartFlush()
    {
        while (_hasUnflushed && !_isFlushing)
        {
            _hasUnflushed = false;
            Keep(_output.FlushAsync(CancellationToken.None));
            if (!_flush.IsCompleted)
            {
                _isFlushing = true;
                _isStarting = true;
                _flush.UnsafeOnCompleted(_flushed);
                _isStarting = false;
                return;
            }

            FinishFlush();
        }
    }

    /// <summary>Keeps the flush, whose result is taken once, in <see cref="FinishFlush"/>.</summary>
    private void Keep(ValueTask<FlushResult> flush) => _flush = flush.ConfigureAwait(false).GetAwaiter();

    /// <summary>
    /// The transport has room again. Who waited for it goes on here, on the thread that brought the news: to wake another one for each send costs more than
    /// the send. Not under a lock, though: where the news comes inside <see cref="StartFlush"/>, somebody else's call holds ours and perhaps a channel's. And not
    /// for ever: a client that reads faster than a program sends would keep the thread from all others.
    /// </summary>
    private void OnFlushed()
    {
        TaskCompletionSource<bool>? room = null;
        bool isOpen;
        lock (_lock)
        {
            try
            {
                FinishFlush();
                _isFlushing = false;
                _hasUnflushed |= _backlog.MoveTo(_output);
                StartFlush();
            }
            catch (Exception exception)
            {
                Fail(exception);
            }

            if (_isStarting || _shareIsUsedUp)
            {
                _shareIsUsedUp = false;
                ReleaseWaiters();
            }
            else
            {
                room = TakeWaiters();
            }

            isOpen = !_isEnded;
            if (!_isFlushing)
            {
                _drained?.TrySetResult();
            }
        }

        if (room is not null)
        {
            var began = _share.Now;
            room.SetResult(isOpen);
            _shareIsUsedUp = _share.IsUsedUp(began);
        }
    }

    private void FinishFlush()
    {
        try
        {
            var result = _flush.GetResult();
            if (!result.IsCompleted)
            {
                return;
            }
        }
        catch (Exception)
        {
            // The transport is gone (Kestrel passes on whatever the socket threw); the read loop sees the same and says why.
        }

        _hasUnflushed = false;
        _backlog.Clear();
        MarkEnded();
    }

    /// <summary>
    /// On the thread pool nobody is there to catch, and the process would end. A transport that is torn down under us (a stopping server disposes its block
    /// pool while flushes are pending) ends this connection only.
    /// </summary>
    private void Fail(Exception exception)
    {
        _isFlushing = false;
        _hasUnflushed = false;
        _backlog.Clear();
        MarkEnded();
        _owner.WriterFailed(SshEndReason.InternalError, $"the way out failed: {exception.GetType().Name}");
    }

    /// <summary>On the thread pool, since the caller holds the lock.</summary>
    private void ReleaseWaiters()
    {
        if (TakeWaiters() is { } room)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static state => state.Room.SetResult(state.IsOpen), (Room: room, IsOpen: !_isEnded), preferLocal: false);
        }
    }

    private TaskCompletionSource<bool>? TakeWaiters()
    {
        if (!_isEnded && (_isFlushing || _isExchangingKeys))
        {
            return null;
        }

        var room = _room;
        _room = null;
        return room;
    }

    private void MarkEnded()
    {
        _isEnded = true;
        _held.Clear();
        ReleaseWaiters();
    }
}
