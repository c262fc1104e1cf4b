using Waybill.Storage;

namespace Waybill.Core.Retention;

/// <summary>Paths of policies and holds: in the database without the root's slash, so that what lies below begins with the path and a slash.</summary>
internal static class RetentionScope
{
    /// <summary>The path as the database has it: empty for the whole vault.</summary>
    public static Result<string> ToColumn(string? path)
    {
        if (path is null)
        {
            return "";
        }

        return path.StartsWith('/') && VaultPath.TryParse(System.Text.Encoding.UTF8.GetBytes(path), VaultPath.Root, out var parsed) == VaultPathError.None
            ? parsed!.IsRoot ? "" : parsed.ToString()
            : Problem.Invalid($"'{Words.Show(path)}' is no path of a vault. Give one as /cdr or /cdr/2026-01.csv.");
    }

    public static string ToPath(string column) => column.Length == 0 ? "/" : column;

    public static bool Covers(string column, string path) =>
        column.Length == 0 || (path.StartsWith(column, StringComparison.Ordinal) && (path.Length == column.Length || path[column.Length] == '/'));
}
