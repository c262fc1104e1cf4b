using System.Data.Common;
using System.Net;
using Waybill.Core.Database;
using Waybill.Core.Notifications;

namespace Waybill.Core.Onboarding;

/// <summary>The request tables' statements.</summary>
internal static class RequestSql
{
    public const string Undecided = "state IN ('unconfirmed', 'open', 'asked')";

    public const string Select = """
        SELECT r.id, r.reference, r.kind, r.source, r.state, r.first_name, r.last_name, r.email, r.phone, r.company, r.account, r.user_name, r.feeds, r.file_types, r.automation,
               r.allow_from, r.key_line, r.key_type, r.key_bits, r.key_sha256, r.key_md5, r.key_comment, r.key_refusal, r.login, r.address, r.invited_by, r.question, r.reason,
               r.verified, r.first_approver, r.first_approved_at, r.decided_by, r.decided_at, r.confirmed_at, r.created_at, r.changed_at,
               r.first_kind, r.first_start, r.first_label, r.first_revoke
        FROM access_request r
        """;

    public static AccessRequest? Find(DatabaseConnection connection, string? reference) => ReferenceId.Normalise(reference) is { } known
        ? connection.First($"{Select} WHERE r.reference = @reference", Read, ("@reference", known))
        : null;

    public static AccessRequest? Find(DatabaseConnection connection, long id) => connection.First($"{Select} WHERE r.id = @id", Read, ("@id", id));

    public static Problem Unknown(string? reference) => Problem.NotFound($"There is no request {Words.Show(reference)}. `waybill request list` shows them.");

    public static AccessRequest Add(DatabaseConnection connection, AccessRequest request)
    {
        var id = connection.Number(
            """
            INSERT INTO access_request (reference, kind, source, state, email, email_key, feeds, file_types, automation, allow_from, login, address, network, invited_by, created_at, changed_at)
            VALUES (@reference, @kind, @source, @state, '', '', '', '', 0, '', @login, @address, @network, @invited, @now, @now) RETURNING id
            """,
            ("@reference", request.Reference), ("@kind", request.Kind.ToWord()), ("@source", request.Source.ToWord()), ("@state", request.State.ToWord()),
            ("@login", request.Login), ("@address", request.Address), ("@network", IPAddress.TryParse(request.Address, out var address) ? FormThrottle.Source(address) : null), ("@invited", request.InvitedBy), ("@now", request.Created.ToColumn()));
        var added = request with { Id = id };
        Save(connection, added, request.Created);
        return added;
    }

    /// <summary>Writes all that can change.</summary>
    public static AccessRequest Save(DatabaseConnection connection, AccessRequest request, DateTimeOffset now)
    {
        var details = request.Details;
        connection.Execute(
            """
            UPDATE access_request SET state = @state, first_name = @first, last_name = @last, email = @email, email_key = @emailKey, phone = @phone, company = @company,
                account = @account, account_key = @accountKey, user_name = @user, feeds = @feeds, file_types = @types, automation = @automation, allow_from = @allow,
                key_line = @line, key_type = @type, key_bits = @bits, key_sha256 = @sha256, key_md5 = @md5, key_comment = @comment, key_refusal = @refusal, login = @login,
                question = @question, reason = @reason, verified = @verified, first_approver = @approver, first_approved_at = @approved, first_kind = @firstKind, first_start = @firstStart, first_label = @firstLabel,
                first_revoke = @firstRevoke, decided_by = @by, decided_at = @at,
                confirmed_at = @confirmed, changed_at = @now
            WHERE id = @id
            """,
            ("@id", request.Id), ("@state", request.State.ToWord()), ("@first", details.FirstName), ("@last", details.LastName), ("@email", details.Email),
            ("@emailKey", EmailKey(details.Email!)), ("@phone", details.Phone), ("@company", details.Company), ("@account", details.Account),
            ("@accountKey", details.Account is { } account ? Accounts.AccountNumber.Fold(account) : null), ("@user", details.UserName), ("@feeds", string.Join(' ', details.Feeds)),
            ("@types", string.Join(' ', details.FileTypes)), ("@automation", details.Automation ? 1 : 0), ("@allow", string.Join(' ', details.AllowFrom)),
            ("@line", request.Key?.Line), ("@type", request.Key?.Type), ("@bits", request.Key?.Bits), ("@sha256", request.Key?.Sha256), ("@md5", request.Key?.Md5),
            ("@comment", request.Key?.Comment), ("@refusal", request.KeyRefusal), ("@login", request.Login), ("@question", request.Question), ("@reason", request.Reason),
            ("@verified", request.Verified), ("@approver", request.FirstApprover), ("@approved", request.FirstApproved?.ToColumn()),
            ("@firstKind", request.FirstKind?.ToString()), ("@firstStart", request.FirstDecision?.StartDirectory), ("@firstLabel", request.FirstDecision?.Label),
            ("@firstRevoke", request.FirstDecision is { RevokeOthers: true } ? 1 : 0), ("@by", request.DecidedBy),
            ("@at", request.Decided?.ToColumn()), ("@confirmed", request.Confirmed?.ToColumn()), ("@now", now.ToColumn()));
        return request with { Changed = now };
    }

