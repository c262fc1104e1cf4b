using Waybill.Core.Accounts;
using Waybill.Core.Database;

namespace Waybill.Core.Numbers;

/// <summary>Lists of numbers.</summary>
public sealed partial class NumberService
{
    /// <summary>
    /// Numbers in their order. Of a pattern with any digit in the middle, or of a rare state, so many as are found in a bounded time: a page can then be short, and
    /// <see cref="Page{T}.Next"/> goes on.
    /// </summary>
    public async ValueTask<Result<Page<NumberDetails>>> ListAsync(NumberQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        return await database.ReadAsync<Result<Page<NumberDetails>>>(connection => List(connection, query), cancellationToken).ConfigureAwait(false);
    }

    private static Result<Page<NumberDetails>> List(DatabaseConnection connection, NumberQuery query)
    {
        var size = Page<NumberDetails>.Clamp(query.Size);
        var account = 0L;
        if (query.Account is not null)
        {
            if (AccountService.Find(connection, query.Account) is not { } found)
            {
                return AccountService.Unknown(query.Account);
            }

            account = found.Id;
        }

        if (!PhoneNumber.TryParse(query.After ?? "01000000000", out var after))
        {
            return Problem.Invalid($"'{Words.Show(query.After)}' is no number after which a page begins. Pass what the page before said.");
        }

        List<NumberDetails> items = [];

        // Of two lengths the shorter numbers are the smaller integers.
        NumberPattern?[] patterns = query.Pattern is { } asked ? asked.Otherwise is not { } other ? [asked] : other.Low < asked.Low ? [other, asked] : [asked, other] : [null];
        var steps = NumberLimits.Steps;
        foreach (var pattern in patterns)
        {
            var next = Math.Max(query.After is null ? 0 : after.E164 + 1, pattern?.Low ?? 0);
            while (items.Count <= size && next <= (pattern?.High ?? long.MaxValue))
            {
                if (pattern is not null)
                {
                    if (pattern.NextFrom(next) is not { } fitting)
                    {
                        break;
                    }

                    next = fitting;
                }

                if (steps-- <= 0)
                {
                    return new Page<NumberDetails>([.. items.Take(size)], new PhoneNumber(next - 1).National);
                }

                var limit = pattern is null or { IsContiguous: true } ? size + 1 - items.Count : Math.Min(size + 1, 16);
                var rows = Rows(connection, query, account, next, pattern?.High ?? long.MaxValue, limit);
                items.AddRange(rows.Where(row => pattern is null || pattern.Matches(row.Number.E164)));
                if (rows.Count < limit)
                {
                    break;
                }

                next = rows[^1].Number.E164 + 1;
            }
        }

        return new Page<NumberDetails>([.. items.Take(size)], items.Count > size ? items[size - 1].Number.National : null);
    }

    /// <summary>A part of a list; of each sort there is an index: the key, that of states, or that of accounts.</summary>
    internal static string ListStatement(bool ofAccount, bool ofState) => (ofAccount, ofState) switch
    {
        (false, false) => NumberSql.Select + " WHERE n.number BETWEEN @first AND @last ORDER BY n.number LIMIT @limit",
        (false, true) => NumberSql.Select + " WHERE n.state = @state AND n.number BETWEEN @first AND @last ORDER BY n.number LIMIT @limit",
        (true, false) => NumberSql.Select + " WHERE n.account_id = @account AND n.number BETWEEN @first AND @last ORDER BY n.number LIMIT @limit",
        (true, true) => NumberSql.Select + " WHERE n.account_id = @account AND n.state = @state AND n.number BETWEEN @first AND @last ORDER BY n.number LIMIT @limit",
    };

    private static List<NumberDetails> Rows(DatabaseConnection connection, NumberQuery query, long account, long first, long last, int limit)
    {
        List<(string, object?)> parameters = [("@first", first), ("@last", last), ("@limit", limit)];
        if (query.Account is not null)
        {
            parameters.Add(("@account", account));
        }

        if (query.State is { } state)
        {
            parameters.Add(("@state", state.ToWord()));
        }

        return connection.All(ListStatement(query.Account is not null, query.State is not null), NumberSql.Read, [.. parameters]);
    }
}
