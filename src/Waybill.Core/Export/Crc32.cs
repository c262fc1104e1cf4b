namespace Waybill.Core.Export;

/// <summary>The checksum of zip files (ISO 3309), four bytes at a time; .NET has it in a package alone.</summary>
internal static class Crc32
{
    private const uint Polynomial = 0xEDB88320;

    private static readonly uint[][] Tables = MakeTables();

    /// <summary>Goes on with a checksum; the first one is 0.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> data)
    {
        var (a, b, c, d) = (Tables[0], Tables[1], Tables[2], Tables[3]);
        crc = ~crc;
        while (data.Length >= 4)
        {
            crc ^= System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(data);
            crc = d[crc & 0xFF] ^ c[(crc >> 8) & 0xFF] ^ b[(crc >> 16) & 0xFF] ^ a[crc >> 24];
            data = data[4..];
        }

        foreach (var value in data)
        {
            crc = (crc >> 8) ^ a[(crc ^ value) & 0xFF];
        }

        return ~crc;
    }

    private static uint[][] MakeTables()
    {
        var tables = new uint[4][];
        for (var table = 0; table < tables.Length; table++)
        {
            tables[table] = new uint[256];
            for (var value = 0u; value < 256; value++)
            {
                var crc = table == 0 ? value : tables[table - 1][value];
                for (var bit = 0; bit < (table == 0 ? 8 : 0); bit++)
                {
                    crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ Polynomial;
                }

                tables[table][value] = table == 0 ? crc : (crc >> 8) ^ tables[0][crc & 0xFF];
            }
        }

        return tables;
    }
}
