using Microsoft.Data.Sqlite;

namespace Waybill.Core.Database;

/// <summary>The database cannot be used; <see cref="Problem"/> says so in one line for a person. Everything that a person can get wrong is a <see cref="Result{T}"/> instead.</summary>
public sealed class DatabaseException : Exception
{
    // SQLite's primary result codes: https://www.sqlite.org/rescode.html
    internal const int Busy = 5;
    internal const int Constraint = 19;

    private const int Locked = 6;
    private const int ReadOnly = 8;
    private const int InputOutput = 10;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int CannotOpen = 14;
    private const int NotADatabase = 26;

    internal DatabaseException(Problem problem, Exception? inner = null)
        : base(problem.Message, inner) => Problem = problem;

    /// <summary>What it is and what to do.</summary>
    public Problem Problem { get; }

    internal static Problem Describe(SqliteException e) => e.SqliteErrorCode switch
    {
        Busy or Locked => new Problem(ProblemKind.Busy, "The database is held by another process for too long. Try again; when it stays so, look for a hanging waybill process."),
        ReadOnly => Problem.Unusable("The database cannot be written. Check the owner and mode of the data directory and whether the disk is mounted read-only."),
        InputOutput => Problem.Unusable("The disk under the database failed a read or write. Check the disk, then run `waybill doctor`."),
        Full => Problem.Unusable("The disk under the database is full. Free some room and try again."),
        Corrupt or NotADatabase => Problem.Unusable("The database file is damaged or is no database. Restore the last backup."),
        CannotOpen => Problem.Unusable("The database file cannot be opened. Check the owner and mode of the data directory."),
        _ => Problem.Unusable($"The database refused a statement (SQLite error {e.SqliteErrorCode}). Run `waybill doctor`."),
    };
}
