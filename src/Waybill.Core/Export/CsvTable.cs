using System.Text;

namespace Waybill.Core.Export;

/// <summary>
/// A CSV file that people send in (RFC 4180: quotes, line breaks inside quotes), with names of columns in its first line. Commas, semicolons and tabs part the columns,
/// whichever the first line has; a mark of UTF-8 in front is left out.
/// </summary>
/// <param name="Columns">The names of the first line, in lower case and without blanks around.</param>
/// <param name="Rows">The other lines that are not empty.</param>
public sealed record CsvTable(IReadOnlyList<string> Columns, IReadOnlyList<CsvRow> Rows)
{
    /// <summary>The most columns of a line.</summary>
    public const int MostColumns = 100;

    /// <summary>Reads a file, or says in which line what is wrong.</summary>
    /// <param name="content">UTF-8.</param>
    /// <param name="mostRows">The most rows behind the first line.</param>
    public static Result<CsvTable> Parse(ReadOnlySpan<byte> content, int mostRows)
    {
        string text;
        try
        {
            text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(content.StartsWith("\uFEFF"u8) ? content[3..] : content);
        }
        catch (ArgumentException)
        {
            return Problem.Invalid("The file is no UTF-8. Save it as CSV UTF-8.");
        }

        if (text.Contains('\0', StringComparison.Ordinal))
        {
            return Problem.Invalid("The file is no text. Save it as CSV UTF-8.");
        }

        var head = text.AsSpan(0, text.IndexOfAny(['\r', '\n']) is >= 0 and var end ? end : text.Length);
        var separator = head.Contains(';') ? ';' : head.Contains('\t') ? '\t' : ',';
        IReadOnlyList<string>? columns = null;
        List<CsvRow> rows = [];
        for (var (at, line) = (0, 1); at < text.Length;)
        {
            var first = line;
            var read = Line(text, ref at, ref line, separator);
            if (!read.Succeeded)
            {
                return read.Problem;
            }

            var cells = read.Value;
            if (cells is [""])
            {
                continue;
            }

            if (columns is null)
            {
                columns = [.. cells.Select(static cell => cell.Trim().ToLowerInvariant())];
                if (columns.Distinct().Count() != columns.Count)
                {
                    return Problem.Invalid($"Line {first} names a column twice. Give each its own name.");
                }

                continue;
            }

            if (cells.Count != columns.Count)
            {
                return Problem.Invalid($"Line {first} has {cells.Count} columns, and the first line names {columns.Count}. Mend it.");
            }

            if (rows.Count == mostRows)
            {
                return Problem.LimitReached($"The file has more than {mostRows} lines behind its first. Send it in parts.");
            }

            rows.Add(new CsvRow(first, columns, cells));
        }

        return columns is null ? Problem.Invalid("The file is empty. Its first line has the names of the columns.") : new CsvTable(columns, rows);
    }

    /// <summary>What is wrong with its columns, or null: one that is needed and not there, or one that nobody knows.</summary>
    /// <param name="needed">Columns that must be there.</param>
    /// <param name="others">Columns that may be there.</param>
    public Problem? Check(IReadOnlyList<string> needed, IReadOnlyList<string> others)
    {
        var missing = needed.Except(Columns).ToList();
        var unknown = Columns.Except(needed).Except(others).ToList();
        var known = string.Join(", ", needed.Concat(others));
        return missing.Count > 0 ? Problem.Invalid($"The first line names no column {missing[0]}. It may have {known}.")
            : unknown.Count > 0 ? Problem.Invalid($"Nobody knows the column '{Words.Show(unknown[0])}'. There are {known}.")
            : null;
    }

    /// <summary>Takes one line's cells; the place behind it and the number of its line move on.</summary>
    private static Result<List<string>> Line(string text, ref int at, ref int line, char separator)
    {
        List<string> cells = [];
        var first = line;
        while (true)
        {
            var cell = new StringBuilder();
            if (at < text.Length && text[at] == '"')
            {
                for (at++; ; at++)
                {
                    if (at >= text.Length)
                    {
                        return Problem.Invalid($"Line {first} begins a quote that never ends. Close it with \".");
                    }

                    if (text[at] == '"')
                    {
                        if (at + 1 >= text.Length || text[at + 1] != '"')
                        {
                            at++;
                            break;
                        }

                        at++;
                    }

                    line += text[at] == '\n' ? 1 : 0;
                    cell.Append(text[at]);
                }

                if (at < text.Length && text[at] != separator && text[at] is not ('\r' or '\n'))
                {
                    return Problem.Invalid($"Line {line} has text behind a closing quote. Write a quote inside of quotes twice.");
                }
            }
            else
            {
                for (; at < text.Length && text[at] != separator && text[at] is not ('\r' or '\n'); at++)
                {
                    cell.Append(text[at]);
                }
            }

            cells.Add(cell.ToString());
            if (cells.Count > MostColumns)
            {
                return Problem.LimitReached($"Line {first} has more than {MostColumns} columns. Leave out what is not needed.");
            }

            if (at >= text.Length || text[at] != separator)
            {
                break;
            }

            at++;
        }

        // A lone CR ends a line too; CR LF is one end.
        if (at < text.Length)
        {
            at += text[at] == '\r' && at + 1 < text.Length && text[at + 1] == '\n' ? 2 : 1;
            line++;
        }

        return cells;
    }
}

/// <summary>A line of a CSV file.</summary>
/// <param name="Line">Its number in the file, from 1.</param>
/// <param name="Columns">The names of the columns.</param>
/// <param name="Cells">Its cells, as many.</param>
public sealed record CsvRow(int Line, IReadOnlyList<string> Columns, IReadOnlyList<string> Cells)
{
    /// <summary>A cell by the name of its column, without blanks around; empty when there is no such column.</summary>
    public string this[string column]
    {
        get
        {
            for (var i = 0; i < Columns.Count; i++)
            {
                if (Columns[i] == column)
                {
                    return Cells[i].Trim();
                }
            }

            return "";
        }
    }
}
