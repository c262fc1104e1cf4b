using System.Globalization;
using System.Text;
using Waybill.Core.Csv;

namespace Waybill.Core.Billing;

/// <summary>
/// Reads calls of the FCS's UK Standard CDR format, version 3: 42 comma-separated columns, read by position. Of them 4 is the number dialled, 5 the date (dd/MM/yyyy),
/// 6 the time (HH:mm:ss), 7 the seconds, 10 the description, 13 the sales price, 16 the DDI, 22 the country of origin and 31 the presentation number.
/// </summary>
internal static class CallDetail
{
    private const int Columns = 42;

    /// <summary>The last calls of what is the end of a file.</summary>
    /// <param name="tail">The end.</param>
    /// <param name="isWhole">Whether it is all of the file: else its first line is a piece of one.</param>
    /// <param name="most">How many calls.</param>
    /// <returns>The calls, the last of the file first; none where a line is no such record: then it is another format.</returns>
    public static IReadOnlyList<CallRecord> Read(ReadOnlySpan<byte> tail, bool isWhole, int most)
    {
        if (!isWhole)
        {
            tail = tail[(tail.IndexOf((byte)'\n') + 1)..];
        }

        // Every byte is a character: what is not ASCII stands in descriptions alone.
        var reader = new CsvReader(Encoding.Latin1.GetString(tail), ',');
        Queue<CallRecord> calls = new(most);
        while (reader.Next())
        {
            if (Parse(reader.Cells) is not { } call)
            {
                return [];
            }

            if (calls.Count == most)
            {
                calls.Dequeue();
            }

            calls.Enqueue(call);
        }

        return reader.Wrong is null ? [.. calls.Reverse()] : [];
    }

    private static CallRecord? Parse(List<string> cells)
    {
        if (cells.Count != Columns
            || !DateOnly.TryParseExact(cells[4], "dd/MM/yyyy", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            || !TimeOnly.TryParseExact(cells[5], "HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
            || !int.TryParse(cells[6], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            || !decimal.TryParse(cells[12], NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var price))
        {
            return null;
        }

        return new CallRecord(date, time, cells[30].Length > 0 ? cells[30] : cells[15], cells[3], cells[21], cells[9], seconds, price);
    }
}
