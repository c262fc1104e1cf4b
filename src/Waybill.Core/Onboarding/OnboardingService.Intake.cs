using Waybill.Core.Database;
using Waybill.Core.Keys;
using Waybill.Core.Logins;

namespace Waybill.Core.Onboarding;

/// <summary>What staff bring: mails, texts, keys, and what was said on the telephone.</summary>
public sealed partial class OnboardingService
{
    private const string PrivateKeyNote = "A PRIVATE key was sent. It is not stored, and its public half is refused for good. Delete the mail from your mailbox too.";

    /// <summary>
    /// Takes a request in. A mail that was taken in before is that request; one that answers a question goes to its request; a report that a mail did not arrive is noted
    /// there. What is missing is asked back by mail.
    /// </summary>
    public async ValueTask<Result<Intake>> AddAsync(NewRequest request, Actor actor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        MailIntake? file = null;
        if (request.File is { } content)
        {
            var read = MailIntake.Read(content, _types, OwnDomains());
            if (!read.Succeeded)
            {
                return read.Problem;
            }

            file = read.Value;
        }

        // Whatever else becomes of it, a private key that reached us is burnt.
        var intake = file?.Key ?? KeyIntake.None;
        var own = request.KeyFile is { } keyFile ? KeyIntake.Read(keyFile.Span) : null;
        if (await BurnAsync([.. file?.Burnt ?? [], .. own?.Burnt is { } burnt ? new[] { burnt } : []], actor, cancellationToken).ConfigureAwait(false) is { } failed)
        {
            return failed;
        }

        var filled = RequestRules.Trim(request.Details);
        if (RequestRules.Check(filled, _subscriptions).FirstOrDefault() is { } wrong)
        {
            return Problem.Invalid(wrong.Message);
        }

        if (own is not null)
        {
            if (own.Key is null)
            {
                return Problem.Refused(own.Refusal!);
            }

            intake = intake.IsPrivate ? intake : own;
        }

        if (file?.Mail is { IsDeliveryReport: true } report)
        {
            return await BounceAsync(report, actor, cancellationToken).ConfigureAwait(false);
        }

        if (file?.Mail is { IsAutomatic: true })
        {
            return Problem.Refused("A program wrote this mail (a notice of absence), so it is no request, and nothing is answered to it. Take in the person's own mail.");
        }

        var said = file is null ? new RequestDetails() : RequestRules.OnlyValid(file.Details, _subscriptions);
        return await _database.WriteAsync<Intake>(
            transaction => Enter(transaction, request, file, RequestRules.Fill(filled, said), intake.Judge(transaction.Connection), actor), cancellationToken).ConfigureAwait(false);
    }

    private Result<Intake> Enter(WriteTransaction transaction, NewRequest brought, MailIntake? file, RequestDetails details, KeyIntake intake, Actor actor)
    {
        var (connection, now) = (transaction.Connection, _time.GetUtcNow());
        if (file?.MessageId is { } id && Known(connection, id) is { } known)
        {
            return new Intake(known, IntakeOutcome.AlreadyThere, [$"This mail was taken in before: it is request {known.Reference}."]);
        }

        if (file is not null && brought.ReplaceKeyOf is null && file.Answers.Select(answer => Sent(connection, answer)).FirstOrDefault(static each => each is not null) is { } asked
            && asked.Details.Email!.Equals(details.Email, StringComparison.OrdinalIgnoreCase))
        {
            return Answer(transaction, asked, file, details, intake, actor);
        }

        if (details.Email is null)
        {
            return Problem.Invalid("No e-mail address of the person is known, so nobody could be asked or told anything. Give the address too (at the command line with --email).");
        }

        Login? login = null;
        if (brought.ReplaceKeyOf is { } user)
        {
            if ((login = LoginSql.Find(connection, user)) is null)
            {
                return LoginSql.Unknown(user);
            }

            if (login.Account is null)
            {
                return Problem.Refused($"{login.UserName} belongs to no customer. Install its key with `waybill key add`.");
            }

            details = details with { Account = details.Account ?? login.Account };
        }

        if (IsFull(connection, details))
        {
            return Problem.LimitReached($"{OnboardingLimits.OpenPerEmail} requests of {details.Email} wait already. Decide or reject them first: `waybill request list`.");
        }

        var request = RequestSql.Add(connection, new AccessRequest(
            ReferenceId.New(), login is null ? RequestKind.Login : RequestKind.Key, file?.Mail is null ? RequestSource.Command : RequestSource.Mail, RequestState.Open, details, intake.Key)
        {
            Login = login?.UserName, KeyRefusal = intake.Key is null ? intake.Refusal : null, Created = now,
        });
        Remember(connection, file, request);
        Record(transaction, request, OnboardingActions.Added, actor, file?.Mail is null ? "by staff" : $"by mail of {request.Details.Email}: {RequestRules.Cleaned(file.Mail.Header.Text("Subject")) ?? "no subject"}", now);
        return Continue(transaction, request, intake, IntakeOutcome.Added, file?.Notes ?? [], actor, now);
    }

