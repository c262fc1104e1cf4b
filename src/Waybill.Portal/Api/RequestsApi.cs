using System.Text;
using Microsoft.AspNetCore.Http;
using Waybill.Core;
using Waybill.Core.Onboarding;
using Waybill.Core.Onboarding.Mail;
using Waybill.Core.Vaults;
using static Waybill.Portal.Api.ApiEndpoint;

namespace Waybill.Portal.Api;

/// <summary>Requests for access, and invitations.</summary>
internal static class RequestsApi
{
    private const string Read = "requests:read";
    private const string Write = "requests:write";

    private static readonly RequestState[] Undecided = [RequestState.Unconfirmed, RequestState.Open, RequestState.Asked];

    public static IReadOnlyList<ApiEndpoint> Endpoints { get; } =
    [
        Get<Page<AccessRequest>>("/v1/requests", "listRequests", Read, "List requests, the newest first; those that are not decided, unless a state or all is asked for.", ListAsync, ApiPaging.With(
            ApiParameter.Word<RequestState>("state", "of this state only"), ApiParameter.Flag("all", "decided ones too"), ApiParameter.Text("account", "that give this account number"),
            ApiParameter.Text("text", $"an id, an account number, or the beginning of an e-mail address or a company, of {OnboardingLimits.SearchLength} characters or more; decided ones too, unless a state is asked for"))),
        Post<IntakeView>("/v1/requests", "addRequest", Write, "Take in a request; what is missing is asked back by mail.", AddAsync, typeof(NewRequestBody)).Creates()
            with { TakesKeys = true, Notes = "One that is there already is answered with 200. Of a private key nothing is kept but its public fingerprint, which is refused for good." },
        new(HttpMethods.Post, "/v1/requests/mail", "addMail", Write, "Take in a mail with a request, an answer or a bounce, as `request add --from` does; what is missing is asked back by mail.", AddMailAsync)
        {
            Response = typeof(IntakeView), Status = StatusCodes.Status201Created, Upload = "message/rfc822", UploadAs = ApiUploadKind.Memory, UploadSize = MailLimits.Size,
            Query =
            [
                ApiParameter.Text("email", "the person's address, where the mail is not theirs"), ApiParameter.Text("account", "the account number, where the mail does not give it"),
                ApiParameter.Text("login", "they cannot sign in and need another key for this login"),
            ],
            Notes = $"The body is the mail as it is, a text with the fields of the form, or a key; at most {MailLimits.Size >> 20} MiB. It is not kept. What is there already, or goes to a request that is " +
                "there, is answered with 200. Of a private key nothing is kept but its public fingerprint, which is refused for good.",
        },
        Get<RequestView>("/v1/requests/{request}", "showRequest", Read, "Show a request: what matches, what does not, and what happened.", ShowAsync),
        Post<DecisionView>("/v1/requests/{request}/approve", "approveRequest", Write, "Approve a request: makes the login with its key, and sends the set-up mail.", ApproveAsync, typeof(ApprovalBody))
            with { Notes = "Not where the provider wants two persons to approve: a token is none." },
        Post<AccessRequest>("/v1/requests/{request}/reject", "rejectRequest", Write, "Reject a request; the person is told why.", RejectAsync, typeof(NeededReasonBody)),
        Post<AccessRequest>("/v1/requests/{request}/ask", "askAboutRequest", Write, "Ask the person something; the mail has a link to the form, filled in.", AskAsync, typeof(QuestionBody)),
        Post<AccessRequest>("/v1/requests/{request}/reopen", "reopenRequest", Write, "Open a rejected request again.", ReopenAsync),
        Post<AccessRequest>("/v1/requests/{request}/resend", "resendRequest", Write, "Send the mail of the request's state again, with a new link.", ResendAsync),
        Get<Page<WaitingInvitation>>("/v1/invitations", "listInvitations", Read, "List invitations that wait for an answer, the newest first.", ListInvitationsAsync, ApiPaging.With(
            ApiParameter.Text("account", "to one account only"))),
        Post<InvitationView>("/v1/invitations", "invite", Write, "Send somebody a link to the form, filled in, for a known account.", InviteAsync, typeof(NewInvitationBody)).Creates(),
        Post<WithdrawnInvitationView>("/v1/invitations/{invitation:long}/withdraw", "withdrawInvitation", Write, "Take an invitation back: its link opens nothing any more.", WithdrawAsync),
    ];

    private static async ValueTask<ApiAnswer> ListAsync(ApiCall call)
    {
        var asked = call.Word<RequestState>("state");
        if (call.Text("text") is { } text)
        {
            return ApiAnswer.Of(await call.Get<OnboardingService>().SearchAsync(
                new RequestQuery { Text = text, State = asked, Account = call.Text("account"), Size = call.Limit, After = call.After }, call.Cancel));
        }

        RequestState[] states = asked is { } state ? [state] : call.Flag("all") ? [] : Undecided;
        return ApiAnswer.Of(await call.Get<OnboardingService>().ListAsync(states, call.Text("account"), call.Limit, call.After, call.Cancel));
    }

    private static async ValueTask<ApiAnswer> AddAsync(ApiCall call)
    {
        var body = call.Body<NewRequestBody>();
        var taken = await call.Get<OnboardingService>().AddAsync(
            new NewRequest
            {
                KeyFile = body.Key is { } key ? Encoding.UTF8.GetBytes(key) : null,
                ReplaceKeyOf = body.ReplaceKeyOf,
                Details = new RequestDetails
                {
                    FirstName = body.FirstName, LastName = body.LastName, Email = body.Email, Phone = body.Phone, Company = body.Company, Account = body.Account, UserName = body.UserName,
                    Feeds = body.Feeds ?? [], FileTypes = body.FileTypes ?? [], Automation = body.Automation, AllowFrom = body.AllowFrom ?? [],
                },
            },
            call.Actor, call.Cancel);
        return View(taken);
    }

