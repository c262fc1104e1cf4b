using System.Diagnostics.CodeAnalysis;

namespace Waybill.Sftp.Scp;

/// <summary>
/// Cuts a command line into words as a shell would: blanks between them, single quotes, double quotes, backslash. It does nothing else that a shell does:
/// no variable, no command, no tilde, no operator.
/// </summary>
internal sealed class ScpSplitter(byte[] line)
{
    private readonly List<byte> _text = [];
    private readonly List<bool> _quoted = [];
    private int _position;

    /// <summary>The rest of the line cannot be read: a quote is open at its end, or a line break stands where a shell would begin a second command.</summary>
    public bool Failed { get; private set; }

    /// <summary>The next word; false at the end, or when it <see cref="Failed"/>.</summary>
    public bool TryNext([NotNullWhen(true)] out ScpOperand? word)
    {
        word = null;
        while (_position < line.Length && line[_position] is (byte)' ' or (byte)'\t')
        {
            _position++;
        }

        if (Failed || _position == line.Length)
        {
            return false;
        }

        _text.Clear();
        _quoted.Clear();
        while (!Failed && _position < line.Length && line[_position] is not ((byte)' ' or (byte)'\t'))
        {
            TakePart(line[_position++]);
        }

        word = Failed ? null : new ScpOperand([.. _text], [.. _quoted]);
        return !Failed;
    }

    private void TakePart(byte first)
    {
        switch (first)
        {
            case (byte)'\'':
                TakeQuoted((byte)'\'');
                break;
            case (byte)'"':
                TakeQuoted((byte)'"');
                break;
            case (byte)'\\' when _position < line.Length:
                Add(line[_position++], quoted: true);
                break;
            case (byte)'\\' or (byte)'\n' or (byte)'\r':
                Failed = true;
                break;
            default:
                Add(first, quoted: false);
                break;
        }
    }

    // In single quotes everything is itself; in double quotes a backslash takes the meaning of $ ` " \ only, and is itself before anything else.
    private void TakeQuoted(byte mark)
    {
        while (_position < line.Length)
        {
            var next = line[_position++];
            if (next == mark)
            {
                return;
            }

            if (mark == (byte)'"' && next == (byte)'\\' && _position < line.Length && line[_position] is (byte)'$' or (byte)'`' or (byte)'"' or (byte)'\\')
            {
                next = line[_position++];
            }

            Add(next, quoted: true);
        }

        Failed = true;
    }

    private void Add(byte value, bool quoted)
    {
        _text.Add(value);
        _quoted.Add(quoted);
    }
}