    private Result<Intake> Answer(WriteTransaction transaction, AccessRequest request, MailIntake file, RequestDetails said, KeyIntake intake, Actor actor)
    {
        var now = _time.GetUtcNow();
        if (!request.IsUndecided)
        {
            return Problem.Refused($"This mail answers one about request {request.Reference}, which was {request.State.ToWord()}. Read it, and reopen that request or add a new one with --email.");
        }

        request = Change(request, RequestRules.Fill(request.Details, said), intake.Key) with { KeyRefusal = intake.Key is null ? intake.Refusal ?? request.KeyRefusal : null };
        if (intake.IsPrivate)
        {
            request = request with { Key = null, Verified = null };
        }

        Remember(transaction.Connection, file, request);
        RequestSql.AddEvent(transaction.Connection, request.Id, actor, "mail-in", RequestRules.Cleaned(file.Mail!.Header.Text("Subject")), now);
        Record(transaction, request, OnboardingActions.Answered, actor, $"by mail of {request.Details.Email}", now);
        return Continue(transaction, request, intake, IntakeOutcome.Answered, file.Notes, actor, now);
    }

    /// <summary>Complete: it is staff's to decide. Else the person is asked for what is missing.</summary>
    private Result<Intake> Continue(
        WriteTransaction transaction, AccessRequest request, KeyIntake intake, IntakeOutcome outcome, IReadOnlyList<string> notes, Actor actor, DateTimeOffset now)
    {
        var missing = RequestRules.Missing(request.Details, request.Key is not null, request.Kind).Select(static each => "- " + each.Message).ToList();
        if (missing.Count == 0)
        {
            request = RequestSql.Save(transaction.Connection, request with { State = RequestState.Open }, now);
            TellStaff(transaction, request, now);
            return SendReceived(transaction, request, actor) is { Succeeded: false } receipt ? receipt.Problem : new Intake(request, outcome, notes);
        }

        // A private key has a mail of its own, whose template says what happened; here stands what else is wrong with what was sent.
        if (request.Key is null && intake is { IsPrivate: false, Refusal: { } refusal })
        {
            missing.Insert(0, $"We could not use the key that you sent. {refusal}");
        }

        request = RequestSql.Save(transaction.Connection, request with { State = RequestState.Asked, Question = string.Join('\n', missing) }, now);
        var sent = SendQuestion(transaction, request, actor, intake.IsPrivate ? OnboardingTopics.PrivateKey : null);
        if (!sent.Succeeded)
        {
            return sent.Problem;
        }

        Record(transaction, request, OnboardingActions.Asked, actor, intake.IsPrivate ? "a private key was sent; " + string.Join(' ', missing) : string.Join(' ', missing), now);
        return new Intake(request, outcome, intake.IsPrivate ? [.. notes, PrivateKeyNote] : notes);
    }

    private async ValueTask<Result<Intake>> BounceAsync(Mail.MailFile report, Actor actor, CancellationToken cancellationToken)
    {
        var (id, why) = MailIntake.ReadBounce(report);
        return await _database.WriteAsync<Intake>(
            transaction =>
            {
                var connection = transaction.Connection;
                if (id is null || Sent(connection, id) is not { } request)
                {
                    return Problem.NotFound("This is a report that a mail did not arrive, but that mail was about no request here. Nothing is changed.");
                }

                connection.Execute("UPDATE access_request_event SET bounce = @why WHERE message_id = @id", ("@id", id), ("@why", why));
                RequestSql.AddEvent(connection, request.Id, actor, "bounced", why, _time.GetUtcNow());
                return new Intake(request, IntakeOutcome.Bounced, [$"A mail about request {request.Reference} did not arrive: {why}"]);
            },
            cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<Problem?> BurnAsync(IReadOnlyList<SentHalf> halves, Actor actor, CancellationToken cancellationToken)
    {
        foreach (var half in halves)
        {
            var burnt = await _burnt.AddAsync(half, "a private key was sent with a request for access", actor, cancellationToken).ConfigureAwait(false);
            if (!burnt.Succeeded)
            {
                return burnt.Problem;
            }
        }

        return null;
    }

    private List<string> OwnDomains() =>
    [
        .. new[] { _options.Notifications.SupportMail, _options.Notifications.From }.OfType<string>().Select(static address => address[(address.LastIndexOf('@') + 1)..]).Distinct(),
    ];

    private static AccessRequest? Known(DatabaseConnection connection, string messageId) => connection.First(
        $"{RequestSql.Select} JOIN access_request_mail m ON m.request_id = r.id WHERE m.message_id = @id", RequestSql.Read, ("@id", messageId));

    /// <summary>The request that a mail of ours was about.</summary>
    private static AccessRequest? Sent(DatabaseConnection connection, string messageId) => connection.First(
        $"{RequestSql.Select} JOIN access_request_event e ON e.request_id = r.id WHERE e.message_id = @id", RequestSql.Read, ("@id", messageId));

    private static void Remember(DatabaseConnection connection, MailIntake? file, AccessRequest request)
    {
        if (file?.MessageId is { } id)
        {
            connection.Execute("INSERT INTO access_request_mail (message_id, request_id) VALUES (@id, @request)", ("@id", id), ("@request", request.Id));
        }
    }
}
