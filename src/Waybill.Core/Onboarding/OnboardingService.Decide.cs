using System.Globalization;
using System.Text.Json.Nodes;
using Waybill.Core.Accounts;
using Waybill.Core.Database;
using Waybill.Core.Events;
using Waybill.Core.Keys;
using Waybill.Core.Links;
using Waybill.Core.Logins;
using Waybill.Core.Packs;
using Waybill.Core.Retention;
using Waybill.Core.Vaults;

namespace Waybill.Core.Onboarding;

/// <summary>What staff do: approve, reject, reopen, ask back, send again.</summary>
public sealed partial class OnboardingService
{
    /// <summary>
    /// Approves a request: the login, its key, what it subscribes to, the audit and the mail are there at once, or nothing is. With two persons the first one's approval
    /// is only written down, and falls when the request changes.
    /// </summary>
    public ValueTask<Result<Decision>> ApproveAsync(string reference, Approval approval, Actor actor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(approval);
        return _database.WriteAsync<Decision>(transaction => Approve(transaction, reference, approval, actor), cancellationToken);
    }

    /// <summary>Rejects a request; the person is told why, if the address is known to be theirs or the one that wrote.</summary>
    public async ValueTask<Result<AccessRequest>> RejectAsync(string reference, string reason, Actor actor, CancellationToken cancellationToken = default) =>
        RequestRules.CheckWords("reason", reason) is { } problem
            ? problem
            : await ChangeAsync(
                reference,
                static request => request.IsUndecided ? null : Decided(request),
                (transaction, request, now) =>
                {
                    // Whoever filled the form in with somebody else's address must not have us write there.
                    var mayWrite = request.State != RequestState.Unconfirmed;
                    request = Close(transaction, request with { State = RequestState.Rejected, Reason = RequestRules.Lines(reason), DecidedBy = actor.Name, Decided = now }, now);
                    Record(transaction, request, OnboardingActions.Rejected, actor, request.Reason, now);
                    return mayWrite && SendRejection(transaction, request, actor) is { Succeeded: false } sent ? sent.Problem : request;
                },
                cancellationToken).ConfigureAwait(false);

    /// <summary>Opens a rejected request again.</summary>
    public ValueTask<Result<AccessRequest>> ReopenAsync(string reference, Actor actor, CancellationToken cancellationToken = default) => ChangeAsync(
        reference,
        static request => request.State == RequestState.Rejected ? null
            : request.IsUndecided ? Problem.Refused($"Request {request.Reference} is open.")
            : Problem.Refused($"Request {request.Reference} was approved, and the login is there. Suspend or remove the login instead."),
        (transaction, request, now) =>
        {
            var state = request is { Source: RequestSource.Form, Confirmed: null } ? RequestState.Unconfirmed : RequestState.Open;
            request = RequestSql.Save(transaction.Connection, request with { State = state, Reason = null, DecidedBy = null, Decided = null, FirstApprover = null, FirstApproved = null, FirstKind = null, FirstDecision = null }, now);
            Record(transaction, request, OnboardingActions.Reopened, actor, null, now);
            return request;
        },
        cancellationToken);

    /// <summary>Asks the person something; the mail holds a link to the form, filled in.</summary>
    public async ValueTask<Result<AccessRequest>> AskAsync(string reference, string question, Actor actor, CancellationToken cancellationToken = default) =>
        RequestRules.CheckWords("question", question) is { } problem
            ? problem
            : await ChangeAsync(
                reference,
                static request => request.IsUndecided ? null : Decided(request),
                (transaction, request, now) =>
                {
                    request = RequestSql.Save(
                        transaction.Connection, request with { State = RequestState.Asked, Question = RequestRules.Lines(question), FirstApprover = null, FirstApproved = null, FirstKind = null, FirstDecision = null }, now);
                    Record(transaction, request, OnboardingActions.Asked, actor, request.Question, now);
                    return SendQuestion(transaction, request, actor) is { Succeeded: false } sent ? sent.Problem : request;
                },
                cancellationToken).ConfigureAwait(false);

    /// <summary>Sends the mail of the request's state again, with a new link where it has one.</summary>
    public ValueTask<Result<AccessRequest>> ResendAsync(string reference, Actor actor, CancellationToken cancellationToken = default) => ChangeAsync(
        reference,
        static _ => null,
        (transaction, request, now) =>
        {
            var sent = request.State switch
            {
                RequestState.Unconfirmed => SendConfirmation(transaction, request, actor),
                RequestState.Asked => SendQuestion(transaction, request, actor),
                RequestState.Rejected => SendRejection(transaction, request, actor),
                RequestState.Approved => LoginSql.Find(transaction.Connection, request.Login ?? "") is { } login
                    ? SendSetUp(transaction, request, login, actor)
                    : Problem.Refused($"The login {request.Login} of request {request.Reference} is not there any more."),
                _ => SendReceived(transaction, request, actor),
            };
            if (!sent.Succeeded)
            {
                return sent.Problem;
            }

            Record(transaction, request, OnboardingActions.Resent, actor, request.Details.Email, now);
            return request;
        },
        cancellationToken);

