namespace Waybill.Core.Csv;

/// <summary>A row of a <see cref="CsvTable"/>.</summary>
public sealed class CsvRow
{
    private readonly List<string> _names;
    private readonly string[] _cells;

    internal CsvRow(int line, List<string> names, string[] cells) => (Line, _names, _cells) = (line, names, cells);

    /// <summary>The line of the file that it begins in, from 1.</summary>
    public int Line { get; }

    /// <summary>A cell without blanks around it; null when it is empty or its column is not there.</summary>
    public string? this[string column] => _names.IndexOf(column) is var index and >= 0 && _cells[index].Trim() is { Length: > 0 } text ? text : null;

    /// <summary>A problem of this row, with its line.</summary>
    public Problem Wrong(string message) => Problem.Invalid($"Line {Line}: {message}");

    /// <summary>The same problem, with this row's line.</summary>
    public Problem Wrong(Problem problem)
    {
        ArgumentNullException.ThrowIfNull(problem);
        return problem with { Message = $"Line {Line}: {problem.Message}" };
    }
}
