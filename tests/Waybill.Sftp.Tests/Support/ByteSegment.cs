using System.Buffers;

namespace Waybill.Sftp.Tests.Support;

/// <summary>A piece of a sequence of bytes.</summary>
internal sealed class ByteSegment : ReadOnlySequenceSegment<byte>
{
    private ByteSegment(ReadOnlyMemory<byte> memory, long start) => (Memory, RunningIndex) = (memory, start);

    public static ReadOnlySequence<byte> Chain(params byte[][] pieces)
    {
        var first = new ByteSegment(pieces[0], 0);
        var last = first;
        foreach (var piece in pieces.Skip(1))
        {
            var next = new ByteSegment(piece, last.RunningIndex + last.Memory.Length);
            last.Next = next;
            last = next;
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }
}
