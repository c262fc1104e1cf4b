using System.Buffers;
using System.IO.Pipelines;
using System.Text;

namespace Waybill.Sftp.Scp;

/// <summary>What came from the client.</summary>
internal enum ScpReading
{
    /// <summary>A whole control record, or a zero byte where an answer was expected.</summary>
    Good,

    /// <summary>The client has an error of its own and goes on: byte 1 and words.</summary>
    Warning,

    /// <summary>The client says that it gives up: byte 2 and words.</summary>
    GaveUp,

    /// <summary>No more bytes, between two records.</summary>
    Ended,

    /// <summary>Cut in the middle, too long, or a byte that means nothing here.</summary>
    Broken,
}

/// <summary>
/// Both directions of an SCP session: control records and answers. An answer is one byte: 0, or 1 (warning, it goes on) or 2 (it is over) with a line of words.
/// </summary>
internal sealed class ScpChannel(PipeReader input, PipeWriter output, ScpOptions options, CancellationToken cancellationToken)
{
    private const byte Accepted = 0;
    private const byte Warning = 1;
    private const byte Fatal = 2;

    // Of words that go to a terminal, so that a long path does not fill it.
    private const int LongestWords = 1024;

    private readonly byte[] _record = new byte[options.Record];
    private int _length;
    private volatile bool _stopping;

    /// <summary>Something went wrong on either side: the exit status will say so.</summary>
    public bool Failed { get; private set; }

    /// <summary>The record just read, without its line feed; valid until the next is read.</summary>
    public ReadOnlySpan<byte> Record => _record.AsSpan(0, _length);

    /// <summary>More bytes lay behind the record just read: its sender did not wait for an answer.</summary>
    public bool SentAhead { get; private set; }

    /// <summary>The server is stopping: no further file is begun.</summary>
    public bool Stopping => _stopping;

    public PipeReader Input => input;

    public PipeWriter Output => output;

    /// <summary>The server is stopping: whoever waits for the next record does so no longer.</summary>
    public void Stop()
    {
        _stopping = true;
        input.CancelPendingRead();
    }

    /// <summary>Reads a control record up to its line feed.</summary>
    public async ValueTask<ScpReading> ReadRecordAsync()
    {
        while (true)
        {
            if (await ReadAsync(isIdle: true).ConfigureAwait(false) is not { } result)
            {
                return ScpReading.Ended;
            }

            var buffer = result.Buffer;
            if (buffer.PositionOf((byte)'\n') is { } end && buffer.Slice(0, end) is { } line && line.Length <= _record.Length)
            {
                line.CopyTo(_record);
                _length = (int)line.Length;
                SentAhead = buffer.Length > _length + 1;
                input.AdvanceTo(buffer.GetPosition(1, end));
                return Classify();
            }

            var (isEmpty, isOver) = (buffer.IsEmpty, result.IsCompleted || buffer.Length > _record.Length);
            input.AdvanceTo(buffer.Start, buffer.End);
            if (isOver)
            {
                return isEmpty ? ScpReading.Ended : ScpReading.Broken;
            }
        }
    }

    /// <summary>Reads the client's answer.</summary>
    public async ValueTask<ScpReading> ReadAnswerAsync()
    {
        if (await ReadAsync().ConfigureAwait(false) is not { } read || read.Buffer.IsEmpty)
        {
            return ScpReading.Ended;
        }

        var first = read.Buffer.FirstSpan[0];
        input.AdvanceTo(first == Accepted ? read.Buffer.GetPosition(1) : read.Buffer.Start);
        if (first == Accepted)
        {
            return ScpReading.Good;
        }

        return first is Warning or Fatal ? await ReadRecordAsync().ConfigureAwait(false) : ScpReading.Broken;
    }

    /// <summary>Answers with a zero byte.</summary>
    /// <returns>False when nobody reads any more.</returns>
    public ValueTask<bool> AcceptAsync()
    {
        output.GetSpan(1)[0] = Accepted;
        output.Advance(1);
        return FlushAsync();
    }

    /// <summary>Says what went wrong with one file; the session goes on.</summary>
    public ValueTask<bool> WarnAsync(ReadOnlySpan<byte> subject, ReadOnlySpan<byte> words)
    {
        WriteWords(Warning, subject, words);
        return FlushAsync();
    }

    /// <summary>As <see cref="WarnAsync(ReadOnlySpan{byte}, ReadOnlySpan{byte})"/>, with words for an answer of the store.</summary>
    public ValueTask<bool> WarnAsync(ReadOnlySpan<byte> subject, SftpAnswer answer) => WarnAsync(subject, ScpWords.Of(answer));

    /// <summary>Says why the session is over.</summary>
    /// <returns>False: it does not go on.</returns>
    public async ValueTask<bool> EndAsync(string words)
    {
        WriteWords(Fatal, default, Encoding.UTF8.GetBytes(words));
        await FlushAsync().ConfigureAwait(false);
        return false;
    }

    /// <summary>The session is over without words: the client has gone, or has said why itself.</summary>
    public bool End()
    {
        Failed = true;
        return false;
    }

    public void Write(ReadOnlySpan<byte> record) => output.Write(record);

    /// <summary>Hands what was written to the client.</summary>
    /// <returns>False when nobody reads any more, or the session is to end.</returns>
    public async ValueTask<bool> FlushAsync()
    {
        try
        {
            var result = await output.FlushAsync().ConfigureAwait(false);
            return (!result.IsCompleted && !result.IsCanceled) || End();
        }
        catch (IOException)
        {
            return End();
        }
    }

    /// <summary>Reads what is there; null when the session is to end.</summary>
    public async ValueTask<ReadResult?> ReadAsync(bool isIdle = false)
    {
        try
        {
            while (true)
            {
                var result = await input.ReadAsync().ConfigureAwait(false);
                if (!result.IsCanceled)
                {
                    return result;
                }

                input.AdvanceTo(result.Buffer.Start);
                if (cancellationToken.IsCancellationRequested || (isIdle && _stopping))
                {
                    break;
                }
            }
        }
        catch (IOException)
        {
            // The connection's own log says why it was lost.
        }

        End();
        return null;
    }

    private ScpReading Classify()
    {
        switch (Record)
        {
            case [Warning, ..]:
                Failed = true;
                return ScpReading.Warning;
            case [Fatal, ..]:
                Failed = true;
                return ScpReading.GaveUp;
            default:
                return ScpReading.Good;
        }
    }

    // byte 1 or 2, "scp: " [subject ": "] words LF. A terminal shows it: control characters of a name would be commands to it.
    private void WriteWords(byte kind, ReadOnlySpan<byte> subject, ReadOnlySpan<byte> words)
    {
        Failed = true;
        var line = output.GetSpan(16 + (2 * LongestWords));
        var length = 0;
        line[length++] = kind;
        Append(line, ref length, "scp: "u8);
        if (!subject.IsEmpty)
        {
            Append(line, ref length, subject);
            Append(line, ref length, ": "u8);
        }

        Append(line, ref length, words);
        line[length++] = (byte)'\n';
        output.Advance(length);
    }

    private static void Append(Span<byte> line, ref int length, ReadOnlySpan<byte> text)
    {
        text = text[..Math.Min(text.Length, LongestWords)];
        while (!text.IsEmpty)
        {
            var isCharacter = Rune.DecodeFromUtf8(text, out var character, out var used) == OperationStatus.Done;
            if (isCharacter && !Rune.IsControl(character))
            {
                text[..used].CopyTo(line[length..]);
                length += used;
            }
            else
            {
                line[length++] = (byte)'?';
            }

            text = text[used..];
        }
    }
}
