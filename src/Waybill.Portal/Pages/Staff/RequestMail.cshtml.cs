using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Localization;
using Waybill.Core.Onboarding;
using Waybill.Core.Onboarding.Mail;
using Waybill.Core.People;
using Waybill.Portal.People;
using Waybill.Portal.Requests;

namespace Waybill.Portal.Pages.Staff;

/// <summary>Takes in a request that came by mail: the mail or its attachment is dropped on the page, as <c>request add --from</c> takes it.</summary>
[Permission(PortalOperation.DecideRequests)]
[MailUpload]
internal sealed class RequestMailModel(OnboardingService onboarding, Answers answers, IStringLocalizer<PackTexts> words) : SignedInModel
{
    /// <summary>What came of it; null before.</summary>
    public Intake? Taken { get; private set; }

    public string? FileError { get; private set; }

    public string? Refusal { get; private set; }

    public string? Email { get; private set; }

    public string? Account { get; private set; }

    public string? Login { get; private set; }

    /// <summary>What was done, in words.</summary>
    public string Outcome => words[(Taken!.Outcome, Taken.Request.State) switch
    {
        (IntakeOutcome.AlreadyThere, _) => "MailInAlreadyThere",
        (IntakeOutcome.Bounced, _) => "MailInBounced",
        (_, RequestState.Asked) => "MailInAsked",
        (IntakeOutcome.Answered, _) => "MailInAnswered",
        _ => "MailInAdded",
    }];

    [Permission(PortalOperation.DecideRequests)]
    public async Task OnPostAsync(IFormFile? file, string? email, string? account, string? login)
    {
        (Email, Account, Login) = (Given(email), Given(account), Given(login));
        FileError = file switch
        {
            null or { Length: 0 } => words["MailInFileMissing"].Value,
            { Length: > MailLimits.Size } => words["MailInFileTooLarge", MailLimits.Size / 1024 / 1024].Value,
            _ => null,
        };
        if (FileError is not null)
        {
            return;
        }

        var content = new byte[file!.Length];
        await using var stream = file.OpenReadStream();
        await stream.ReadExactlyAsync(content, HttpContext.RequestAborted);

        // Not ended by a browser that goes away: a private key in it is refused for good all the same.
        var taken = await onboarding.AddAsync(new NewRequest { File = content, ReplaceKeyOf = Login, Details = new RequestDetails { Email = Email, Account = Account } }, Actor, CancellationToken.None);
        Taken = taken.Value;
        Refusal = taken.Problem is { } problem ? answers.Of(problem) : null;
    }
}
