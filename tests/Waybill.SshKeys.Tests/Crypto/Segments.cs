using System.Buffers;

namespace Waybill.SshKeys.Tests.Crypto;

/// <summary>Bytes that lie in several pieces, as they come from a pipe.</summary>
internal sealed class Segments : ReadOnlySequenceSegment<byte>
{
    private Segments(ReadOnlyMemory<byte> memory, long runningIndex)
    {
        Memory = memory;
        RunningIndex = runningIndex;
    }

    public static ReadOnlySequence<byte> Split(byte[] bytes, params ReadOnlySpan<int> cuts)
    {
        var start = 0;
        Segments? first = null;
        Segments? last = null;
        foreach (var cut in (ReadOnlySpan<int>)[.. cuts, bytes.Length])
        {
            var next = new Segments(bytes.AsMemory(start, cut - start), start);
            if (last is not null)
            {
                last.Next = next;
            }

            first ??= next;
            last = next;
            start = cut;
        }

        return new ReadOnlySequence<byte>(first!, 0, last!, last!.Memory.Length);
    }
}
