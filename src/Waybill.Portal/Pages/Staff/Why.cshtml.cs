using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using Waybill.Core;
using Waybill.Core.Accounts;
using Waybill.Core.Audit;
using Waybill.Core.Diagnosis;
using Waybill.Core.Keys;
using Waybill.Core.Logins;
using Waybill.Core.People;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages.Staff;

/// <summary>Why somebody cannot connect: what the server saw, in words, and what to do, each with the button that does it. It answers what <c>waybill why</c> does.</summary>
[Permission(PortalOperation.SeeConnections)]
internal sealed class WhyModel(
    DiagnosisService diagnosis, IRunningServer server, KeyService keys, LoginService logins, AccountService accounts, AuditLog audit, Answers answers,
    IStringLocalizer<StaffTexts> words) : SignedInModel
{
    public string? Query { get; private set; }

    /// <summary>What was found; null when nothing was asked, or nothing is known.</summary>
    public ConnectionDiagnosis? Found { get; private set; }

    /// <summary>Why nothing is known, or what stands against what was tried.</summary>
    public string? Refusal { get; private set; }

    /// <summary>The form of a remedy, for this reader; null for none.</summary>
    public string? HandlerOf(Remedy? remedy) => remedy?.Kind switch
    {
        RemedyKind.ResumeAccount when May(PortalOperation.ChangeAccounts) => "ResumeAccount",
        RemedyKind.ResumeLogin when May(PortalOperation.ChangeLogins) => "ResumeLogin",
        RemedyKind.AllowAddresses when May(PortalOperation.ChangeLogins) => "Allow",
        RemedyKind.AddOfferedKey when May(PortalOperation.ChangeKeys) => "AddKey",
        RemedyKind.ClearPenalty when May(PortalOperation.ClearPenalties) => "Unblock",
        _ => null,
    };

    public Task OnGetAsync(string? q) => ShowAsync(q);

    [Permission(PortalOperation.ChangeKeys)]
    public async Task<IActionResult> OnPostAddKeyAsync(string? q, string? target, string? value) =>
        await DoneAsync(q, "WhyKeyAdded", (await keys.AddOfferedAsync(target ?? "", value ?? "", null, null, forStaff: true, Actor)).Problem);

    [Permission(PortalOperation.ChangeLogins)]
    public async Task<IActionResult> OnPostResumeLoginAsync(string? q, string? target) => await DoneAsync(q, "WhyLoginResumed", (await logins.ResumeAsync(target ?? "", Actor)).Problem);

    [Permission(PortalOperation.ChangeLogins)]
    public async Task<IActionResult> OnPostAllowAsync(string? q, string? target, string? value)
    {
        // Added to what is allowed now: a list that is empty, or from a page of yesterday, must not open the login to everybody.
        string[] addresses = [.. (value ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        if (addresses.Length is 0 or > DiagnosisService.MaximumRefused || !addresses.All(static address => IPAddress.TryParse(address, out _)))
        {
            return await DoneAsync(q, "", new Problem(ProblemKind.Invalid, words["WhyNoAddress"]));
        }

        var login = await logins.FindAsync(target ?? "", HttpContext.RequestAborted);
        if (login.Succeeded && login.Value.AllowFrom.Networks.Count > 0)
        {
            login = await logins.SetAllowedNetworksAsync(login.Value.UserName, [.. login.Value.AllowFrom.Networks.Select(static network => network.ToString()).Union(addresses)], Actor);
        }

        return await DoneAsync(q, "WhyAddressAllowed", login.Problem);
    }

    [Permission(PortalOperation.ChangeAccounts)]
    public async Task<IActionResult> OnPostResumeAccountAsync(string? q, string? target) => await DoneAsync(q, "WhyAccountResumed", (await accounts.ResumeAsync(target ?? "", Actor)).Problem);

    [Permission(PortalOperation.ClearPenalties)]
    public async Task<IActionResult> OnPostUnblockAsync(string? q, string? target)
    {
        if (!IPAddress.TryParse(target, out var source))
        {
            return await DoneAsync(q, "", new Problem(ProblemKind.Invalid, words["WhyNoAddress"]));
        }

        // Recorded first: nobody is forgiven without a row.
        var recorded = await audit.AppendAsync(new AuditEntry(AuditActions.PenaltiesCleared, Actor) { Subject = source.ToString() });
        if (recorded.Succeeded)
        {
            server.Forgive(source);
        }

        return await DoneAsync(q, "WhyUnblocked", recorded.Problem);
    }

    private async Task<IActionResult> DoneAsync(string? q, string done, Problem? problem)
    {
        if (problem is null)
        {
            return LocalRedirect("/staff/why" + QueryString.Create("q", q ?? "").Add(DoneValue, done));
        }

        await ShowAsync(q);
        Refusal = answers.Of(problem);
        return Page();
    }

    private async Task ShowAsync(string? q)
    {
        if (string.IsNullOrWhiteSpace(q))
        {
            return;
        }

        Query = q.Trim();
        var found = await diagnosis.ExplainAsync(Query, server.Penalties, HttpContext.RequestAborted);
        (Found, Refusal) = (found.Value, found.Problem is { } problem ? answers.Of(problem) : null);
    }
}
