using System.Globalization;
using Waybill.Core.Accounts;
using Waybill.Core.Database;

namespace Waybill.Core.Onboarding;

/// <summary>The queue of staff: whose turn it is, and what somebody on the telephone names.</summary>
public sealed partial class OnboardingService
{
    private static readonly RequestState[] Waiting = [RequestState.Open, RequestState.Asked, RequestState.Unconfirmed];

    /// <summary>
    /// Requests as staff work on them: without a text those that wait, the open ones first, the oldest first; decided ones, and what a text finds, the newest first. Each page
    /// is found by an index.
    /// </summary>
    public ValueTask<Page<AccessRequest>> SearchAsync(RequestQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var size = Page<AccessRequest>.Clamp(query.Size);
        return _database.ReadAsync(
            connection => string.IsNullOrWhiteSpace(query.Text) ? Queue(connection, query, size) : Find(connection, query, query.Text.Trim(), size), cancellationToken);
    }

    private static Page<AccessRequest> Queue(DatabaseConnection connection, RequestQuery query, int size)
    {
        RequestState[] states = query.State is { } one ? [one] : Waiting;

        // "asked-17": after the request 17 of those that something was asked of.
        var (from, after) = (0, (long?)null);
        if (query.After?.Split('-') is [var word, var number] && Array.FindIndex(states, state => state.ToWord() == word) is var at and >= 0
            && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
        {
            (from, after) = (at, id);
        }

        List<AccessRequest> rows = [];
        for (var i = from; i < states.Length && rows.Count <= size; i++)
        {
            var isNewestFirst = states[i] is RequestState.Approved or RequestState.Rejected;
            rows.AddRange(connection.All(
                $"{RequestSql.Select} WHERE r.state = @state AND (@of IS NULL OR r.account_key = @of) AND r.id {(isNewestFirst ? "<" : ">")} @after ORDER BY r.id {(isNewestFirst ? "DESC" : "")} LIMIT @limit",
                RequestSql.Read,
                ("@state", states[i].ToWord()), ("@of", Of(query)), ("@after", (i == from ? after : null) ?? (isNewestFirst ? long.MaxValue : 0)), ("@limit", size + 1 - rows.Count)));
        }

        return Cut(rows, size, static last => $"{last.State.ToWord()}-{Number(last.Id)}");
    }

    private static Page<AccessRequest> Find(DatabaseConnection connection, RequestQuery query, string text, int size)
    {
        // An index finds what begins so: all that is not less than it, and less than it with the greatest character there is.
        var begin = text.Length < OnboardingLimits.SearchLength ? null : text;
        var rows = connection.All(
            $"""
            {RequestSql.Select} WHERE r.id IN (
                SELECT id FROM access_request WHERE reference = @reference
                UNION ALL SELECT id FROM access_request WHERE account_key = @account
                UNION ALL SELECT id FROM access_request WHERE email_key >= lower(@begin) AND email_key < lower(@begin) || char(0x10FFFF)
                UNION ALL SELECT id FROM access_request WHERE company IS NOT NULL AND lower(company) >= lower(@begin) AND lower(company) < lower(@begin) || char(0x10FFFF))
              AND r.id < @before AND (@state IS NULL OR r.state = @state) AND (@of IS NULL OR r.account_key = @of) ORDER BY r.id DESC LIMIT @limit
            """,
            RequestSql.Read,
            ("@reference", ReferenceId.Normalise(text)), ("@account", AccountNumber.Fold(text)), ("@begin", begin), ("@state", query.State?.ToWord()), ("@of", Of(query)),
            ("@before", long.TryParse(query.After, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : long.MaxValue), ("@limit", size + 1));
        return Cut(rows, size, static last => Number(last.Id));
    }

    private static Page<AccessRequest> Cut(List<AccessRequest> rows, int size, Func<AccessRequest, string> next) =>
        new([.. rows.Take(size)], rows.Count > size ? next(rows[size - 1]) : null);

    private static string? Of(RequestQuery query) => query.Account is { } account ? AccountNumber.Fold(account) : null;

    private static string Number(long id) => id.ToString(CultureInfo.InvariantCulture);
}
