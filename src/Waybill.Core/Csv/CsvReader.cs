using System.Text;

namespace Waybill.Core.Csv;

/// <summary>Goes over comma-separated values (RFC 4180) once, row by row.</summary>
internal sealed class CsvReader(string text, char separator)
{
    private readonly StringBuilder _cell = new();
    private int _at;
    private int _lines;

    public List<string> Cells { get; } = [];

    /// <summary>The line that the row begins in, from 1.</summary>
    public int Line { get; private set; }

    /// <summary>Why it cannot be read on; null for nothing.</summary>
    public Problem? Wrong { get; private set; }

    public bool Next()
    {
        while (Wrong is null && _at < text.Length)
        {
            Line = ++_lines;
            Cells.Clear();
            while (Cell())
            {
                if (Cells.Count == CsvTable.Columns)
                {
                    Wrong = Problem.Invalid($"Line {Line} has more than {CsvTable.Columns} cells. Correct the line.");
                    break;
                }
            }

            if (Wrong is null && Cells.Exists(static cell => !string.IsNullOrWhiteSpace(cell)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Takes the next cell; whether another one follows in the row.</summary>
    private bool Cell()
    {
        _cell.Clear();
        var quoted = _at < text.Length && text[_at] == '"';
        if (quoted && !Quoted())
        {
            return false;
        }

        for (; _at < text.Length && text[_at] != separator && text[_at] != '\n'; _at++)
        {
            if (text[_at] == '\r' && (_at + 1 == text.Length || text[_at + 1] == '\n'))
            {
                continue;
            }

            if (quoted || text[_at] == '"')
            {
                Wrong = Problem.Invalid($"Line {_lines} has a quote in the middle of a cell. Put the whole cell in quotes, and double those in it.");
                return false;
            }

            _cell.Append(text[_at]);
        }

        if (_cell.Length > CsvTable.CellLength)
        {
            Wrong = Problem.Invalid($"Line {Line} has a cell of more than {CsvTable.CellLength} characters. Shorten it.");
            return false;
        }

        Cells.Add(_cell.ToString());
        var another = _at < text.Length && text[_at] == separator;
        _at++;
        return another;
    }

    private bool Quoted()
    {
        for (_at++; _at < text.Length; _at++)
        {
            if (text[_at] != '"')
            {
                _lines += text[_at] == '\n' ? 1 : 0;
                _cell.Append(text[_at]);
            }
            else if (_at + 1 < text.Length && text[_at + 1] == '"')
            {
                _cell.Append(text[++_at]);
            }
            else
            {
                _at++;
                return true;
            }
        }

        Wrong = Problem.Invalid($"Line {Line} has a quote that nothing closes. Close it.");
        return false;
    }
}
