using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Waybill.Portal.Pages;

/// <summary>What a person is told in place of a page.</summary>
internal sealed class ProblemModel : PageModel
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
            404 or 405 => "NotFound",
            413 or 414 or 431 => "TooLarge",
            429 => "TooMany",
            503 => "Busy",
            _ => "Failed",
        };
        (Title, Words) = ($"Problem{name}Title", $"Problem{name}Words");
        return Page();
    }
}
