using Waybill.Core.Accounts;
using Waybill.Core.Audit;
using Waybill.Core.Catalogue;
using Waybill.Core.Database;

namespace Waybill.Core.Retention;

/// <summary>How long files stay, where that differs from the configuration.</summary>
/// <param name="database">Where it is kept.</param>
/// <param name="audit">Where each change is recorded.</param>
/// <param name="time">The clock.</param>
public sealed class RetentionPolicies(WaybillDatabase database, AuditLog audit, TimeProvider time)
{
    /// <summary>Sets the policy of an account, of a folder of it, or of a folder of every account (a feed).</summary>
    /// <param name="account">The account's number; null for all.</param>
    /// <param name="folder">The folder; null for all of the vault.</param>
    /// <param name="months">How long; null takes the policy of that scope away.</param>
    /// <param name="actor">Who says so.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async ValueTask<Outcome> SetAsync(string? account, string? folder, int? months, Actor actor, CancellationToken cancellationToken = default)
    {
        if (months is < 1 or > RetentionLimits.Months)
        {
            return Problem.Invalid($"{months} months are out of range; give 1 to {RetentionLimits.Months}.");
        }

        var scope = RetentionScope.ToColumn(folder);
        if (!scope.Succeeded)
        {
            return scope.Problem;
        }

        if (account is null && scope.Value.Length == 0)
        {
            return Problem.Invalid("A policy is for an account, a folder or both. For everything set Retention:Months in the configuration.");
        }

        var result = await database.WriteAsync<bool>(
            transaction =>
            {
                var connection = transaction.Connection;
                long? id = null;
                if (account is not null && (id = CatalogueSql.AccountId(connection, account)) is null)
                {
                    return AccountService.Unknown(account);
                }

                var removed = connection.Execute(
                    "DELETE FROM retention_policy WHERE coalesce(account_id, 0) = @account AND folder = @folder", ("@account", id ?? 0), ("@folder", scope.Value));
                if (months is null && removed == 0)
                {
                    return Problem.NotFound("There is no such policy. `waybill retention policies` shows them.");
                }

                if (months is not null)
                {
                    if (connection.Number("SELECT count(*) FROM retention_policy") >= RetentionLimits.Policies)
                    {
                        return Problem.LimitReached($"There are {RetentionLimits.Policies} policies already. Take some away, or set one for a folder of all accounts.");
                    }

                    connection.Execute(
                        "INSERT INTO retention_policy (account_id, folder, months, set_by, set_at) VALUES (@account, @folder, @months, @by, @now)",
                        ("@account", id), ("@folder", scope.Value), ("@months", months), ("@by", actor.Name), ("@now", time.GetUtcNow().ToColumn()));
                }

                audit.Append(transaction, new AuditEntry(AuditActions.RetentionPolicy, actor)
                {
                    Account = account,
                    Subject = RetentionScope.ToPath(scope.Value),
                    Detail = months is null ? "no policy any more" : $"{months} months",
                });
                return true;
            },
            cancellationToken).ConfigureAwait(false);
        return new Outcome(result.Problem);
    }

    /// <summary>All policies, at most <see cref="RetentionLimits.Policies"/>.</summary>
    public ValueTask<IReadOnlyList<RetentionPolicy>> ListAsync(CancellationToken cancellationToken = default) => database.ReadAsync<IReadOnlyList<RetentionPolicy>>(
        static connection => connection.All(
            """
            SELECT a.number, p.folder, p.months, p.set_by, p.set_at FROM retention_policy p LEFT JOIN account a ON a.id = p.account_id
            ORDER BY a.number IS NOT NULL, a.number_key, p.folder LIMIT @limit
            """,
            static row => new RetentionPolicy(row.TextOrNull(0), RetentionScope.ToPath(row.GetString(1)), row.GetInt32(2), row.GetString(3), row.Time(4)),
            ("@limit", RetentionLimits.Policies)),
        cancellationToken);
}
