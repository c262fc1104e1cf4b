using System.Globalization;
using Waybill.Storage;
using FileAttributes = Waybill.Storage.FileAttributes;

namespace Waybill.Core.AccountFiles;

/// <summary>A file that is sent to a person: a stream that notes what of it was read.</summary>
public sealed class AccountFileStream : Stream
{
    private readonly IOpenFile _file;
    private readonly IFileJournal _journal;
    private readonly VaultPath _path;
    private readonly FileAttributes _attributes;
    private readonly TimeProvider _time;
    private long _position;
    private long _start;
    private long _read;
    private long _unasked;
    private long _asked;

    internal AccountFileStream(IOpenFile file, IFileJournal journal, VaultPath path, FileAttributes attributes, TimeProvider time)
    {
        (_file, _journal, _path, _attributes, _time) = (file, journal, path, attributes, time);
        _asked = time.GetTimestamp();
        Tag = string.Create(CultureInfo.InvariantCulture, $"\"{attributes.Identity:x}-{attributes.Size:x}-{attributes.ModificationTime:x}\"");
        Modified = DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(attributes.ModificationTime, 0, 253_402_300_799));
    }

    /// <summary>Tells this version from others, for a browser that goes on with a download.</summary>
    public string Tag { get; }

    /// <summary>
    /// Asked every <see cref="AccountFileLimits.AskAfterBytes"/> and <see cref="AccountFileLimits.AskAfter"/> whether it may go on: hours may pass, and a session or a right
    /// end. Null for no question.
    /// </summary>
    public Func<ValueTask<Problem?>>? MayStill { get; set; }

    /// <summary>It was asked, and may not go on.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>When it was changed.</summary>
    public DateTimeOffset Modified { get; }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => true;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => _attributes.Size;

    /// <inheritdoc/>
    public override long Position
    {
        get => _position;
        set => (_position, _start, _read) = (value, value, 0);
    }

    /// <summary>Records what was sent, in catalogue and audit. One that was cut off is never whole: nobody knows how much of it arrived.</summary>
    /// <param name="isCut">Its reader went away, or it could not be read to its end.</param>
    /// <param name="isEmpty">An empty file was sent.</param>
    public async ValueTask RecordAsync(bool isCut, bool isEmpty = false)
    {
        if (_read > 0 || (isEmpty && Length == 0 && !isCut))
        {
            var bytes = isCut ? Math.Min(_read, Math.Max(0, Length - 1)) : _read;
            await _journal.RecordAsync(
                new FileEvent(FileOperation.Download, _path, Bytes: bytes, Size: Length, Identity: _attributes.Identity, ReadFrom: _start, ReadTo: _start + bytes, IsCut: isCut)
                {
                    Born = _attributes.Born,
                    IsPending = !await _file.IsRecordedAsync().ConfigureAwait(false),
                }).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var wanted = (int)Math.Min(buffer.Length, Math.Max(0, Length - _position));
        if (wanted == 0)
        {
            return 0;
        }

        if (MayStill is not null && (_unasked >= AccountFileLimits.AskAfterBytes || _time.GetElapsedTime(_asked) >= AccountFileLimits.AskAfter))
        {
            IsStopped = await MayStill().ConfigureAwait(false) is not null;
            (_unasked, _asked) = (0, _time.GetTimestamp());
        }

        if (IsStopped)
        {
            throw new OperationCanceledException("The download may not go on.");
        }

        var read = await _file.ReadAsync(_position, buffer[..wanted]).ConfigureAwait(false);
        if (!read.Succeeded || read.Value == 0)
        {
            // Its length was told: what is shorter must not look whole.
            throw new IOException($"A file could not be read to its end ({read.Error}).");
        }

        (_position, _read, _unasked) = (_position + read.Value, _read + read.Value, _unasked + read.Value);
        return read.Value;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        _ => Length + offset,
    };

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await _file.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }
}