    private static async ValueTask<ApiAnswer> AddMailAsync(ApiCall call) => View(await call.Get<OnboardingService>().AddAsync(
        new NewRequest
        {
            File = call.Body<ReadOnlyMemory<byte>>(), ReplaceKeyOf = call.Text("login"), Details = new RequestDetails { Email = call.Text("email"), Account = call.Text("account") },
        },
        call.Actor, call.Cancel));

    private static ApiAnswer View(Result<Intake> taken) => taken.Succeeded
        ? ApiAnswer.Of(new IntakeView(taken.Value.Request, taken.Value.Outcome, taken.Value.Notes)) with { Status = taken.Value.Outcome == IntakeOutcome.Added ? null : 200 }
        : taken.Problem;

    private static async ValueTask<ApiAnswer> ShowAsync(ApiCall call) => ApiAnswer.Of(await call.Get<OnboardingService>().ShowAsync(call.Path("request"), call.Cancel));

    private static async ValueTask<ApiAnswer> ApproveAsync(ApiCall call)
    {
        var body = call.Body<ApprovalBody>();
        var decided = await call.Get<OnboardingService>().ApproveAsync(
            call.Path("request"),
            new Approval
            {
                Key = body.Key, Account = body.Account, UserName = body.UserName, StartDirectory = body.StartDirectory, Label = body.Label, Verified = body.Verified, RevokeOthers = body.RevokeOthers,
            },
            call.Actor, call.Cancel);
        if (!decided.Succeeded)
        {
            return decided.Problem;
        }

        var decision = decided.Value;
        return decision.Login is { } login && call.Get<VaultDirectories>().Ensure(login) is { Succeeded: false } failed
            ? failed.Problem
            : ApiAnswer.Of(new DecisionView(decision.Request, decision.Login?.UserName, decision.Revoked, decision.SubscriptionNote));
    }

    private static async ValueTask<ApiAnswer> RejectAsync(ApiCall call) =>
        ApiAnswer.Of(await call.Get<OnboardingService>().RejectAsync(call.Path("request"), call.Body<NeededReasonBody>().Reason, call.Actor, call.Cancel));

    private static async ValueTask<ApiAnswer> AskAsync(ApiCall call) =>
        ApiAnswer.Of(await call.Get<OnboardingService>().AskAsync(call.Path("request"), call.Body<QuestionBody>().Question, call.Actor, call.Cancel));

    private static async ValueTask<ApiAnswer> ReopenAsync(ApiCall call) => ApiAnswer.Of(await call.Get<OnboardingService>().ReopenAsync(call.Path("request"), call.Actor, call.Cancel));

    private static async ValueTask<ApiAnswer> ResendAsync(ApiCall call) => ApiAnswer.Of(await call.Get<OnboardingService>().ResendAsync(call.Path("request"), call.Actor, call.Cancel));

    private static async ValueTask<ApiAnswer> ListInvitationsAsync(ApiCall call) =>
        ApiAnswer.Of(await call.Get<OnboardingService>().InvitationsAsync(call.Text("account"), call.Limit, call.After, call.Cancel));

    private static async ValueTask<ApiAnswer> WithdrawAsync(ApiCall call)
    {
        var invitation = call.PathNumber("invitation");
        return ApiAnswer.Of(await call.Get<OnboardingService>().WithdrawAsync(invitation, call.Actor, call.Cancel), email => new WithdrawnInvitationView(invitation, email));
    }

    private static async ValueTask<ApiAnswer> InviteAsync(ApiCall call)
    {
        var body = call.Body<NewInvitationBody>();
        var invited = await call.Get<OnboardingService>().InviteAsync(
            new NewInvitation(body.Account, body.Email)
            {
                FirstName = body.FirstName, LastName = body.LastName, Phone = body.Phone, UserName = body.UserName, Feeds = body.Feeds ?? [], FileTypes = body.FileTypes ?? [],
                Lifetime = body.Days is { } days ? TimeSpan.FromDays(days) : null,
            },
            call.Actor, call.Cancel);

        // The link is for the one who is invited, and goes to them by mail alone.
        return ApiAnswer.Of(invited, static invitation => new InvitationView(invitation.Details, invitation.InvitedBy, invitation.Expires));
    }

    internal sealed record NewRequestBody(
        string? FirstName = null, string? LastName = null, string? Email = null, string? Phone = null, string? Company = null, string? Account = null, string? UserName = null,
        IReadOnlyList<string>? Feeds = null, IReadOnlyList<string>? FileTypes = null, bool Automation = false, IReadOnlyList<string>? AllowFrom = null, string? Key = null,
        string? ReplaceKeyOf = null);

    internal sealed record IntakeView(AccessRequest Request, IntakeOutcome Outcome, IReadOnlyList<string> Notes);

    internal sealed record ApprovalBody(
        string Key, string? Account = null, string? UserName = null, string? StartDirectory = null, string? Label = null, string? Verified = null, bool? RevokeOthers = null);

    internal sealed record DecisionView(AccessRequest Request, string? Login, IReadOnlyList<string> Revoked, string? SubscriptionNote);

    internal sealed record QuestionBody(string Question);

    internal sealed record NewInvitationBody(
        string Account, string Email, string? FirstName = null, string? LastName = null, string? Phone = null, string? UserName = null, IReadOnlyList<string>? Feeds = null,
        IReadOnlyList<string>? FileTypes = null, int? Days = null);

    internal sealed record WithdrawnInvitationView(long Id, string Email);

    internal sealed record InvitationView(RequestDetails Details, string InvitedBy, DateTimeOffset Expires);
}