    public static string EmailKey(string email) => email.ToLowerInvariant();

    public static void AddEvent(
        DatabaseConnection connection, long request, Actor actor, string what, string? detail, DateTimeOffset now, long? delivery = null, string? messageId = null,
        string? target = null) => connection.Execute(
        """
        INSERT INTO access_request_event (request_id, at, actor, what, detail, delivery_id, message_id, target)
        VALUES (@request, @now, @actor, @what, @detail, @delivery, @message, @target)
        """,
        ("@request", request), ("@now", now.ToColumn()), ("@actor", actor.Name), ("@what", what), ("@detail", detail), ("@delivery", delivery), ("@message", messageId),
        ("@target", target));

    public static List<RequestEvent> History(DatabaseConnection connection, long request)
    {
        var events = connection.All(
            """
            SELECT e.at, e.actor, e.what, e.detail, e.target, d.id, d.state, d.error, d.sent_at, e.bounce
            FROM access_request_event e LEFT JOIN delivery d ON d.id = e.delivery_id WHERE e.request_id = @request ORDER BY e.id DESC LIMIT @limit
            """,
            static row => new RequestEvent(row.Time(0), row.GetString(1), row.GetString(2), row.TextOrNull(3), row.IsDBNull(4)
                ? null
                : new RequestMail(
                    row.GetString(4), row.IsDBNull(5) ? null : row.GetInt64(5), row.IsDBNull(6) ? null : row.Word<DeliveryState>(6), row.TextOrNull(7), row.TimeOrNull(8),
                    row.TextOrNull(9))),
            ("@request", request), ("@limit", OnboardingLimits.History));
        events.Reverse();
        return events;
    }

    public static AccessRequest Read(DbDataReader row) => new(
        row.GetString(1), row.Word<RequestKind>(2), row.Word<RequestSource>(3), row.Word<RequestState>(4),
        new RequestDetails
        {
            FirstName = row.TextOrNull(5), LastName = row.TextOrNull(6), Email = row.GetString(7), Phone = row.TextOrNull(8), Company = row.TextOrNull(9),
            Account = row.TextOrNull(10), UserName = row.TextOrNull(11), Feeds = List(row.GetString(12)), FileTypes = List(row.GetString(13)), Automation = row.GetInt64(14) != 0,
            AllowFrom = List(row.GetString(15)),
        },
        row.IsDBNull(16) ? null : new RequestKey(row.GetString(16), row.GetString(17), row.GetInt32(18), row.GetString(19), row.GetString(20), row.GetString(21)))
    {
        Id = row.GetInt64(0), KeyRefusal = row.TextOrNull(22), Login = row.TextOrNull(23), Address = row.TextOrNull(24), InvitedBy = row.TextOrNull(25),
        Question = row.TextOrNull(26), Reason = row.TextOrNull(27), Verified = row.TextOrNull(28), FirstApprover = row.TextOrNull(29), FirstApproved = row.TimeOrNull(30),
        DecidedBy = row.TextOrNull(31), Decided = row.TimeOrNull(32), Confirmed = row.TimeOrNull(33), Created = row.Time(34), Changed = row.Time(35),
        FirstKind = row.TextOrNull(36) is { } kind ? Enum.Parse<ActorKind>(kind) : null,
        FirstDecision = row.IsDBNull(29) ? null : new FirstDecision(row.TextOrNull(37), row.TextOrNull(38), row.GetInt64(39) != 0),
    };

    public static string[] List(string column) => column.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
