using System.Text.Json.Nodes;
using Waybill.Core.Accounts;
using Waybill.Core.Audit;
using Waybill.Core.Database;
using Waybill.Core.Events;
using Waybill.Core.Feeds;
using Waybill.Core.Keys;
using Waybill.Core.Links;
using Waybill.Core.Logins;

namespace Waybill.Core.Onboarding;

/// <summary>
/// Requests for access: from the form, a mail or the telephone to a login that works, or to a reason why not. Whoever shows them to staff, on a page or at the command
/// line, calls this; the public form does too.
/// </summary>
public sealed partial class OnboardingService
{
    private const string ConfirmPurpose = "request-confirm";
    private const string AnswerPurpose = "request-answer";
    private const string InvitationPurpose = "request-invitation";

    private readonly WaybillDatabase _database;
    private readonly AuditLog _audit;
    private readonly TimeProvider _time;
    private readonly OnboardingOptions _options;
    private readonly FeedTypes _types;
    private readonly LoginService _logins;
    private readonly KeyService _keys;
    private readonly BurntKeys _burnt;
    private readonly SubscriptionService _subscriptions;
    private readonly SecretLinks _links;
    private readonly RequestMails _mails;

    /// <summary>Over one data directory.</summary>
    /// <param name="database">Where requests are kept.</param>
    /// <param name="audit">Where each step is recorded, in the same transaction.</param>
    /// <param name="types">The provider's feeds.</param>
    /// <param name="options">The configuration.</param>
    /// <param name="time">The clock.</param>
    public OnboardingService(WaybillDatabase database, AuditLog audit, FeedTypes types, OnboardingOptions options, TimeProvider time)
    {
        (_database, _audit, _types, _options, _time) = (database, audit, types, options, time);
        _logins = new LoginService(database, audit, time);
        _keys = new KeyService(database, audit, time);
        _burnt = new BurntKeys(database, audit, time);
        _subscriptions = new SubscriptionService(database, audit, types);
        _links = new SecretLinks(database, time);
        _mails = new RequestMails(options, time);
    }

