using Waybill.Core.Accounts;
using Waybill.Core.Audit;
using Waybill.Core.Catalogue;
using Waybill.Core.Database;

namespace Waybill.Core.Retention;

/// <summary>Legal holds.</summary>
/// <param name="database">Where they are kept.</param>
/// <param name="audit">Where each change is recorded.</param>
/// <param name="time">The clock.</param>
public sealed class Holds(WaybillDatabase database, AuditLog audit, TimeProvider time)
{
    /// <summary>Sets a hold; one on the same path gets the new reason.</summary>
    /// <param name="account">The account's number.</param>
    /// <param name="path">The folder or file; null for the whole account.</param>
    /// <param name="reason">Why.</param>
    /// <param name="actor">Who.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<Outcome> SetAsync(string account, string? path, string reason, Actor actor, CancellationToken cancellationToken = default) =>
        ChangeAsync(
            account, path, reason, actor, AuditActions.HoldSet,
            (connection, id, column) =>
            {
                if (connection.Number("SELECT count(*) FROM hold WHERE NOT (account_id = @account AND path = @path)", ("@account", id), ("@path", column)) >= RetentionLimits.Holds)
                {
                    return Problem.LimitReached($"There are {RetentionLimits.Holds} holds already. Hold a folder or an account instead of single files.");
                }

                connection.Execute(
                    """
                    INSERT INTO hold (account_id, path, reason, set_by, set_at) VALUES (@account, @path, @reason, @by, @now)
                    ON CONFLICT (account_id, path) DO UPDATE SET reason = @reason, set_by = @by, set_at = @now
                    """,
                    ("@account", id), ("@path", column), ("@reason", reason), ("@by", actor.Name), ("@now", time.GetUtcNow().ToColumn()));

                // When the hold ends, a plan marks the files anew and their days begin again.
                connection.Execute(
                    """
                    DELETE FROM retention_mark WHERE account_id = @account AND file_id IN (SELECT id FROM file WHERE account_id = @account AND gone_at IS NULL
                      AND (@path = '' OR path = @path OR (path > @path || '/' AND path < @path || '0')))
                    """,
                    ("@account", id), ("@path", column));
                return null;
            },
            cancellationToken);

    /// <summary>Ends a hold.</summary>
    public ValueTask<Outcome> RemoveAsync(string account, string? path, string reason, Actor actor, CancellationToken cancellationToken = default) =>
        ChangeAsync(
            account, path, reason, actor, AuditActions.HoldRemoved,
            static (connection, id, column) =>
                connection.Execute("DELETE FROM hold WHERE account_id = @account AND path = @path", ("@account", id), ("@path", column)) > 0
                    ? null
                    : Problem.NotFound("There is no hold on exactly that. `waybill hold list` shows them."),
            cancellationToken);

    /// <summary>All holds, or those of one account.</summary>
    public ValueTask<IReadOnlyList<Hold>> ListAsync(string? account = null, CancellationToken cancellationToken = default) => database.ReadAsync<IReadOnlyList<Hold>>(
        connection => connection.All(
            Statement(account is not null),
            static row => new Hold(row.GetString(0), RetentionScope.ToPath(row.GetString(1)), row.GetString(2), row.GetString(3), row.Time(4)),
            ("@account", account is null ? null : AccountNumber.Fold(account)), ("@limit", RetentionLimits.Holds)),
        cancellationToken);

    /// <summary>CROSS JOIN: the holds first, which are few, and never all accounts in their order.</summary>
    internal static string Statement(bool ofOne) => $"""
        SELECT a.number, h.path, h.reason, h.set_by, h.set_at FROM hold h CROSS JOIN account a ON a.id = h.account_id
        {(ofOne ? "WHERE h.account_id = (SELECT id FROM account WHERE number_key = @account)" : "")} ORDER BY a.number_key, h.path LIMIT @limit
        """;

    private async ValueTask<Outcome> ChangeAsync(
        string account, string? path, string reason, Actor actor, string action, Func<DatabaseConnection, long, string, Problem?> change,
        CancellationToken cancellationToken)
    {
        if (Words.Check("reason", reason) is { } problem)
        {
            return problem;
        }

        var scope = RetentionScope.ToColumn(path);
        if (!scope.Succeeded)
        {
            return scope.Problem;
        }

        var result = await database.WriteAsync<bool>(
            transaction =>
            {
                if (CatalogueSql.AccountId(transaction.Connection, account) is not { } id)
                {
                    return AccountService.Unknown(account);
                }

                if (change(transaction.Connection, id, scope.Value) is { } refused)
                {
                    return refused;
                }

                audit.Append(transaction, new AuditEntry(action, actor) { Account = account, Subject = RetentionScope.ToPath(scope.Value), Detail = reason });
                return true;
            },
            cancellationToken).ConfigureAwait(false);
        return new Outcome(result.Problem);
    }
}
