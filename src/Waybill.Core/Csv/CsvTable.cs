using System.Text;
using Waybill.Core.Arrivals;

namespace Waybill.Core.Csv;

/// <summary>
/// A table that somebody sends: RFC 4180 with a line of names first. Comma, semicolon or tab between cells, whichever the first line has most of; lines end with LF or
/// CR LF; a cell in quotes may have separators, line breaks and doubled quotes in it; UTF-8, with or without its mark. Names are compared without case. Lines without
/// any cell are left out. All of it is read, or none.
/// </summary>
public sealed class CsvTable
{
    /// <summary>Columns of a table.</summary>
    public const int Columns = 50;

    /// <summary>Characters of a cell.</summary>
    public const int CellLength = 4_000;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private CsvTable(IReadOnlyList<CsvRow> rows) => Rows = rows;

    /// <summary>The rows below the names.</summary>
    public IReadOnlyList<CsvRow> Rows { get; }

    /// <summary>Reads a table.</summary>
    /// <param name="content">The file.</param>
    /// <param name="most">Rows that it may have.</param>
    /// <param name="needed">Columns that it must have.</param>
    /// <param name="optional">Columns that it may have besides; any other is refused, since a misspelt name must not be taken for a column that was left out.</param>
    public static Result<CsvTable> Read(ReadOnlySpan<byte> content, int most, IReadOnlyList<string> needed, IReadOnlyList<string> optional)
    {
        if (CsvLines.IsUtf16(content))
        {
            return Problem.Invalid("The table is in UTF-16. Save it as CSV UTF-8.");
        }

        string text;
        try
        {
            text = Strict.GetString(CsvLines.WithoutMark(content));
        }
        catch (DecoderFallbackException)
        {
            return Problem.Invalid("The table is not in UTF-8. Save it as CSV UTF-8.");
        }

        var reader = new CsvReader(text, Separator(text));
        if (!reader.Next())
        {
            return reader.Wrong ?? Problem.Invalid($"The table is empty. Its first line names the columns: {string.Join(", ", needed)}.");
        }

        var names = reader.Cells.Select(static cell => cell.Trim().ToLowerInvariant()).ToList();
        if (CheckNames(names, needed, optional) is { } problem)
        {
            return problem;
        }

        List<CsvRow> rows = [];
        while (reader.Next())
        {
            if (reader.Cells.Count != names.Count)
            {
                return Problem.Invalid($"Line {reader.Line} has {reader.Cells.Count} cells where the first line names {names.Count} columns. Correct the line.");
            }

            if (rows.Count == most)
            {
                return Problem.LimitReached($"The table has more than {most} rows. Send it in several.");
            }

            rows.Add(new CsvRow(reader.Line, names, [.. reader.Cells]));
        }

        return reader.Wrong is { } wrong ? wrong : new CsvTable(rows);
    }

    private static char Separator(string text)
    {
        var end = text.IndexOf('\n', StringComparison.Ordinal);
        return (char)CsvLines.Separator(Encoding.UTF8.GetBytes(end < 0 ? text : text[..end]));
    }

    private static Problem? CheckNames(List<string> names, IReadOnlyList<string> needed, IReadOnlyList<string> optional)
    {
        var known = string.Join(", ", needed.Concat(optional));
        return needed.FirstOrDefault(name => !names.Contains(name)) is { } missing
            ? Problem.Invalid($"The first line does not name the column {missing}. There are {known}.")
            : names.Find(name => !needed.Contains(name) && !optional.Contains(name)) is { } unknown
            ? Problem.Invalid($"The first line names a column '{Words.Show(unknown)}', which is not known here. There are {known}.")
            : names.Distinct().Count() != names.Count ? Problem.Invalid("The first line names a column twice. Name it once.") : null;
    }
}
