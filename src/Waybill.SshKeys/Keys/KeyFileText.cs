using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;

namespace Waybill.SshKeys.Keys;

/// <summary>
/// A key file as lines of text, whatever Notepad, PowerShell or a mail program did to it: UTF-8 or UTF-16 with or without byte order mark, any
/// line end, mail quoting. It may hold someone's private key, so it lives in one buffer that is zeroed on disposal, never in strings.
/// </summary>
internal sealed class KeyFileText : IDisposable
{
    private readonly char[] _chars;
    private readonly List<(int Start, int Length)> _lines = [];
    private int _length;

    private KeyFileText(int capacity) => _chars = new char[capacity];

    /// <summary>How many lines there are.</summary>
    public int LineCount => _lines.Count;

    /// <summary>All of it.</summary>
    public ReadOnlySpan<char> All => _chars.AsSpan(0, _length);

    /// <summary>A line without blanks around it and without the <c>&gt;</c> of a quoted mail, which is part of no key format.</summary>
    public ReadOnlySpan<char> this[int line] => _chars.AsSpan(_lines[line].Start, _lines[line].Length);

    /// <summary>The file as text; null when its bytes are no text.</summary>
    public static KeyFileText? TryDecode(ReadOnlySpan<byte> file)
    {
        var text = new KeyFileText(file.Length);
        if (text.Decode(file) && text.Clean())
        {
            text.SplitLines();
            return text;
        }

        text.Dispose();
        return null;
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(_chars.AsSpan()));

    private bool Decode(ReadOnlySpan<byte> file)
    {
        if (file.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
        {
            return DecodeBytes(file[3..]);
        }

        var (evenZeros, oddZeros) = CountZeros(file);
        if (file.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || (file is [not 0, 0, ..] && oddZeros > file.Length / 4 && evenZeros == 0))
        {
            _length = Encoding.Unicode.GetChars(file[..(file.Length & ~1)], _chars);
            return true;
        }

        if (file.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]) || (file is [0, not 0, ..] && evenZeros > file.Length / 4 && oddZeros == 0))
        {
            _length = Encoding.BigEndianUnicode.GetChars(file[..(file.Length & ~1)], _chars);
            return true;
        }

        return DecodeBytes(file);
    }

    private static (int Even, int Odd) CountZeros(ReadOnlySpan<byte> file)
    {
        var (even, odd) = (0, 0);
        for (var i = 0; i < file.Length; i++)
        {
            var zero = file[i] == 0 ? 1 : 0;
            even += zero & ~i;
            odd += zero & i;
        }

        return (even, odd);
    }

    private bool DecodeBytes(ReadOnlySpan<byte> file)
    {
        if (Utf8.ToUtf16(file, _chars, out _, out _length, replaceInvalidSequences: false) != OperationStatus.Done)
        {
            // A comment in a Windows code page. Everything that matters to the key is ASCII.
            _length = Encoding.Latin1.GetChars(file, _chars);
        }

        return true;
    }

    /// <summary>
    /// Takes out what cannot be seen, turns odd blanks into blanks, and refuses what is no text. Zeros are dropped: PowerShell's <c>&gt;&gt;</c> appends
    /// UTF-16 to files that begin as ASCII.
    /// </summary>
    private bool Clean()
    {
        var kept = 0;
        for (var i = 0; i < _length; i++)
        {
            var c = _chars[i];
            switch (c)
            {
                case '\0' or '\uFEFF' or '\u200B' or '\u200C' or '\u200D' or '\u2060' or '\u00AD':
                    break;
                case '\u00A0' or '\u202F' or '\u001A':
                    _chars[kept++] = ' ';
                    break;
                case '\u2010' or '\u2011' or '\u2012' or '\u2013' or '\u2014' or '\u2212':
                    _chars[kept++] = '-'; // word processors put these in place of the dashes of BEGIN and END
                    break;
                case '\t' or '\r' or '\n' or '\f':
                    _chars[kept++] = c;
                    break;
                case < ' ' or '\u007F':
                    return false;
                default:
                    _chars[kept++] = c;
                    break;
            }
        }

        _chars.AsSpan(kept).Clear();
        _length = kept;
        return true;
    }

    private void SplitLines()
    {
        var start = 0;
        for (var i = 0; i <= _length; i++)
        {
            if (i < _length && _chars[i] is not ('\n' or '\r' or '\f' or '\u0085' or '\u2028' or '\u2029'))
            {
                continue;
            }

            var (from, to) = (start, i);
            while (from < to && _chars[from] is ' ' or '\t' or '>')
            {
                from++;
            }

            while (from < to && _chars[to - 1] is ' ' or '\t')
            {
                to--;
            }

            _lines.Add((from, to - from));
            start = i < _length && _chars[i] == '\r' && i + 1 < _length && _chars[i + 1] == '\n' ? ++i + 1 : i + 1;
        }
    }
}
