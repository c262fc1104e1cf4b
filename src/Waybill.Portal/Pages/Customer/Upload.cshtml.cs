using System.Globalization;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using Waybill.Core;
using Waybill.Core.AccountFiles;
using Waybill.Core.People;
using Waybill.Portal.Files;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages.Customer;

/// <summary>
/// Takes files: as a form without script, or in pieces by the script, which goes on where an upload broke off. Each way checks the form's token itself, before it takes
/// anything: the framework would read all of the form for it.
/// </summary>
[Permission(PortalOperation.WriteFiles)]
[IgnoreAntiforgeryToken(Order = 1001)]
[RequestSizeLimit(PortalLimits.Upload)]
internal sealed class UploadModel(
    AccountFileService files, TransferRight right, TransferTurns turns, IAntiforgery antiforgery, Answers answers, IStringLocalizer<AccountTexts> texts) : SignedInModel
{
    private const string Piece = "application/octet-stream";

    /// <summary>What went wrong, a sentence for each file.</summary>
    public List<string> Errors { get; } = [];

    /// <summary>Files that are there now.</summary>
    public int Taken { get; private set; }

    public bool MayUpload { get; private set; }

    /// <summary>The folder in the vault, or for the script the file.</summary>
    public string PathInVault { get; private set; } = "/";

    public string Here => AccountPath("/upload" + FileAddress.Of(PathInVault));

    public string Folder => AccountPath("/files" + FileAddress.Of(PathInVault));

    /// <summary>The form; for the script how much of a file is kept.</summary>
    public Task<IActionResult> OnGetAsync() => WithAsync(async session => Request.Query.ContainsKey("progress") ? Answer(await session.ProgressAsync()) : Page());

    [Permission(PortalOperation.WriteFiles)]
    public async Task<IActionResult> OnPostAsync()
    {
        if (Request.ContentLength > PortalLimits.Upload)
        {
            return StatusCode(StatusCodes.Status413PayloadTooLarge);
        }

        var form = new UploadForm(HttpContext, antiforgery);
        if (!await form.IsOursAsync())
        {
            return BadRequest();
        }

        using var turn = turns.TryTake(Session.Person.Id, Access!.Account);
        if (turn is null)
        {
            Response.Headers.RetryAfter = "10";
            return StatusCode(StatusCodes.Status503ServiceUnavailable);
        }

        return await WithAsync(session => string.Equals(Request.ContentType, Piece, StringComparison.OrdinalIgnoreCase) ? TakePieceAsync(session) : TakeFormAsync(session, form));
    }

    private async Task<IActionResult> TakePieceAsync(AccountFileSession session) =>
        long.TryParse(Request.Headers["Upload-Offset"], NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
        && long.TryParse(Request.Headers["Upload-Length"], NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            ? Answer(await session.UploadAsync(offset, length, Request.Body, () => StillMayAsync(session), HttpContext.RequestAborted))
            : BadRequest();

    private async Task<IActionResult> TakeFormAsync(AccountFileSession session, UploadForm form)
    {
        var count = 0;
        try
        {
            while (await form.NextFileAsync() is { } file)
            {
                if (++count > PortalLimits.UploadFiles)
                {
                    Errors.Add(texts["UploadTooMany", PortalLimits.UploadFiles]);
                    break;
                }

                var named = session.In(file.Name);
                var taken = named.Succeeded
                    ? await named.Value.UploadAsync(0, null, file.Body, () => StillMayAsync(session), HttpContext.RequestAborted)
                    : named.Problem;
                if (taken.Succeeded)
                {
                    Taken++;
                }
                else
                {
                    Errors.Add($"{file.Name}: {answers.Of(taken.Problem)}");
                }
            }
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            Errors.Add(texts["UploadBroken"]);
        }

        if (count == 0 && Errors.Count == 0)
        {
            Errors.Add(texts["UploadNone"]);
        }

        return Errors.Count == 0 ? Done("Uploaded", Folder) : Page();
    }

    private ValueTask<Problem?> StillMayAsync(AccountFileSession session) => right.CheckAsync(HttpContext, PortalOperation.WriteFiles, Access!.Account, session);

    private JsonResult Answer(Result<UploadProgress> progress) => progress.Succeeded
        ? new JsonResult(new { offset = progress.Value.Offset, done = progress.Value.IsDone })
        : new JsonResult(new { message = answers.Of(progress.Problem) })
        {
            StatusCode = progress.Problem.Kind switch
            {
                ProblemKind.AlreadyExists => StatusCodes.Status409Conflict,
                ProblemKind.Refused => StatusCodes.Status403Forbidden,
                ProblemKind.LimitReached => StatusCodes.Status507InsufficientStorage,
                ProblemKind.NotFound => StatusCodes.Status404NotFound,
                ProblemKind.Invalid => StatusCodes.Status422UnprocessableEntity,
                _ => StatusCodes.Status503ServiceUnavailable,
            },
        };

    private async Task<IActionResult> WithAsync(Func<AccountFileSession, Task<IActionResult>> use)
    {
        var opened = await files.OpenAsync(Access!, Session.Person, (string?)RouteData.Values["path"], Actor, HttpContext.RequestAborted);
        if (!opened.Succeeded)
        {
            return Refuse(opened.Problem);
        }

        await using var session = opened.Value;
        (PathInVault, MayUpload) = (session.PathInVault, session.MayUpload);
        return await use(session);
    }
}
