using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using Waybill.Core;
using Waybill.Core.Logins;
using Waybill.Core.Onboarding;
using Waybill.Core.People;
using Waybill.Portal.Files;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages.Customer;

/// <summary>The vendors of an account: what they deliver, and whether they may. An owner asks for their logins, invites their people, suspends and resumes them.</summary>
[Permission(PortalOperation.SeeOwnVendors)]
internal sealed class VendorsModel(
    AccountVendors vendors, OnboardingService onboarding, PeopleServices people, Answers answers, IStringLocalizer<AccountTexts> texts) : SignedInModel
{
    public IReadOnlyList<VendorView> Vendors { get; private set; } = [];

    /// <summary>Logins that wait for the provider's decision.</summary>
    public IReadOnlyList<AccessRequest> Waiting { get; private set; } = [];

    public string? More { get; private set; }

    public string? Error { get; private set; }

    public string? AskError { get; private set; }

    /// <summary>What was sent with the form that came back.</summary>
    public string? Vendor { get; private set; }

    public string? Name { get; private set; }

    public string? Email { get; private set; }

    public string Here => AccountPath("/vendors");

    public string LoginOf(VendorView vendor) => AccountPath("/logins/" + Uri.EscapeDataString(vendor.Login.UserName));

    public string FolderOf(VendorView vendor) => AccountPath("/files" + FileAddress.Of("/vendors/" + vendor.Login.Vendor));

    public string DownloadOf(string path) => AccountPath("/download" + FileAddress.Of(path));

    public Task<IActionResult> OnGetAsync(string? after) => ShowAsync(after);

    [Permission(PortalOperation.ChangeOwnVendors)]
    public async Task<IActionResult> OnPostAskAsync(string? vendor, string? name, string? email)
    {
        (Vendor, Name, Email) = (vendor, name, email);
        if (string.IsNullOrWhiteSpace(vendor) || string.IsNullOrWhiteSpace(name) || string.IsNullOrWhiteSpace(email))
        {
            AskError = texts["VendorsMissing"];
            return await ShowAsync(null);
        }

        var asked = await onboarding.AskForVendorAsync(new NewVendor(Access!.Account, vendor, email, name), Actor, HttpContext.RequestAborted);
        if (asked.Succeeded)
        {
            return Done("VendorAsked", Here);
        }

        AskError = answers.Of(asked.Problem);
        return await ShowAsync(null);
    }

    [Permission(PortalOperation.ChangeOwnVendors)]
    public async Task<IActionResult> OnPostInviteAsync(string? login, string? name, string? email)
    {
        var found = await vendors.FindAsync(Access!, login ?? "", HttpContext.RequestAborted);
        if (!found.Succeeded)
        {
            return await FailAsync(found.Problem);
        }

        var invited = await people.Invitations.InviteToAccountAsync(
            new NewPerson((email ?? "").Trim(), (name ?? "").Trim()) { Roles = [new RoleGrant(PersonRole.Vendor, Access!.Account, found.Value.Vendor)] }, Actor, HttpContext.RequestAborted);
        return invited.Succeeded ? Done("Invited", Here) : await FailAsync(invited.Problem);
    }

    [Permission(PortalOperation.ChangeOwnVendors)]
    public async Task<IActionResult> OnPostSuspendAsync(string? login, string? reason)
    {
        var done = await vendors.SuspendAsync(Access!, login ?? "", reason, Actor, HttpContext.RequestAborted);
        if (!done.Succeeded)
        {
            return await FailAsync(done.Problem);
        }

        return Done("VendorSuspended", Here);
    }

    [Permission(PortalOperation.ChangeOwnVendors)]
    public async Task<IActionResult> OnPostResumeAsync(string? login)
    {
        var done = await vendors.ResumeAsync(Access!, login ?? "", Actor, HttpContext.RequestAborted);
        return done.Succeeded ? Done("VendorResumed", Here) : await FailAsync(done.Problem);
    }

    private async Task<IActionResult> FailAsync(Problem problem)
    {
        Error = problem.Kind == ProblemKind.NotFound ? texts["VendorsNotThere"] : answers.Of(problem);
        return await ShowAsync(null);
    }

    private async Task<IActionResult> ShowAsync(string? after)
    {
        var page = await vendors.ListAsync(Access!, PortalLimits.ListRows, after, HttpContext.RequestAborted);
        (Vendors, More) = (page.Items, NextPage(page.Next));
        Waiting = await onboarding.WaitingVendorsAsync(Access!.Account, PortalLimits.ListRows, HttpContext.RequestAborted);
        return Page();
    }
}