    /// <summary>Lists requests, the newest first.</summary>
    /// <param name="states">Only those in these states; empty for all.</param>
    /// <param name="account">Only those that give this account number; null for all.</param>
    /// <param name="size">The page's size.</param>
    /// <param name="before"><see cref="Page{T}.Next"/> of the page before.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<Page<AccessRequest>> ListAsync(
        IReadOnlyCollection<RequestState> states, string? account = null, int size = 100, string? before = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(states);
        size = Page<AccessRequest>.Clamp(size);
        var below = long.TryParse(before, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var id) ? id : long.MaxValue;
        var words = ' ' + string.Join(' ', states.Select(static state => state.ToWord())) + ' ';
        return _database.ReadAsync(
            connection =>
            {
                var rows = connection.All(
                    $"{RequestSql.Select} WHERE r.id < @below AND (@any OR instr(@states, ' ' || r.state || ' ') > 0) AND (@account IS NULL OR r.account_key = @account) ORDER BY r.id DESC LIMIT @limit",
                    RequestSql.Read,
                    ("@below", below), ("@any", states.Count == 0 ? 1 : 0), ("@states", words), ("@account", account is null ? null : AccountNumber.Fold(account)), ("@limit", size + 1));
                return new Page<AccessRequest>(
                    [.. rows.Take(size)], rows.Count > size ? rows[size - 1].Id.ToString(System.Globalization.CultureInfo.InvariantCulture) : null);
            },
            cancellationToken);
    }

    /// <summary>How many requests wait for a decision.</summary>
    public ValueTask<long> CountOpenAsync(CancellationToken cancellationToken = default) => _database.ReadAsync(
        static connection => connection.Number("SELECT count(*) FROM access_request WHERE state = 'open'"), cancellationToken);

    /// <summary>How many requests nobody has confirmed; at <see cref="OnboardingLimits.Unconfirmed"/> the form takes none.</summary>
    public static ValueTask<long> UnconfirmedAsync(WaybillDatabase database, DateTimeOffset now, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(database);
        return database.ReadAsync(connection => Unconfirmed(connection, now), cancellationToken);
    }

    /// <summary>How many requests wait for a decision, and since when the oldest of them does.</summary>
    public static ValueTask<(long Open, DateTimeOffset? Oldest)> WaitingAsync(WaybillDatabase database, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(database);
        return database.ReadAsync(
            static connection => (
                connection.Number("SELECT count(*) FROM access_request WHERE state = 'open'"),
                connection.First<DateTimeOffset?>("SELECT created_at FROM access_request WHERE state = 'open' ORDER BY id LIMIT 1", static row => row.Time(0))),
            cancellationToken);
    }

    /// <summary>A request with its checks and its history.</summary>
    public async ValueTask<Result<RequestView>> ShowAsync(string reference, CancellationToken cancellationToken = default) =>
        await _database.ReadAsync(
            connection =>
            {
                if (RequestSql.Find(connection, reference) is not { } request)
                {
                    return null;
                }

                var checks = request.IsUndecided ? RequestChecks.Of(connection, request, _subscriptions, _options) : null;
                return new RequestView(
                    request, checks?.Rows ?? [], request.IsUndecided ? Missing(request) : [], checks?.UserName ?? request.Login, request.Kind == RequestKind.Key, _options.CallBack,
                    RequestSql.History(connection, request.Id))
                {
                    RefusedKey = checks?.Refused,
                };
            },
            cancellationToken).ConfigureAwait(false) is { } view ? view : RequestSql.Unknown(reference);

    /// <summary>Removes requests that nobody has confirmed for <see cref="OnboardingLimits.KeepUnconfirmed"/>, and tries and invitations that do not count any more.</summary>
    /// <returns>How many requests went.</returns>
    public async ValueTask<Result<int>> PurgeAsync(CancellationToken cancellationToken = default)
    {
        var purged = 0;
        while (true)
        {
            var piece = await _database.WriteAsync<int>(
                transaction =>
                {
                    var (connection, now) = (transaction.Connection, _time.GetUtcNow());
                    connection.Execute("DELETE FROM access_attempt WHERE at < @before", ("@before", (now - OnboardingLimits.EmailWindow).ToColumn()));
                    connection.Execute("DELETE FROM access_invitation WHERE expires_at < @now", ("@now", now.ToColumn()));
                    var count = connection.Execute(
                        "DELETE FROM access_request WHERE id IN (SELECT id FROM access_request WHERE state = 'unconfirmed' AND created_at < @before LIMIT @limit)",
                        ("@before", (now - OnboardingLimits.KeepUnconfirmed).ToColumn()), ("@limit", OnboardingLimits.PurgedTogether));
                    if (count > 0)
                    {
                        _audit.Append(transaction, new AuditEntry(OnboardingActions.Purged, Actor.System) { Detail = $"{count} requests whose address nobody confirmed" });
                    }

                    return count;
                },
                cancellationToken).ConfigureAwait(false);
            if (!piece.Succeeded || piece.Value == 0)
            {
                return piece.Succeeded ? purged : piece;
            }

            purged += piece.Value;
        }
    }

    private static List<string> Missing(AccessRequest request) =>
        [.. RequestRules.Missing(request.Details, request.Key is not null, request.Kind).Select(static each => each.Message)];

    /// <summary>The request is complete: staff are told, once it is theirs to decide.</summary>
    private void TellStaff(WriteTransaction transaction, AccessRequest request, DateTimeOffset now) => EventSql.Raise(
        transaction.Connection, OnboardingTopics.RequestOpen, null,
        new JsonObject
        {
            ["reference"] = request.Reference, ["kind"] = request.Kind.ToWord(), ["name"] = request.Details.Name, ["email"] = request.Details.Email,
            ["requestCompany"] = request.Details.Company ?? "-", ["requestAccount"] = request.Details.Account ?? "-",
            ["remarks"] = string.Join("; ", RequestChecks.Of(transaction.Connection, request, _subscriptions, _options).Rows
                .Where(static row => row.Verdict != CheckVerdict.Ok).Select(static row => row.Words)) is { Length: > 0 } remarks ? remarks : "everything fits",
        },
        now);

    private void Record(WriteTransaction transaction, AccessRequest request, string action, Actor actor, string? detail, DateTimeOffset now)
    {
        RequestSql.AddEvent(transaction.Connection, request.Id, actor, action, detail, now);
        _audit.Append(transaction, new AuditEntry(action, actor) { Account = request.Details.Account, Subject = request.Reference, Detail = detail });
    }
}
