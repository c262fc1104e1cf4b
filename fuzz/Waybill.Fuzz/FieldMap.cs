using System.Buffers.Binary;

namespace Waybill.Fuzz;

/// <summary>Where an input seems to hold SSH strings: a uint32 that fits the bytes after it. Guesses may be wrong; that is noise, not harm.</summary>
internal static class FieldMap
{
    /// <summary>A string: its length field stands at <paramref name="Offset"/>, its content after that.</summary>
    public readonly record struct Field(int Offset, int Length)
    {
        public int Content => Offset + 4;

        public int End => Offset + 4 + Length;

        public bool Holds(Field other) => other.Offset >= Content && other.End <= End;
    }

    /// <summary>Every field, at most 512 of them.</summary>
    public static List<Field> Find(ReadOnlySpan<byte> input)
    {
        var fields = new List<Field>();
        for (var offset = 0; offset + 4 <= input.Length && fields.Count < 512; offset++)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(input[offset..]);
            if (length > 0 && length <= input.Length - offset - 4)
            {
                fields.Add(new Field(offset, (int)length));
            }
        }

        return fields;
    }
}
