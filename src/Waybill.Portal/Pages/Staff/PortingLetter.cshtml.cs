using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Waybill.Core.People;
using Waybill.Core.Porting;
using Waybill.Portal.People;
using Waybill.Portal.Porting;

namespace Waybill.Portal.Pages.Staff;

/// <summary>A letter of authority as a file to be saved, for the provider's people.</summary>
[Permission(PortalOperation.SeePorting)]
internal sealed class PortingLetterModel(PortingService porting) : SignedInModel
{
    public async Task<IActionResult> OnGetAsync(string order, string letter)
    {
        if (!long.TryParse(letter, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
        {
            return NotFound();
        }

        // Recorded whole also when the browser goes away.
        var fetched = await porting.FetchLetterAsync(null, order, id, Actor, CancellationToken.None);
        return fetched.Succeeded ? LetterResult.Of(HttpContext, fetched.Value.Letter, fetched.Value.Content) : Refuse(fetched.Problem);
    }
}
