using System.Globalization;
using System.Net;
using Waybill.Core.Accounts;
using Waybill.Core.Audit;
using Waybill.Core.Database;
using Waybill.Core.Keys;
using Waybill.Core.Links;
using Waybill.Core.Logins;

namespace Waybill.Core.Onboarding;

/// <summary>What people who have no access do: the form, its links, and invitations.</summary>
public sealed partial class OnboardingService
{
    private static readonly Problem LinkOver = Problem.NotFound("This link was used, or its time is over. Please ask again, or write to us.");

    /// <summary>
    /// Takes the form in. Whether account, login or address are known is not to be seen from the answer: a request that comes to nothing is answered as every other one.
    /// </summary>
    /// <param name="form">The form.</param>
    /// <param name="address">Where it came from.</param>
    /// <param name="invitation">The token of the invitation that led to it; null without one.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async ValueTask<Result<Submission>> SubmitAsync(RequestForm form, IPAddress address, string? invitation = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(form);
        ArgumentNullException.ThrowIfNull(address);
        var actor = Visitor(address);

        // The try counts whatever becomes of it, and a private key is burnt whatever else is wrong: each is a transaction of its own.
        var counted = await _database.WriteAsync<bool>(transaction => FormThrottle.Count(transaction.Connection, address, _time.GetUtcNow()) is { } tooMany ? tooMany : true, cancellationToken)
            .ConfigureAwait(false);
        if (!counted.Succeeded)
        {
            return counted.Problem;
        }

        var intake = await TakeKeyAsync(form, "a private key was sent by the form", actor, cancellationToken).ConfigureAwait(false);
        if (!intake.Succeeded)
        {
            return intake.Problem;
        }

        var invited = invitation is null ? null : await FindInvitationAsync(invitation, cancellationToken).ConfigureAwait(false);
        if (invitation is not null && invited is null)
        {
            return LinkOver;
        }

        var details = RequestRules.Trim(form.Details);
        if (form.IsReplacement)
        {
            return await ReplaceAsync(details, intake.Value, address, cancellationToken).ConfigureAwait(false);
        }

        var isVendor = IsVendor(invited?.Details.UserName);
        details = invited is null ? details : details with
        {
            Account = invited.Details.Account, Company = details.Company ?? invited.Details.Company, UserName = isVendor ? invited.Details.UserName : details.UserName,
        };
        var problems = Problems(isVendor ? Checked(details) : details, intake.Value, RequestKind.Login);
        if (problems.Count > 0)
        {
            return new Submission(null, problems) { IsPrivateKey = intake.Value.IsPrivate };
        }

