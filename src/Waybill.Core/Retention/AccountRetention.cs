using System.Globalization;
using Waybill.Core.Accounts;
using Waybill.Core.Database;

namespace Waybill.Core.Retention;

/// <summary>What retention does with the files of one account, for its people.</summary>
/// <param name="database">Where policies and marks are.</param>
/// <param name="policies">The policies.</param>
public sealed class AccountRetention(WaybillDatabase database, RetentionPolicies policies)
{
    /// <summary>The policies that hold for an account: its own, and those for a folder of everybody that it has none of its own for.</summary>
    public async ValueTask<IReadOnlyList<RetentionPolicy>> PoliciesAsync(string account, CancellationToken cancellationToken = default)
    {
        var all = await policies.ListAsync(cancellationToken).ConfigureAwait(false);
        var own = all.Where(policy => string.Equals(policy.Account, account, StringComparison.OrdinalIgnoreCase)).ToList();
        return [.. own, .. all.Where(policy => policy.Account is null && !own.Exists(each => each.Folder == policy.Folder || each.Folder == "/"))];
    }

    /// <summary>The files that are marked to go, the soonest first.</summary>
    /// <param name="account">The account's number.</param>
    /// <param name="size">The page's size.</param>
    /// <param name="after"><see cref="Page{T}.Next"/> of the page before.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<Page<PlannedFile>> MarkedAsync(string account, int size = 100, string? after = null, CancellationToken cancellationToken = default)
    {
        size = Page<PlannedFile>.Clamp(size);
        var parts = (after ?? "").Split('-');
        var (due, file) = parts.Length == 2 && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var run) && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? (run, id)
            : (0, 0);
        return database.ReadAsync(
            connection =>
            {
                var rows = connection.All(
                    """
                    SELECT a.number, f.path, f.size, f.arrived_at, f.first_fetched_at IS NOT NULL, m.due_at, m.file_id
                    FROM account a JOIN retention_mark m ON m.account_id = a.id JOIN file f ON f.id = m.file_id
                    WHERE a.number_key = @account AND (m.due_at, m.file_id) > (@due, @file) AND f.gone_at IS NULL ORDER BY m.due_at, m.file_id LIMIT @limit
                    """,
                    static row => (File: new PlannedFile(row.GetString(0), row.GetString(1), row.GetInt64(2), row.Time(3), row.GetInt64(4) != 0, row.Time(5)), Id: row.GetInt64(6)),
                    ("@account", AccountNumber.Fold(account)), ("@due", due), ("@file", file), ("@limit", size + 1));
                return new Page<PlannedFile>(
                    [.. rows.Take(size).Select(static row => row.File)],
                    rows.Count > size ? string.Create(CultureInfo.InvariantCulture, $"{rows[size - 1].File.Goes.ToUnixTimeMilliseconds()}-{rows[size - 1].Id}") : null);
            },
            cancellationToken);
    }
}