    private static Problem Decided(AccessRequest request) => Problem.Refused(
        $"Request {request.Reference} was {request.State.ToWord()} by {request.DecidedBy}{(request.Decided is { } when ? " on " + KeyService.Format(when) : "")}."
        + (request.State == RequestState.Rejected ? " Open it again first with `waybill request reopen`." : ""));

    /// <summary>No link of a decided request opens any more.</summary>
    private static AccessRequest Close(WriteTransaction transaction, AccessRequest request, DateTimeOffset now)
    {
        SecretLinks.Revoke(transaction, ConfirmPurpose, request.Reference);
        SecretLinks.Revoke(transaction, AnswerPurpose, request.Reference);
        return RequestSql.Save(transaction.Connection, request, now);
    }

    private ValueTask<Result<AccessRequest>> ChangeAsync(
        string reference, Func<AccessRequest, Problem?> check, Func<WriteTransaction, AccessRequest, DateTimeOffset, Result<AccessRequest>> change, CancellationToken cancellationToken) =>
        _database.WriteAsync<AccessRequest>(
            transaction =>
            {
                if (RequestSql.Find(transaction.Connection, reference) is not { } request)
                {
                    return RequestSql.Unknown(reference);
                }

                return check(request) is { } problem ? problem : change(transaction, request, _time.GetUtcNow());
            },
            cancellationToken);

    private Result<Decision> Approve(WriteTransaction transaction, string reference, Approval approval, Actor actor)
    {
        var (connection, now) = (transaction.Connection, _time.GetUtcNow());
        if (RequestSql.Find(connection, reference) is not { } request)
        {
            return RequestSql.Unknown(reference);
        }

        if (!request.IsUndecided)
        {
            return Decided(request);
        }

        if (approval.Seen is { } seen && seen != request.Changed)
        {
            return Problem.Refused($"Request {request.Reference} has changed since you looked at it. Look again, then decide.");
        }

        if (approval.Key is { } looked && looked.Trim() != request.Key?.Sha256)
        {
            return Problem.Refused($"Request {request.Reference} has {(request.Key is { } there ? $"the key {there.Sha256}" : "no key")}, and {Words.Show(looked)} was approved. Look again, then decide.");
        }

        if (approval.Verified is not null && RequestRules.CheckWords("description of how the person was verified", approval.Verified) is { } badWords)
        {
            return badWords;
        }

        if (VendorRefusal(request, approval) is { } misnamed)
        {
            return misnamed;
        }

        var before = request;
        request = request with
        {
            Details = request.Details with { Account = approval.Account ?? request.Details.Account, UserName = approval.UserName ?? request.Details.UserName },
            Verified = approval.Verified ?? request.Verified,
        };
        if (request is { Kind: RequestKind.Key, Verified: null })
        {
            return Problem.Refused(
                $"Somebody who cannot sign in asks for another key for {request.Login}. {_options.CallBack ?? "Call the customer back at a number that you know, not at one from the request."} Then say with --verified how you did.");
        }

        var checks = RequestChecks.Of(connection, request, _subscriptions, _options);
        if (checks.Stop is { } stop)
        {
            return Problem.Refused($"Request {request.Reference} cannot be approved like that: {stop.Words}{(stop.ToDo is { } todo ? " " + todo : "")}");
        }

        if (approval.UserName is { } wanted && checks.UserName != wanted)
        {
            return Problem.Refused(request.Kind == RequestKind.Key
                ? "A key for a login that is there changes no user name. Leave --user out."
                : checks.Rows.First(static row => row.Name == "user name").Words + " Choose another one.");
        }

        if (_options.TwoPersons)
        {
            // Whoever approves and also holds a token would be two.
            if (actor.Kind == ActorKind.Token)
            {
                return Problem.Refused($"Request {request.Reference} needs two persons, and a token is none. Approve it in the portal, or with `waybill request approve`.");
            }

            if (!IsApprovedOnce(before, request, checks.UserName!, approval, actor))
            {
                return FirstApproval(transaction, request, checks.UserName!, approval, actor, now);
            }

            if (before.FirstApprover!.Equals(actor.Name, StringComparison.OrdinalIgnoreCase))
            {
                return Problem.Refused($"{before.FirstApprover} has approved request {request.Reference} already; a second person must.");
            }
        }

        if (_options.TwoPersons)
        {
            var first = before.FirstDecision!;
            approval = approval with { StartDirectory = first.StartDirectory, Label = first.Label, RevokeOthers = first.RevokeOthers };
        }

        var done = request.Kind == RequestKind.Key ? ReplaceKey(transaction, request, checks.Login!, approval, actor) : AddLogin(transaction, request, checks, approval, actor);
        if (!done.Succeeded)
        {
            return done.Problem;
        }

        var (_, login) = done.Value;
        request = Close(transaction, request with
        {
            State = RequestState.Approved, Login = login!.UserName, Details = request.Details with { Account = checks.Account!.Number }, Question = null, DecidedBy = actor.Name, Decided = now,
        }, now);
        Record(
            transaction, request, OnboardingActions.Approved, actor,
            $"login {login.UserName}, key {request.Key!.Sha256}" + (request.FirstApprover is { } by ? $", first approved by {by}" : "") + (request.Verified is { } how ? $", verified: {how}" : "")
            + (done.Value.SubscriptionNote is { } note ? $", feeds not set: {note}" : ""), now);
        var sent = SendSetUp(transaction, request, login, actor);
        return sent.Succeeded ? done.Value with { Request = request } : sent.Problem;
    }

