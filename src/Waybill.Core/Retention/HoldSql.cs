using Waybill.Core.Database;

namespace Waybill.Core.Retention;

/// <summary>Asks for the hold that covers one file, in the transaction that would destroy it.</summary>
internal static class HoldSql
{
    /// <summary>The condition under which a hold covers a path: '0' is the character behind '/'. As <see cref="RetentionScope.Covers"/>.</summary>
    public static string Covers(string hold, string path) => $"({hold} = '' OR {path} = {hold} OR ({path} > {hold} || '/' AND {path} < {hold} || '0'))";

    /// <summary>The path of a hold that covers a file, the widest first; null when none does.</summary>
    public static string? Covering(DatabaseConnection connection, long account, string path) => connection.First(
        $"SELECT path FROM hold WHERE account_id = @account AND {Covers("path", "@path")} ORDER BY length(path) LIMIT 1",
        static row => RetentionScope.ToPath(row.GetString(0)), ("@account", account), ("@path", path));

    /// <summary>Why a file must not be destroyed or taken away; null when it may.</summary>
    public static Problem? Check(DatabaseConnection connection, long accountId, string account, string path) => Covering(connection, accountId, path) is { } hold
        ? Problem.Refused($"{Held(account, path, hold)}. `waybill hold list --account {account}` says why; end the hold first, or leave the file.")
        : null;

    /// <summary>Why a file or directory must not be moved: a hold on it, or on something in it, does not reach to where it would be. Null when it may.</summary>
    public static Problem? CheckMove(DatabaseConnection connection, long accountId, string account, string source, string target)
    {
        var left = connection.First(
            $"""
            SELECT h.path FROM hold h WHERE h.account_id = @account AND ({Covers("h.path", "@source")} OR (h.path > @source || '/' AND h.path < @source || '0'))
              AND NOT EXISTS (SELECT 1 FROM hold t WHERE t.account_id = @account AND {Covers("t.path", "@target")})
            ORDER BY length(h.path) LIMIT 1
            """,
            static row => RetentionScope.ToPath(row.GetString(0)), ("@account", accountId), ("@source", source), ("@target", target));
        return left is null
            ? null
            : Problem.Refused($"{Held(account, source, left)}. It would not be at {Words.Show(target)}: set a hold there too, end this one, or leave the file.");
    }

    private static string Held(string account, string path, string hold) => $"{Words.Show(path)} of account {account} is under the legal hold on {Words.Show(hold)}";
}
