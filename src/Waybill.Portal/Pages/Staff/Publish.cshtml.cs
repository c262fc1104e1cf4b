using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using Waybill.Core;
using Waybill.Core.Accounts;
using Waybill.Core.Feeds;
using Waybill.Core.People;
using Waybill.Portal.Files;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages.Staff;

/// <summary>
/// Publishes files to an account: all of them appear, or none. The form's token is checked here, before anything of it is taken: the framework would read all of it for that.
/// </summary>
[Permission(PortalOperation.Publish)]
[IgnoreAntiforgeryToken(Order = 1001)]
[RequestSizeLimit(PortalLimits.ApiUpload)]
internal sealed class PublishModel(
    AccountService accounts, FeedPublisher publisher, UploadRoom room, PeopleServices people, IAntiforgery antiforgery, Answers answers, IStringLocalizer<StaffTexts> words) : SignedInModel
{
    public Account Account { get; private set; } = null!;

    public IReadOnlyList<FeedType> Types => publisher.Types.All;

    /// <summary>Why nothing was published; null before.</summary>
    public string? Wrong { get; private set; }

    /// <summary>What was sent, to be sent again; files have to be chosen anew.</summary>
    public (string? Feed, bool Replace, string? Reason) Sent { get; private set; }

    /// <summary>The most that a form may hold, in words.</summary>
    public static long Gibibytes => PortalLimits.ApiUpload >> 30;

    public static string PathOf(string account) => AccountsModel.PathOf(account) + "/publish";

    public async Task<IActionResult> OnGetAsync() => await FindAsync() is { } problem ? Refuse(problem) : Page();

    [Permission(PortalOperation.Publish)]
    public async Task<IActionResult> OnPostAsync()
    {
        if (Request.ContentLength > PortalLimits.ApiUpload)
        {
            return StatusCode(StatusCodes.Status413PayloadTooLarge);
        }

        var form = new UploadForm(HttpContext, antiforgery);
        if (!await form.IsOursAsync())
        {
            return BadRequest();
        }

        if (await FindAsync() is { } unknown)
        {
            return Refuse(unknown);
        }

        using var turn = room.TryTake();
        if (turn is null)
        {
            Response.Headers.RetryAfter = "10";
            return StatusCode(StatusCodes.Status503ServiceUnavailable);
        }

        await using var set = new UploadedSet(room);
        Wrong = await ReadAsync(form, set);
        Sent = (form.Field("feed"), form.Field("replace") is not null, form.Field("reason"));
        return Wrong is null ? await PublishAsync(set) : Page();
    }

    private async Task<string?> ReadAsync(UploadForm form, UploadedSet set)
    {
        try
        {
            if (!room.HasRoomFor(Request.ContentLength ?? 0))
            {
                return words["PublishNoRoom"];
            }

            while (await form.NextFileAsync() is { } file)
            {
                switch (await set.AddAsync(file.Name, file.Body, HttpContext.RequestAborted))
                {
                    case UploadVerdict.TooMany:
                        return words["PublishTooMany", FeedLimits.SetFiles];
                    case UploadVerdict.NoRoom:
                        return words["PublishNoRoom"];
                }
            }

            return set.Files.Count == 0 ? words["PublishNone"].Value : null;
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            return words["PublishBroken"];
        }
    }

    private async Task<IActionResult> PublishAsync(UploadedSet set)
    {
        // The files may have been on their way for long: a session that ended meanwhile, or a role that was taken away, counts.
        if (await people.Sessions.FindAsync(SessionCookie.Of(HttpContext), HttpContext.RequestAborted) is not { } now)
        {
            return LocalRedirect(BackPath.With("/sign-in", Request.Path));
        }

        if (PortalAccess.Check(now, PortalOperation.Publish).Problem is { } refused)
        {
            return Refuse(refused);
        }

        var published = await publisher.PublishAsync(
            new PublishRequest(Account.Number, Sent.Feed ?? "", set.Files) { Replace = Sent.Replace, Reason = Sent.Reason?.Trim() }, Actor, HttpContext.RequestAborted);
        Wrong = published.Succeeded
            ? published.Value.Publication is null ? words["PublishUnwanted", string.Join(", ", published.Value.NotSubscribed)].Value : null
            : answers.Of(published.Problem);
        return Wrong is not null ? Page()
            : published.Value!.State == PublicationState.Held ? LocalRedirect($"/staff/held?account={Uri.EscapeDataString(Account.Number)}&{DoneValue}=PublishHeld")
            : Done(published.Value.NotSubscribed.Count > 0 ? "PublishedSome" : "Published", PublishedModel.PathOf(Account.Number));
    }

    // Read from the address by hand: a value that the framework binds makes it read the form.
    private async Task<Problem?> FindAsync()
    {
        var found = await accounts.FindAsync((string)RouteData.Values["number"]!, HttpContext.RequestAborted);
        Account = found.Value!;
        return found.Problem;
    }
}