    /// <summary>
    /// Whether somebody has approved just this: the same account and user name, and all that was decided with them. Whoever is a person of the portal may also have a shell here, and
    /// be two: only an actor of the same sort is a second one, and any other begins anew.
    /// </summary>
    private static bool IsApprovedOnce(AccessRequest before, AccessRequest request, string userName, Approval approval, Actor actor) =>
        before is { FirstApprover: not null, FirstDecision: { } first } && before.FirstKind == actor.Kind
        && before.Details.Account == request.Details.Account && before.Details.UserName == userName && before.Verified == request.Verified
        && (approval.StartDirectory is not { } start || start == first.StartDirectory) && (approval.Label is not { } label || label == first.Label)
        && (approval.RevokeOthers is not { } revoke || revoke == first.RevokeOthers);

    private Result<Decision> FirstApproval(WriteTransaction transaction, AccessRequest request, string userName, Approval approval, Actor actor, DateTimeOffset now)
    {
        // What the second person confirms must be what can be done then.
        if (LoginService.ParseStart(approval.StartDirectory) is { Succeeded: false } misplaced)
        {
            return misplaced.Problem;
        }

        // What the first person saw is what the second approves: all of it is settled from here on.
        var decision = new FirstDecision(approval.StartDirectory, approval.Label, approval.RevokeOthers == true);
        request = RequestSql.Save(
            transaction.Connection,
            request with { FirstApprover = actor.Name, FirstApproved = now, FirstKind = actor.Kind, FirstDecision = decision, Details = request.Details with { UserName = userName } }, now);
        Record(
            transaction, request, OnboardingActions.FirstApproved, actor,
            $"user name {userName}, key {request.Key!.Sha256}" + (decision.StartDirectory is { } begins ? $", starts in {begins}" : "") + (decision.Label is { } called ? $", key called {called}" : "")
            + (decision.RevokeOthers ? ", its other keys are revoked" : "") + (request.Verified is { } how ? $", verified: {how}" : ""), now);
        return new Decision(request, null);
    }

    private Result<Decision> AddLogin(WriteTransaction transaction, AccessRequest request, RequestChecks checks, Approval approval, Actor actor)
    {
        var account = checks.Account!;
        var isFirst = transaction.Connection.Number("SELECT count(*) FROM login WHERE account_id = @account", ("@account", account.Id)) == 0;
        var login = _logins.Add(
            transaction,
            new NewLogin(IsVendor(checks.UserName) ? LoginKind.Vendor : LoginKind.Customer)
            {
                UserName = checks.UserName, Account = account.Number, StartDirectory = approval.StartDirectory, AllowFrom = request.Details.AllowFrom,
            },
            actor);
        if (!login.Succeeded)
        {
            return login.Problem;
        }

        var key = Install(transaction, request, login.Value, approval, actor);
        if (!key.Succeeded)
        {
            return key.Problem;
        }

        // What cannot be subscribed to is no reason to refuse somebody their access: staff are told.
        Problem? note = null;
        if (request.Details.Feeds.Count + request.Details.FileTypes.Count > 0 && login.Value.Kind == LoginKind.Customer)
        {
            note = _subscriptions.Extend(transaction, account, request.Details.Feeds, request.Details.FileTypes, isFirst, actor).Problem;
        }

        return new Decision(request, login.Value) { SubscriptionNote = note?.Message };
    }

