using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Waybill.Core.AccountFiles;
using Waybill.Core.People;
using Waybill.Portal.Files;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages.Customer;

/// <summary>Sends a file of an account.</summary>
[Permission(PortalOperation.DownloadFiles)]
internal sealed class DownloadModel(AccountFileService files, TransferRight right, TransferTurns turns) : SignedInModel
{
    public async Task<IActionResult> OnGetAsync()
    {
        using var turn = turns.TryTake(Session.Person.Id, Access!.Account);
        if (turn is null)
        {
            Response.Headers.RetryAfter = "10";
            return StatusCode(StatusCodes.Status503ServiceUnavailable);
        }

        var opened = await files.OpenAsync(Access!, Session.Person, (string?)RouteData.Values["file"], Actor, HttpContext.RequestAborted);
        if (!opened.Succeeded)
        {
            return Refuse(opened.Problem);
        }

        await using var session = opened.Value;
        var content = await session.OpenAsync();
        if (!content.Succeeded)
        {
            return Refuse(content.Problem);
        }

        await using var stream = content.Value;
        stream.MayStill = () => right.CheckAsync(HttpContext, PortalOperation.DownloadFiles, Access!.Account, session);
        await new DownloadResult(stream, session.PathInVault).ExecuteResultAsync(PageContext);
        return new EmptyResult();
    }
}
