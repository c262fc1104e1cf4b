using System.Security.Cryptography;
using System.Runtime.InteropServices;

namespace Waybill.SshKeys.Keys;

/// <summary>Base64 as people send it: spread over lines and blanks, its padding lost. The characters may be a private key's: each buffer is zeroed.</summary>
internal sealed class Base64Text : IDisposable
{
    private readonly char[] _chars;
    private int _length;
    private int _padding;

    /// <summary>Room for <paramref name="capacity"/> characters.</summary>
    public Base64Text(int capacity) => _chars = new char[capacity + 3];

    /// <summary>How many characters there are, padding not counted.</summary>
    public int Length => _length;

    /// <summary>Appends a word without blanks. False, and nothing appended, when it is not base64 or stands behind padding.</summary>
    public bool TryAppend(ReadOnlySpan<char> word)
    {
        var data = word.TrimEnd('=');
        if ((_padding > 0 && !data.IsEmpty) || word.Length - data.Length + _padding > 2)
        {
            return false;
        }

        foreach (var c in data)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('+' or '/'))
            {
                return false;
            }
        }

        data.CopyTo(_chars.AsSpan(_length));
        _length += data.Length;
        _padding += word.Length - data.Length;
        return true;
    }

    /// <summary>Appends a line; blanks within it do not matter.</summary>
    public bool TryAppendLine(ReadOnlySpan<char> line)
    {
        foreach (var range in line.SplitAny(' ', '\t'))
        {
            if (!TryAppend(line[range]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether padding has been seen: nothing may follow.</summary>
    public bool IsPadded => _padding > 0;

    /// <summary>The bytes of the first <paramref name="count"/> characters. A last character that stands alone holds no byte and is left out.</summary>
    public byte[] Decode(int count)
    {
        count = count % 4 == 1 ? count - 1 : count;
        var padded = (count + 3) & ~3;
        Span<char> saved = stackalloc char[3];
        var tail = _chars.AsSpan(count, padded - count);
        tail.CopyTo(saved);
        tail.Fill('=');
        var bytes = new byte[padded / 4 * 3];
        var valid = Convert.TryFromBase64Chars(_chars.AsSpan(0, padded), bytes, out var written);
        saved[..tail.Length].CopyTo(tail);
        if (!valid || written == bytes.Length)
        {
            return valid ? bytes : [];
        }

        var exact = bytes[..written];
        CryptographicOperations.ZeroMemory(bytes);
        return exact;
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(_chars.AsSpan()));
}