    private Result<Decision> ReplaceKey(WriteTransaction transaction, AccessRequest request, Login login, Approval approval, Actor actor)
    {
        var key = Install(transaction, request, login, approval, actor);
        if (!key.Succeeded)
        {
            return key.Problem;
        }

        List<string> revoked = [];
        if (approval.RevokeOthers == true)
        {
            foreach (var other in KeySql.OfLogin(transaction.Connection, login.Id).Where(other => other.Revoked is null && other.Sha256 != request.Key!.Sha256))
            {
                _keys.Revoke(transaction, login, other, $"replaced by request {request.Reference}", actor);
                revoked.Add(other.Sha256);
            }
        }

        EventSql.Raise(
            transaction.Connection, OnboardingTopics.KeyReplaced, transaction.Connection.Number("SELECT account_id FROM login WHERE id = @id", ("@id", login.Id)),
            new JsonObject
            {
                ["login"] = login.UserName, ["key"] = $"{request.Key!.Type} {request.Key.Sha256}", ["person"] = $"{request.Details.Name} <{request.Details.Email}>", ["revoked"] = revoked.Count,
                ["reference"] = request.Reference,
            },
            _time.GetUtcNow());
        return new Decision(request, login) { Revoked = revoked };
    }

    private Result<KeyAddition> Install(WriteTransaction transaction, AccessRequest request, Login login, Approval approval, Actor actor)
    {
        var parsed = request.Key!.Parse();
        return parsed.Succeeded
            ? _keys.Add(transaction, login.UserName, new NewKey(parsed.Value) { Label = approval.Label, Comment = request.Key.Comment, IsForStaff = true }, actor, out _)
            : parsed.Problem;
    }

    private Outcome SendSetUp(WriteTransaction transaction, AccessRequest request, Login login, Actor actor)
    {
        if (_options.Hosts.Count == 0)
        {
            return Problem.Unusable("Nobody has said where customers connect, so the mail could not say it. Set Ssh:Public in waybill.json.");
        }

        // As the pack behind the mail's link says it.
        var account = AccountService.Find(transaction.Connection, login.Account!)!;
        var hosts = Regions.Choose(account.Region, _options.Hosts, static host => host.Region);
        if (hosts.Count == 0)
        {
            return Problem.Unusable($"{Regions.NoHost(account)} {Regions.AddHost(account)}");
        }

        var values = _mails.Server(hosts);
        values["months"] = RetentionRules.Load(transaction.Connection, _options.RetentionMonths).MonthsOf(account.Id, VaultLayout.RootInVault(login)).ToString(CultureInfo.InvariantCulture);
        values["user"] = login.UserName;
        values["start"] = login.StartDirectory?.ToString() ?? "/";
        values["from"] = login.AllowFrom.Networks.Count == 0 ? "anywhere" : login.AllowFrom.ToString();
        var token = _options.WithPackLink ? PackLinks.Create(_links, transaction, login) : null;
        values["packWords"] = token is null ? "" : string.Create(
            CultureInfo.InvariantCulture, $"Files for your program, ready made, and your own guide, for {PackLimits.LinkTime.TotalDays:0} days:");
        values["pack"] = token is null ? "" : $"{values["packWords"]} {_mails.Link(token)}";
        return _mails.Write(transaction, request, request.Kind == RequestKind.Key ? OnboardingTopics.Replaced : OnboardingTopics.Approved, actor, token, values, account.Id);
    }

    private Outcome SendRejection(WriteTransaction transaction, AccessRequest request, Actor actor) => _mails.Write(
        transaction, request, OnboardingTopics.Rejected, actor, more: new Dictionary<string, string> { ["reason"] = Shown(request.Reason) });

    private Outcome SendReceived(WriteTransaction transaction, AccessRequest request, Actor actor) => _mails.Write(transaction, request, OnboardingTopics.Received, actor);

    /// <summary>The question with the link; what came instead of a key has words of its own.</summary>
    private Outcome SendQuestion(WriteTransaction transaction, AccessRequest request, Actor actor, string? topic = null) => _mails.Write(
        transaction, request, topic ?? OnboardingTopics.Question, actor,
        _links.Create(transaction, AnswerPurpose, request.Reference, OnboardingLimits.AnswerTime),
        new Dictionary<string, string>
        {
            ["question"] = Shown(request.Question),
            ["days"] = OnboardingLimits.AnswerTime.TotalDays.ToString(CultureInfo.InvariantCulture),
        });

    /// <summary>A text of several lines as it stands in a mail; each line is one, whatever it holds.</summary>
    private static string Shown(string? text) => string.Join('\n', (text ?? "-").Split('\n').Select(static line => Notifications.Template.Clean(line)));
}
