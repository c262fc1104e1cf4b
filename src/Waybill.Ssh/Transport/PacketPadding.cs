using System.Security.Cryptography;

namespace Waybill.Ssh.Transport;

/// <summary>Random padding (RFC 4253 section 6), drawn from the system in batches: a call for each packet would cost more than its encryption.</summary>
internal sealed class PacketPadding
{
    private const int Batch = 256;
    private const int Minimum = 4;
    private readonly byte[] _random = new byte[Batch];
    private int _used = Batch;

    /// <summary>The least padding_length, at least 4, that makes <paramref name="length"/> bytes plus padding a multiple of <paramref name="block"/>.</summary>
    public static int LengthFor(int length, int block)
    {
        var padding = block - (length % block);
        return padding < Minimum ? padding + block : padding;
    }

    /// <summary>That many random bytes, valid until the next call.</summary>
    public ReadOnlySpan<byte> Take(int count)
    {
        if (_used + count > Batch)
        {
            RandomNumberGenerator.Fill(_random);
            _used = 0;
        }

        var bytes = _random.AsSpan(_used, count);
        _used += count;
        return bytes;
    }
}
