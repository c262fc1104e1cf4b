using System.Buffers;
using System.Security.Cryptography;

namespace Waybill.Core.Feeds;

/// <summary>Learns from a file's bytes, as they pass by, what its content is: size, hash, and whether there is anything behind the first line.</summary>
internal sealed class ContentMeasure : IDisposable
{
    private static readonly SearchValues<byte> Blank = SearchValues.Create(" \t\r\n\u001a"u8);

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private bool _inBody;
    private bool _hasBody;
    private long _size;

    public void Add(ReadOnlySpan<byte> data)
    {
        _hash.AppendData(data);
        _size += data.Length;
        if (!_inBody)
        {
            var end = data.IndexOfAny((byte)'\n', (byte)'\r');
            _inBody = end >= 0;
            data = data[(end + 1)..];
        }

        _hasBody |= _inBody && data.ContainsAnyExcept(Blank);
    }

    /// <summary>Says of a file what was learned.</summary>
    public void Tell(PublicationEntry file)
    {
        file.Size = _size;
        file.Sha256 = _hash.GetHashAndReset();
        file.IsHeartbeat = _size == 0 || (!_hasBody && IsTable(file.Path.Name));
    }

    public void Dispose() => _hash.Dispose();

    private static bool IsTable(ReadOnlySpan<byte> name) => name.EndsWith(".csv"u8) || name.EndsWith(".CSV"u8) || name.EndsWith(".txt"u8) || name.EndsWith(".TXT"u8);
}