        var request = new AccessRequest(ReferenceId.New(), RequestKind.Login, RequestSource.Form, RequestState.Unconfirmed, details, intake.Value.Key)
        {
            Address = address.ToString(),
            InvitedBy = invited?.InvitedBy,
        };
        var isConfirmed = invited is not null && details.Email!.Equals(invited.Details.Email, StringComparison.OrdinalIgnoreCase);
        return await _database.WriteAsync<Submission>(
            transaction =>
            {
                if (invitation is not null)
                {
                    if (_links.Redeem(transaction, invitation, InvitationPurpose) is not { } link)
                    {
                        return LinkOver;
                    }

                    Forget(transaction.Connection, long.Parse(link.Subject, CultureInfo.InvariantCulture));
                }

                return Enter(transaction, request, isConfirmed, intake.Value.Note, actor);
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Somebody who cannot sign in asks for another key. That there is no such login is for staff to see, who verify the person by the call-back rule: here it is asked for as
    /// one that there is.
    /// </summary>
    private async ValueTask<Result<Submission>> ReplaceAsync(RequestDetails details, KeyIntake intake, IPAddress address, CancellationToken cancellationToken)
    {
        var login = details.UserName;
        details = details with { UserName = null, Feeds = [], FileTypes = [], AllowFrom = [], Automation = false };
        var problems = Problems(details, intake, RequestKind.Key);
        if (login is null || !UserName.IsWellFormed(login))
        {
            problems.Add(new FieldProblem("userName", login is null ? "Missing: The user name that you connect with." : $"'{Words.Show(login)}' is no user name. Give the one that you connect with."));
        }

        if (problems.Count > 0)
        {
            return new Submission(null, problems) { IsPrivateKey = intake.IsPrivate };
        }

        var request = new AccessRequest(ReferenceId.New(), RequestKind.Key, RequestSource.Form, RequestState.Unconfirmed, details, intake.Key) { Login = login, Address = address.ToString() };
        return await _database.WriteAsync(
            transaction => Enter(transaction, request, isConfirmed: false, intake.Note, Visitor(address)), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The link of the confirmation was opened and its button pressed: the request is staff's to decide.</summary>
    public ValueTask<Result<AccessRequest>> ConfirmEmailAsync(string token, IPAddress address, CancellationToken cancellationToken = default) => _database.WriteAsync<AccessRequest>(
        transaction =>
        {
            var now = _time.GetUtcNow();
            if (_links.Redeem(transaction, token, ConfirmPurpose) is not { } link || RequestSql.Find(transaction.Connection, link.Subject) is not { State: RequestState.Unconfirmed } request)
            {
                return LinkOver;
            }

            // Only here, where it is the holder of the address who reads it. The link opens again later.
            if (TooManyWait(transaction.Connection, request) is { } full)
            {
                return full;
            }

            SecretLinks.Revoke(transaction, ConfirmPurpose, link.Subject);
            var actor = Visitor(address);
            request = RequestSql.Save(transaction.Connection, request with { State = RequestState.Open, Confirmed = now }, now);
            Record(transaction, request, OnboardingActions.Confirmed, actor, request.Details.Email, now);
            TellStaff(transaction, request, now);
            return request;
        },
        cancellationToken);

    /// <summary>The request that a confirmation's link is of; null when the link opens nothing. Looking uses nothing up.</summary>
    public ValueTask<AccessRequest?> FindForConfirmationAsync(string token, CancellationToken cancellationToken = default) => FindLinkedAsync(token, ConfirmPurpose, cancellationToken);

    /// <summary>What the page of a question shows; null when the link opens nothing. Looking uses nothing up.</summary>
    public async ValueTask<AnswerView?> FindForAnswerAsync(string token, CancellationToken cancellationToken = default) =>
        await FindLinkedAsync(token, AnswerPurpose, cancellationToken).ConfigureAwait(false) is { IsUndecided: true } request
            ? new AnswerView(request, request.Question, [.. RequestRules.Missing(request.Details, request.Key is not null, request.Kind)])
            : null;

    /// <summary>
    /// Takes the answer to a question in. What the person now says stands; what they leave empty stays. Account and login of a replacement key stay what they are.
    /// </summary>
    public async ValueTask<Result<Submission>> AnswerAsync(string token, RequestForm form, IPAddress address, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(form);
        var actor = Visitor(address);
        if (await FindForAnswerAsync(token, cancellationToken).ConfigureAwait(false) is not { } view)
        {
            return LinkOver;
        }

        var intake = await TakeKeyAsync(form, $"a private key was sent for request {view.Request.Reference}", actor, cancellationToken).ConfigureAwait(false);
        if (!intake.Succeeded)
        {
            return intake.Problem;
        }

        // The link came to this address, and stays tied to it.
        var said = RequestRules.Trim(form.Details) with { Email = view.Request.Details.Email };
        var isVendor = IsVendor(view.Request.Details.UserName);
        if (view.Request.Kind == RequestKind.Key || isVendor)
        {
            said = said with { Account = view.Request.Details.Account, UserName = isVendor ? view.Request.Details.UserName : said.UserName };
        }

        var known = intake.Value.Key is null && intake.Value.Refusal is null ? intake.Value with { Key = view.Request.Key } : intake.Value;
        var details = RequestRules.Fill(said, view.Request.Details);
        var problems = Problems(isVendor ? Checked(details) : details, known, view.Request.Kind);
        if (problems.Count > 0)
        {
            return new Submission(null, problems) { IsPrivateKey = intake.Value.IsPrivate };
        }

        return await _database.WriteAsync<Submission>(
            transaction =>
            {
                var now = _time.GetUtcNow();
                if (_links.Redeem(transaction, token, AnswerPurpose) is not { } link || RequestSql.Find(transaction.Connection, link.Subject) is not { IsUndecided: true } request)
                {
                    return LinkOver;
                }

                SecretLinks.Revoke(transaction, AnswerPurpose, link.Subject);
                request = Change(request, details, known.Key) with { State = RequestState.Open, Confirmed = request.Confirmed ?? now };
                request = RequestSql.Save(transaction.Connection, request, now);
                Record(transaction, request, OnboardingActions.Answered, actor, "by the link of the question", now);
                TellStaff(transaction, request, now);
                return new Submission(request.Reference, []) { Key = request.Key, KeyNote = intake.Value.Note };
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends a link that opens the form, filled in, for a known account. It is for one request, and its time ends.</summary>
    public ValueTask<Result<Invitation>> InviteAsync(NewInvitation invitation, Actor actor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(invitation);
        return InviteAsync(invitation, isVendor: false, static _ => null, actor, cancellationToken);
    }

    private async ValueTask<Result<Invitation>> InviteAsync(
        NewInvitation invitation, bool isVendor, Func<DatabaseConnection, Problem?> check, Actor actor, CancellationToken cancellationToken)
    {
        var lifetime = invitation.Lifetime ?? OnboardingLimits.InvitationTime;
        if (lifetime < TimeSpan.FromHours(1) || lifetime > LinkLimits.Lifetime)
        {
            return Problem.Invalid($"An invitation opens for an hour at least and {LinkLimits.Lifetime.TotalDays} days at most. Give a number of days between.");
        }

        var details = RequestRules.Trim(new RequestDetails
        {
            FirstName = invitation.FirstName, LastName = invitation.LastName, Email = invitation.Email, Phone = invitation.Phone, Account = invitation.Account,
            UserName = invitation.UserName, Feeds = invitation.Feeds, FileTypes = invitation.FileTypes,
        });
        var wrong = details.Email is null ? "There is no e-mail address. Give one." : RequestRules.Check(isVendor ? Checked(details) : details, _subscriptions).FirstOrDefault()?.Message;
        if (wrong is not null)
        {
            return Problem.Invalid(wrong);
        }

        return await _database.WriteAsync<Invitation>(
            transaction =>
            {
                var (connection, now) = (transaction.Connection, _time.GetUtcNow());
                if (AccountService.Find(connection, invitation.Account) is not { } account)
                {
                    return AccountService.Unknown(invitation.Account);
                }

                if (account.Status == AccountStatus.Closed)
                {
                    return Problem.Refused($"Account {account.Number} is closed: it gets no more logins. Use another account.");
                }

                if (check(connection) is { } refusal)
                {
                    return refusal;
                }

                details = details with { Account = account.Number, Company = account.Name };
                var expires = now + lifetime;
                var id = connection.Number(
                    """
                    INSERT INTO access_invitation (account_id, email, first_name, last_name, phone, user_name, feeds, file_types, created_at, created_by, expires_at)
                    VALUES (@account, @email, @first, @last, @phone, @user, @feeds, @types, @now, @by, @expires) RETURNING id
                    """,
                    ("@account", account.Id), ("@email", details.Email), ("@first", details.FirstName), ("@last", details.LastName), ("@phone", details.Phone),
                    ("@user", details.UserName), ("@feeds", string.Join(' ', details.Feeds)), ("@types", string.Join(' ', details.FileTypes)), ("@now", now.ToColumn()),
                    ("@by", actor.Name), ("@expires", expires.ToColumn()));
                var token = _links.Create(transaction, InvitationPurpose, id.ToString(CultureInfo.InvariantCulture), lifetime);
                var sent = _mails.Write(transaction, OnboardingTopics.Invitation, details.Email!, new Dictionary<string, string>
                {
                    ["name"] = details.FirstName ?? details.LastName ?? "there", ["account"] = account.Number, ["company"] = Notifications.Template.Clean(account.Name),
                    ["until"] = LocalTimes.Show(expires, _options.Notifications.Zone),
                }, token, account.Id);
                if (!sent.Succeeded)
                {
                    return sent.Problem;
                }

                _audit.Append(transaction, new AuditEntry(OnboardingActions.Invited, actor) { Account = account.Number, Subject = details.Email });
                return new Invitation(details, actor.Name, expires);
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What an invitation's link fills the form in with; null when it opens nothing. Looking uses nothing up.</summary>
    public async ValueTask<Invitation?> FindInvitationAsync(string token, CancellationToken cancellationToken = default)
    {
        if (await _links.FindAsync(token, InvitationPurpose, cancellationToken).ConfigureAwait(false) is not { } link)
        {
            return null;
        }

        return await _database.ReadAsync(
            connection => connection.First(
                """
                SELECT i.email, i.first_name, i.last_name, i.phone, i.user_name, i.feeds, i.file_types, i.created_by, i.expires_at, a.number, a.name
                FROM access_invitation i JOIN account a ON a.id = i.account_id WHERE i.id = @id
                """,
                static row => new Invitation(
                    new RequestDetails
                    {
                        Email = row.GetString(0), FirstName = row.TextOrNull(1), LastName = row.TextOrNull(2), Phone = row.TextOrNull(3), UserName = row.TextOrNull(4),
                        Feeds = RequestSql.List(row.GetString(5)), FileTypes = RequestSql.List(row.GetString(6)), Account = row.GetString(9), Company = row.GetString(10),
                    },
                    row.GetString(7), row.Time(8)),
                ("@id", long.Parse(link.Subject, CultureInfo.InvariantCulture))),
            cancellationToken).ConfigureAwait(false);
    }

    private static Actor Visitor(IPAddress address) => new(ActorKind.System, "visitor") { Address = address.ToString() };

    private List<FieldProblem> Problems(RequestDetails details, KeyIntake intake, RequestKind kind)
    {
        List<FieldProblem> problems = [.. RequestRules.Check(details, _subscriptions)];
        problems.AddRange(RequestRules.Missing(details, intake.Key is not null, kind).Select(missing =>
            missing.Field == "key" && intake.Refusal is { } refusal ? new FieldProblem("key", refusal) : missing with { Message = "Missing: " + missing.Message }));
        return problems;
    }

    /// <summary>Puts a complete request of the form into the queue.</summary>
    private Result<Submission> Enter(WriteTransaction transaction, AccessRequest request, bool isConfirmed, string? note, Actor actor)
    {
        var (connection, now) = (transaction.Connection, _time.GetUtcNow());
        var answer = new Submission(request.Reference, []) { Key = request.Key, KeyNote = note, NeedsConfirmation = !isConfirmed };
        if ((isConfirmed ? TooManyWait(connection, request) : MakeRoom(transaction, request, actor, now)) is { } full)
        {
            return full;
        }

        request = RequestSql.Add(connection, request with
        {
            Created = now, State = isConfirmed ? RequestState.Open : RequestState.Unconfirmed, Confirmed = isConfirmed ? now : null,
        });
        Record(transaction, request, OnboardingActions.Added, actor, $"by the form{(request.InvitedBy is { } by ? $", invited by {by}" : "")}", now);
        if (isConfirmed)
        {
            TellStaff(transaction, request, now);
            return answer;
        }

        var sent = SendConfirmation(transaction, request, actor);
        return sent.Succeeded ? answer : sent.Problem;
    }

    private Outcome SendConfirmation(WriteTransaction transaction, AccessRequest request, Actor actor) => _mails.Write(
        transaction, request, OnboardingTopics.Confirm, actor, _links.Create(transaction, ConfirmPurpose, request.Reference, OnboardingLimits.KeepUnconfirmed),
        new Dictionary<string, string> { ["days"] = OnboardingLimits.KeepUnconfirmed.TotalDays.ToString(CultureInfo.InvariantCulture) });

    /// <summary>
    /// Why one more request that nobody has confirmed cannot wait; null when it can. What is counted is what there is in all, what this source has sent, and mails to the address:
    /// never anything of the account, which anybody can name. So it can be said, and nobody waits for a mail that does not come.
    /// </summary>
    private Problem? MakeRoom(WriteTransaction transaction, AccessRequest request, Actor actor, DateTimeOffset now)
    {
        var (connection, email) = (transaction.Connection, RequestSql.EmailKey(request.Details.Email!));
        if (Unconfirmed(connection, now) >= OnboardingLimits.Unconfirmed)
        {
            return Problem.LimitReached($"No requests can be taken at the moment. Please {WriteToUs}.");
        }

        var network = FormThrottle.Source(IPAddress.Parse(request.Address!));
        if (connection.Number($"SELECT count(*) FROM access_request WHERE network = @network AND {RequestSql.Undecided}", ("@network", network)) >= OnboardingLimits.UndecidedPerSource)
        {
            return Problem.LimitReached($"{OnboardingLimits.UndecidedPerSource} requests from your network wait already. Please {WriteToUs}.");
        }

        if (!FormThrottle.CountMail(connection, request.Details.Email!, network, now))
        {
            return Problem.LimitReached($"Too many mails went to this address today. Please look for ours in its mailbox, try again tomorrow, or {WriteToUs}.");
        }

        // Whoever sends the form again wants the newest to count.
        var own = connection.All(
            "SELECT reference FROM access_request WHERE email_key = @email AND network = @network AND state = 'unconfirmed' ORDER BY id DESC",
            static row => row.GetString(0), ("@email", email), ("@network", network));
        foreach (var old in own.Skip(OnboardingLimits.UnconfirmedPerEmail - 1))
        {
            connection.Execute("DELETE FROM access_request WHERE reference = @reference", ("@reference", old));
            _audit.Append(transaction, new AuditEntry(OnboardingActions.Purged, actor) { Subject = old, Detail = "nobody had confirmed its address; a newer one of that address and source took its place" });
        }

        return null;
    }

    private string WriteToUs => _options.Notifications.SupportMail is { } support ? "write to " + support : "write to us";

    private static long Unconfirmed(DatabaseConnection connection, DateTimeOffset now) => connection.Number(
        "SELECT count(*) FROM access_request WHERE state = 'unconfirmed' AND created_at > @from", ("@from", (now - OnboardingLimits.KeepUnconfirmed).ToColumn()));

    /// <summary>Why one more request that is known to be of the holder of its address cannot wait; null when it can.</summary>
    private Problem? TooManyWait(DatabaseConnection connection, AccessRequest request) => IsFull(connection, request.Details)
        ? Problem.LimitReached($"{OnboardingLimits.OpenPerEmail} requests of your address wait for us already. Please wait until they are decided, or {WriteToUs}.")
        : null;

    private static bool IsFull(DatabaseConnection connection, RequestDetails details) => connection.Number(
        "SELECT count(*) FROM access_request WHERE email_key = @email AND state IN ('open', 'asked')", ("@email", RequestSql.EmailKey(details.Email!))) >= OnboardingLimits.OpenPerEmail;

    /// <summary>Reads the key; of a private one the public fingerprint is refused for good from now on.</summary>
    private async ValueTask<Result<KeyIntake>> TakeKeyAsync(RequestForm form, string how, Actor actor, CancellationToken cancellationToken)
    {
        if (form.KeyFile is not { } file || file.IsEmpty)
        {
            return KeyIntake.None;
        }

        var intake = KeyIntake.Read(file.Span);
        foreach (var burnt in new[] { intake.Burnt, form.SecondPrivate is { } second ? KeyIntake.Read(second.Span).Burnt : null }.OfType<SentHalf>())
        {
            var added = await _burnt.AddAsync(burnt, how, actor, cancellationToken).ConfigureAwait(false);
            if (!added.Succeeded)
            {
                return added.Problem;
            }
        }

        return intake.IsPrivate ? intake : await _database.ReadAsync(intake.Judge, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// A request with other content: whoever approved it first approved something else, and whoever called back asked about another key. Whoever reads that mailbox could put
    /// a key of their own behind the call.
    /// </summary>
    private static AccessRequest Change(AccessRequest request, RequestDetails details, RequestKey? key) => request with
    {
        Details = details, Key = key ?? request.Key, KeyRefusal = key is not null ? null : request.KeyRefusal, FirstApprover = null, FirstApproved = null,
        FirstKind = null, FirstDecision = null, Question = null, Verified = key is null || key.Sha256 == request.Key?.Sha256 ? request.Verified : null,
    };

    private async ValueTask<AccessRequest?> FindLinkedAsync(string token, string purpose, CancellationToken cancellationToken) =>
        await _links.FindAsync(token, purpose, cancellationToken).ConfigureAwait(false) is { } link
            ? await _database.ReadAsync(connection => RequestSql.Find(connection, link.Subject), cancellationToken).ConfigureAwait(false)
            : null;
}
