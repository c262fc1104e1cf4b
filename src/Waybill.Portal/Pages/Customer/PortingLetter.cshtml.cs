using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Waybill.Core.People;
using Waybill.Core.Porting;
using Waybill.Portal.People;
using Waybill.Portal.Porting;

namespace Waybill.Portal.Pages.Customer;

/// <summary>A letter of authority as a file to be saved, for the people of its account.</summary>
[Permission(PortalOperation.SeeOwnPorting)]
internal sealed class PortingLetterModel(PortingService porting) : SignedInModel
{
    public async Task<IActionResult> OnGetAsync(string order, string letter)
    {
        if (!long.TryParse(letter, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
        {
            return NotFound();
        }

        // Recorded whole also when the browser goes away.
        var fetched = await porting.FetchLetterAsync(Access!.Account, order, id, Actor, CancellationToken.None);
        return fetched.Succeeded ? LetterResult.Of(HttpContext, fetched.Value.Letter, fetched.Value.Content) : Refuse(fetched.Problem);
    }
}
