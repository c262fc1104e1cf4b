using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Waybill.Core;
using Waybill.Core.Packs;
using Waybill.Portal.Links;
using Waybill.Portal.Packs;
using Waybill.Portal.Requests;

namespace Waybill.Portal.Pages.Links;

/// <summary>Behind the link of a set-up mail: the connection pack of the login, as often as its holder comes back.</summary>
internal sealed class PackModel(PackLinks links, PackDesk desk) : PageModel
{
    public PackView Pack { get; private set; } = null!;

    public async Task<IActionResult> OnGetAsync([FromRoute] string token, [FromRoute] string? file)
    {
        if (await links.FindAsync(token, HttpContext.RequestAborted) is not { } userName)
        {
            return NotFound();
        }

        // A blank in its name: no login can have it.
        var actor = new Actor(ActorKind.System, "pack link") { Address = RequestPage.AddressOf(HttpContext).ToString() };
        var answer = await desk.AnswerAsync(Request, userName, LinkRouting.PathOf(token), file, actor, HttpContext.RequestAborted);
        Pack = answer.View!;
        return answer.Result ?? Page();
    }
}
