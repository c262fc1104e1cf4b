using System.Text.Json.Nodes;
using Waybill.Core.Accounts;
using Waybill.Core.Audit;
using Waybill.Core.Database;

namespace Waybill.Core.Numbers;

/// <summary>What accounts may do with numbers.</summary>
public sealed partial class NumberService
{
    internal const string AccountStatement = "SELECT numbers, maximum, pstn_targets FROM number_account WHERE account_id = @account";

    /// <summary>How many numbers an account holds, and may.</summary>
    public async ValueTask<Result<NumberAccount>> AccountAsync(string account, CancellationToken cancellationToken = default) => await database.ReadAsync<Result<NumberAccount>>(
        connection => AccountService.Find(connection, account) is { } found ? AccountOf(connection, found) : AccountService.Unknown(account), cancellationToken).ConfigureAwait(false);

    /// <summary>Sets what an account may do. Numbers that it has stay, also when they are more.</summary>
    /// <param name="account">The account's number.</param>
    /// <param name="change">Gets what holds and says what is to: a maximum of 0 to <see cref="NumberLimits.PerAccountMaximum"/>.</param>
    /// <param name="actor">Who.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<Result<NumberAccount>> SetAccountAsync(string account, Func<NumberAccountTerms, NumberAccountTerms> change, Actor actor, CancellationToken cancellationToken = default) =>
        database.WriteAsync<NumberAccount>(
            transaction =>
            {
                var connection = transaction.Connection;
                if (AccountService.Find(connection, account) is not { } found)
                {
                    return AccountService.Unknown(account);
                }

                var before = AccountOf(connection, found);
                var terms = change(before.Terms);
                if (terms.Maximum is < 0 or > NumberLimits.PerAccountMaximum)
                {
                    return Problem.Invalid($"An account may have 0 to {NumberLimits.PerAccountMaximum} numbers. Give so many.");
                }

                if (terms == before.Terms)
                {
                    return before;
                }

                connection.Execute(
                    """
                    INSERT INTO number_account (account_id, maximum, pstn_targets) VALUES (@account, @maximum, @pstn)
                    ON CONFLICT (account_id) DO UPDATE SET maximum = @maximum, pstn_targets = @pstn
                    """,
                    ("@account", found.Id), ("@maximum", terms.Maximum), ("@pstn", terms.PstnTargets is { } pstn ? pstn ? 1 : 0 : null));
                audit.Append(transaction, new AuditEntry(AuditActions.NumberAccountSet, actor)
                {
                    Account = found.Number,
                    Subject = found.Number,
                    Detail = new JsonObject { ["maximum"] = terms.Maximum, ["pstnTargets"] = terms.PstnTargets }.ToJsonString(),
                });
                return AccountOf(connection, found);
            },
            cancellationToken);

    private NumberAccount AccountOf(DatabaseConnection connection, Account account)
    {
        var (numbers, terms) = TermsOf(connection, account.Id);
        return new NumberAccount(account.Number, numbers, terms, terms.Maximum ?? options.MaxPerAccount, terms.PstnTargets ?? options.PstnTargets);
    }

    private static (long Numbers, NumberAccountTerms Terms) TermsOf(DatabaseConnection connection, long account) =>
        connection.First<(long, NumberAccountTerms)?>(
            AccountStatement, static row => (row.GetInt64(0), new NumberAccountTerms(row.IsDBNull(1) ? null : row.GetInt32(1), row.IsDBNull(2) ? null : row.GetInt64(2) != 0)), ("@account", account))
        ?? (0, new NumberAccountTerms(null));

    /// <summary>Why an account cannot have so many more numbers; null when it can. Asked in the transaction that gives them.</summary>
    private Problem? NoRoom(DatabaseConnection connection, NumberCaller caller, Account account, int more)
    {
        if (caller.IsProvider || more == 0)
        {
            return null;
        }

        var held = AccountOf(connection, account);
        return held.Numbers + more <= held.Maximum ? null : Problem.LimitReached(
            $"Account {account.Number} has {held.Numbers} of at most {held.Maximum} numbers, those counted that it gave back and that are still in quarantine. {(more == 1 ? "One more is" : $"{more} more are")} too many; ask the provider.");
    }
}
