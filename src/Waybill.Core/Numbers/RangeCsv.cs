using System.Globalization;
using Waybill.Core.Csv;

namespace Waybill.Core.Numbers;

/// <summary>Ranges in a CSV file: <c>first,last,band,setup,monthly,description</c>; the first two must be there. Prices are pounds, as 1.50.</summary>
public static class RangeCsv
{
    private static readonly string[] Needed = ["first", "last"];
    private static readonly string[] Others = ["band", "setup", "monthly", "description"];

    /// <summary>Reads a file, or says in which line what is wrong.</summary>
    public static Result<IReadOnlyList<NewRange>> Parse(ReadOnlySpan<byte> content)
    {
        if (content.Length > NumberLimits.RangeFile)
        {
            return Problem.LimitReached($"The file has {content.Length} bytes, and {NumberLimits.RangeFile} are the most. Send it in parts.");
        }

        var table = CsvTable.Read(content, NumberLimits.RangesTogether, Needed, Others);
        if (!table.Succeeded)
        {
            return table.Problem;
        }

        List<NewRange> ranges = [];
        foreach (var row in table.Value.Rows)
        {
            var range = Read(row);
            if (!range.Succeeded)
            {
                return range.Problem;
            }

            ranges.Add(range.Value);
        }

        return ranges.Count == 0 ? Problem.Invalid("The file has no line behind its first. Give one for each range.") : Result.Of<IReadOnlyList<NewRange>>(ranges);
    }

    /// <summary>Reads an amount of pounds as pence: 1, 1.5 or 1.50; an empty text is none.</summary>
    public static bool TryPence(string text, out long? pence)
    {
        pence = null;
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length == 0)
        {
            return true;
        }

        var parts = text.Split('.');
        if (parts.Length > 2 || parts[0].Length is 0 or > 9 || !parts[0].All(char.IsAsciiDigit) || (parts.Length == 2 && (parts[1].Length is 0 or > 2 || !parts[1].All(char.IsAsciiDigit))))
        {
            return false;
        }

        pence = (long.Parse(parts[0], CultureInfo.InvariantCulture) * 100) + (parts.Length == 2 ? long.Parse(parts[1].PadRight(2, '0'), CultureInfo.InvariantCulture) : 0);
        return true;
    }

    private static Result<NewRange> Read(CsvRow row)
    {
        var first = PhoneNumber.ParseTyped(row["first"] ?? "");
        var last = PhoneNumber.ParseTyped(row["last"] ?? "");
        return !first.Succeeded ? row.Wrong(first.Problem)
            : !last.Succeeded ? row.Wrong(last.Problem)
            : !TryPence(row["setup"] ?? "", out var setup) ? NoPrice(row, "setup")
            : !TryPence(row["monthly"] ?? "", out var monthly) ? NoPrice(row, "monthly")
            : new NewRange(first.Value, last.Value, new RangeTerms(row["band"], setup, monthly, row["description"]));
    }

    private static Problem NoPrice(CsvRow row, string column) => row.Wrong($"'{Words.Show(row[column]!)}' is no price. Write pounds as 1.50.");
}
