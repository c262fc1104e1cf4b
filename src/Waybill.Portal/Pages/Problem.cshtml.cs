using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages;

/// <summary>What a person is told in place of a page.</summary>
internal sealed class ProblemModel(IStringLocalizer<Texts> texts) : PageModel
{
    public int Code { get; private set; }

    public string Title { get; private set; } = "";

    public string Words { get; private set; } = "";

    public IActionResult OnGet()
    {
        if (HttpContext.Features.Get<IStatusCodeReExecuteFeature>() is null)
        {
            return NotFound();
        }

        Code = Response.StatusCode;
        var name = Code switch
        {
            400 => "BadRequest",
            403 => "Refused",
            404 or 405 => "NotFound",
            413 or 414 or 431 => "TooLarge",
            429 => "TooMany",
            503 => "Busy",
            _ => "Failed",
        };
        (Title, Words) = (texts[$"Problem{name}Title"], HttpContext.Features.Get<Refusal>()?.Words ?? texts[$"Problem{name}Words"]);
        return Page();
    }
}
