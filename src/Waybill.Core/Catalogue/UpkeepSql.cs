using System.Data.Common;
using Waybill.Core.Database;
using Waybill.Storage;

namespace Waybill.Core.Catalogue;

/// <summary>What the scan and the hashing ask of the catalogue.</summary>
internal static class UpkeepSql
{
    private const string SelectPresent = "SELECT id, path, size, max(arrived_at, coalesce(placed_at, 0)) FROM file";

    /// <summary>The next accounts after one, for a walk over all of them.</summary>
    public static List<VaultOwner> Accounts(DatabaseConnection connection, long after, string? only, int count) => connection.All(
        "SELECT id, number FROM account WHERE id > @after AND (@only IS NULL OR number_key = @only) ORDER BY id LIMIT @count",
        static row => new VaultOwner(row.GetInt64(0), row.GetString(1)),
        ("@after", after), ("@only", only), ("@count", count));

    /// <summary>Number and size of the version that is at a path now.</summary>
    public static PresentFile? Present(DatabaseConnection connection, long account, string path) => connection.First(
        $"{SelectPresent} WHERE account_id = @account AND path = @path AND gone_at IS NULL", ReadPresent, ("@account", account), ("@path", path));

    /// <summary>The next files of an account by path, which the index of those that are there gives in order.</summary>
    public static List<PresentFile> Present(DatabaseConnection connection, long account, string after, int count) => connection.All(
        $"{SelectPresent} WHERE account_id = @account AND path > @after AND gone_at IS NULL ORDER BY path LIMIT @count",
        ReadPresent,
        ("@account", account), ("@after", after), ("@count", count));

    /// <summary>Whether a version has a path, or that of a directory above it: no directory can be there with it.</summary>
    public static bool HasFileOn(DatabaseConnection connection, long account, string path)
    {
        for (var end = path.Length; end > 0; end = path.LastIndexOf('/', end - 1))
        {
            if (Present(connection, account, path[..end]) is not null)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a version has a path, or lies above or below it: no other file can be there with it.</summary>
    public static bool HasFileAround(DatabaseConnection connection, long account, string path) =>
        HasFileOn(connection, account, path) || Present(connection, account, path + "/", 1) is [var next] && next.Path.StartsWith(path + "/", StringComparison.Ordinal);

    /// <summary>
    /// Brings back a version that was missing, where the file that is there now may well be it: the same size, and not written since.
    /// </summary>
    /// <returns>Whether there was one.</returns>
    public static bool Returned(DatabaseConnection connection, long account, string path, in VaultEntry entry) => connection.Execute(
        """
        UPDATE file SET gone_at = NULL, gone_how = NULL, sha256 = NULL, inode = @inode, born = @born
        WHERE id = (SELECT max(id) FROM file WHERE account_id = @account AND path = @path AND gone_how = 'missing')
          AND size = @size AND gone_at >= @modified AND NOT EXISTS (SELECT 1 FROM file WHERE account_id = @account AND path = @path AND gone_at IS NULL)
        """,
        ("@account", account), ("@path", path), ("@size", entry.Size), ("@modified", SafeMilliseconds(entry.ModificationTime)),
        ("@inode", FileNumber.Of(entry).Inode), ("@born", FileNumber.Of(entry).Born)) > 0;

    /// <summary>The next files whose hash is not known.</summary>
    public static List<UnhashedFile> Unhashed(DatabaseConnection connection, long after, string? only, int count) => connection.All(
        """
        SELECT f.id, f.account_id, a.number, f.path, f.size FROM file f JOIN account a ON a.id = f.account_id
        WHERE f.id > @after AND f.sha256 IS NULL AND f.gone_at IS NULL AND (@only IS NULL OR a.number_key = @only) ORDER BY f.id LIMIT @count
        """,
        static row => new UnhashedFile(row.GetInt64(0), row.GetInt64(1), row.GetString(2), row.GetString(3), row.GetInt64(4)),
        ("@after", after), ("@only", only), ("@count", count));

    /// <summary>Notes a hash, unless the row stands for another version or another place by now.</summary>
    public static bool Hashed(DatabaseConnection connection, UnhashedFile file, byte[] sha256) => connection.Execute(
        "UPDATE file SET sha256 = @sha256 WHERE id = @id AND account_id = @account AND path = @path AND size = @size AND gone_at IS NULL",
        ("@sha256", sha256), ("@id", file.Id), ("@account", file.AccountId), ("@path", file.Path), ("@size", file.Size)) > 0;

    // A file system may hold any number of seconds; a time beyond the range is later than everything.
    private static long SafeMilliseconds(long seconds) => seconds is > long.MinValue / 1000 and < long.MaxValue / 1000 ? seconds * 1000 : long.MaxValue;

    private static PresentFile ReadPresent(DbDataReader row) => new(row.GetInt64(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3));
}

/// <summary>An account that may have a vault.</summary>
internal readonly record struct VaultOwner(long Id, string Number);

/// <summary>A version that is there, as the catalogue says, and the millisecond since which it lies there.</summary>
internal sealed record PresentFile(long Id, string Path, long Size, long Placed);

/// <summary>A version whose hash is not known.</summary>
internal sealed record UnhashedFile(long Id, long AccountId, string Account, string Path, long Size);
