using System.Globalization;

namespace Waybill.Storage.Quotas;

/// <summary>Sizes as people write and read them.</summary>
public static class SizeWords
{
    private static readonly (string Unit, long Bytes)[] Units =
    [
        ("TiB", 1L << 40), ("GiB", 1L << 30), ("MiB", 1L << 20), ("KiB", 1L << 10),
        ("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000), ("KB", 1_000), ("B", 1),
    ];

    /// <summary>A size with one decimal and a binary unit; small ones in bytes.</summary>
    public static string Of(long bytes)
    {
        foreach (var (unit, size) in Units[..4])
        {
            if (bytes >= size)
            {
                // Rounded down: what is full but for a byte must not look full.
                var tenths = (Int128)bytes * 10 / size;
                return string.Create(CultureInfo.InvariantCulture, $"{tenths / 10}{(tenths % 10 == 0 ? "" : $".{tenths % 10}")} {unit}");
            }
        }

        return string.Create(CultureInfo.InvariantCulture, $"{bytes} bytes");
    }

    /// <summary>A size that reads back as the same.</summary>
    public static string Exact(long bytes)
    {
        var (unit, size) = Units.FirstOrDefault(unit => bytes != 0 && bytes % unit.Bytes == 0, ("B", 1));
        return string.Create(CultureInfo.InvariantCulture, $"{bytes / size} {unit}");
    }

    /// <summary>Reads <c>10GiB</c>, <c>500 MB</c> or a number of bytes.</summary>
    public static bool TryParse(string text, out long bytes)
    {
        ArgumentNullException.ThrowIfNull(text);
        var trimmed = text.Trim();
        var factor = 1L;
        foreach (var (unit, size) in Units)
        {
            if (trimmed.EndsWith(unit, StringComparison.OrdinalIgnoreCase))
            {
                (trimmed, factor) = (trimmed[..^unit.Length].TrimEnd(), size);
                break;
            }
        }

        bytes = 0;
        if (!long.TryParse(trimmed, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > long.MaxValue / factor)
        {
            return false;
        }

        bytes = number * factor;
        return true;
    }
}
