using Waybill.Core.Database;

namespace Waybill.Core.Retention;

/// <summary>All policies and holds, as they are at one moment. The most specific policy counts: one of the account before one for all, and of those the longest folder.</summary>
internal sealed class RetentionRules
{
    private readonly Dictionary<long, List<(string Folder, int Months)>> _policies = [];
    private readonly Dictionary<long, List<string>> _holds = [];
    private readonly List<(string Folder, int Months)> _general;
    private readonly int _months;

    private RetentionRules(DatabaseConnection connection, int months)
    {
        _months = months;
        foreach (var (account, folder, value) in connection.All(
            "SELECT coalesce(account_id, 0), folder, months FROM retention_policy ORDER BY length(folder) DESC LIMIT @limit",
            static row => (row.GetInt64(0), row.GetString(1), row.GetInt32(2)),
            ("@limit", RetentionLimits.Policies)))
        {
            Add(_policies, account, (folder, value));
        }

        foreach (var (account, path) in connection.All(
            "SELECT account_id, path FROM hold LIMIT @limit", static row => (row.GetInt64(0), row.GetString(1)), ("@limit", RetentionLimits.Holds)))
        {
            Add(_holds, account, path);
        }

        _general = _policies.GetValueOrDefault(0) ?? [];
    }

    public static RetentionRules Load(DatabaseConnection connection, int months) => new(connection, months);

    /// <summary>How long a file stays.</summary>
    public int MonthsOf(long account, string path) =>
        Find(_policies.GetValueOrDefault(account), path) ?? Find(_general, path) ?? _months;

    /// <summary>The shortest time that holds anywhere in an account: what is younger need not be read.</summary>
    public int ShortestOf(long account) =>
        (_policies.GetValueOrDefault(account) ?? []).Concat(_general).Select(static policy => policy.Months).Append(_months).Min();

    public bool IsHeld(long account, string path)
    {
        foreach (var hold in _holds.GetValueOrDefault(account) ?? [])
        {
            if (RetentionScope.Covers(hold, path))
            {
                return true;
            }
        }

        return false;
    }

    private static int? Find(List<(string Folder, int Months)>? policies, string path)
    {
        foreach (var (folder, months) in policies ?? [])
        {
            if (RetentionScope.Covers(folder, path))
            {
                return months;
            }
        }

        return null;
    }

    private static void Add<T>(Dictionary<long, List<T>> lists, long account, T item)
    {
        if (!lists.TryGetValue(account, out var list))
        {
            lists.Add(account, list = []);
        }

        list.Add(item);
    }
}
