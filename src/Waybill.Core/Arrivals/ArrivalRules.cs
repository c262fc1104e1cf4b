using System.Globalization;
using System.Text.Json.Nodes;
using Waybill.Core.Accounts;
using Waybill.Core.Audit;
using Waybill.Core.Catalogue;
using Waybill.Core.Database;
using Waybill.Storage;

namespace Waybill.Core.Arrivals;

/// <summary>The accounts' rules for files that arrive.</summary>
/// <param name="database">Where they are kept.</param>
/// <param name="audit">Where each change is recorded, in the same transaction.</param>
public sealed class ArrivalRules(WaybillDatabase database, AuditLog audit)
{
    /// <summary>Sets a rule; one of the same folder and pattern is replaced. It holds for files that arrive from now on.</summary>
    public async ValueTask<Result<ArrivalRule>> SetAsync(ArrivalRule rule, Actor actor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rule);
        if (Check(rule) is { } problem)
        {
            return problem;
        }

        return await database.WriteAsync<ArrivalRule>(
            transaction =>
            {
                var connection = transaction.Connection;
                if (CatalogueSql.AccountId(connection, rule.Account) is not { } account)
                {
                    return AccountService.Unknown(rule.Account);
                }

                var rules = ArrivalSql.Of(connection, account);
                if (rules.Count >= ArrivalLimits.Rules && !rules.Exists(other => IsSame(other, rule)))
                {
                    return Problem.LimitReached($"Account {rule.Account} has {ArrivalLimits.Rules} rules already. Remove one first.");
                }

                connection.Execute(
                    """
                    INSERT INTO arrival_rule (account_id, folder, pattern, smallest, largest, header, columns)
                    VALUES (@account, @folder, @pattern, @smallest, @largest, @header, @columns)
                    ON CONFLICT (account_id, folder, pattern) DO UPDATE SET
                        smallest = excluded.smallest, largest = excluded.largest, header = excluded.header, columns = excluded.columns
                    """,
                    ("@account", account), ("@folder", rule.Folder), ("@pattern", rule.Pattern), ("@smallest", rule.Smallest), ("@largest", rule.Largest),
                    ("@header", rule.Header), ("@columns", rule.Columns));
                audit.Append(transaction, new AuditEntry(AuditActions.ArrivalRuleSet, actor) { Account = rule.Account, Subject = rule.Folder, Detail = Describe(rule) });
                return ArrivalSql.Of(connection, account).Find(other => IsSame(other, rule))!;
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The rules of an account, in the order in which they are asked.</summary>
    public ValueTask<Result<IReadOnlyList<ArrivalRule>>> ListAsync(string account, CancellationToken cancellationToken = default) => database.ReadAsync(
        connection => CatalogueSql.AccountId(connection, account) is { } number
            ? Result.Of<IReadOnlyList<ArrivalRule>>(ArrivalSql.Of(connection, number))
            : AccountService.Unknown(account),
        cancellationToken);

    /// <summary>Removes a rule.</summary>
    public ValueTask<Result<ArrivalRule>> RemoveAsync(string account, string folder, string pattern, Actor actor, CancellationToken cancellationToken = default) =>
        database.WriteAsync<ArrivalRule>(
            transaction =>
            {
                var connection = transaction.Connection;
                if (CatalogueSql.AccountId(connection, account) is not { } number)
                {
                    return AccountService.Unknown(account);
                }

                if (ArrivalSql.Of(connection, number).Find(other => IsSame(other, new ArrivalRule(account, folder, pattern))) is not { } rule)
                {
                    return Problem.NotFound(
                        $"Account {Words.Show(account)} has no rule for {Words.Show(pattern)} in {Words.Show(folder)}. `waybill arrival list` shows them.");
                }

                connection.Execute(
                    "DELETE FROM arrival_rule WHERE account_id = @account AND folder = @folder AND pattern = @pattern",
                    ("@account", number), ("@folder", folder), ("@pattern", pattern));
                audit.Append(transaction, new AuditEntry(AuditActions.ArrivalRuleRemoved, actor) { Account = rule.Account, Subject = folder, Detail = pattern });
                return rule;
            },
            cancellationToken);

    private static bool IsSame(ArrivalRule one, ArrivalRule other) => one.Folder == other.Folder && one.Pattern == other.Pattern;

    private static Problem? Check(ArrivalRule rule)
    {
        string canonical;
        try
        {
            canonical = VaultPath.Parse(rule.Folder).ToString();
        }
        catch (ArgumentException)
        {
            canonical = "";
        }

        if (canonical != rule.Folder || Words.Check("folder", rule.Folder) is not null)
        {
            return Problem.Invalid($"'{Words.Show(rule.Folder)}' is no folder of a vault. Give one as /upload or /vendors/acme.");
        }

        if (rule.Pattern.Length is 0 or > ArrivalLimits.Pattern || rule.Pattern.Contains('/', StringComparison.Ordinal) || string.IsNullOrWhiteSpace(rule.Pattern)
            || AuditText.Clean(rule.Pattern, int.MaxValue, doubleBackslash: false) != rule.Pattern)
        {
            return Problem.Invalid($"'{Words.Show(rule.Pattern)}' is no pattern of names. Give one as usage_*.csv.");
        }

        if (rule.Smallest < 0 || rule.Largest < 0 || rule.Smallest > rule.Largest)
        {
            return Problem.Invalid("The sizes do not fit together. Give numbers of bytes, the smallest not above the largest.");
        }

        if (rule.Header is { } header && (header.Length is 0 or > ArrivalLimits.Header || header.AsSpan().ContainsAny('\r', '\n')))
        {
            return Problem.Invalid($"A header is one line of 1 to {ArrivalLimits.Header} characters. Copy the first line of a good file.");
        }

        return rule.Columns is < 1 or > ArrivalLimits.Columns ? Problem.Invalid($"A file has 1 to {ArrivalLimits.Columns} columns. Give such a number.") : null;
    }

    private static string Describe(ArrivalRule rule)
    {
        var detail = new JsonObject { ["name"] = rule.Pattern };
        if (rule.Smallest is { } smallest)
        {
            detail["smallest"] = smallest;
        }

        if (rule.Largest is { } largest)
        {
            detail["largest"] = largest;
        }

        if (rule.Header is { } header)
        {
            detail["header"] = header;
        }

        if (rule.Columns is { } columns)
        {
            detail["columns"] = columns.ToString(CultureInfo.InvariantCulture);
        }

        return detail.ToJsonString();
    }
}
