using Microsoft.AspNetCore.Http;
using Waybill.Core.Porting;

namespace Waybill.Portal.Porting;

/// <summary>The fields of an order in a page.</summary>
/// <param name="Form">What stands in them.</param>
/// <param name="Action">Where they are sent.</param>
/// <param name="Button">The key of the words of the button.</param>
/// <param name="Error">What is wrong with what was sent; null for nothing.</param>
internal sealed record PortingFields(PortingForm Form, string Action, string Button, string? Error)
{
    /// <summary>What was sent.</summary>
    public static PortingForm Of(IFormCollection form) => new()
    {
        Main = form["main"], MainPorts = form["mainPorts"], Numbers = form["numbers"], Address = form["address"], Postcode = form["postcode"], LosingProvider = form["losingProvider"],
        LosingAccount = form["losingAccount"], Line = form["line"], RangeHolder = form["rangeHolder"], Signatory = form["signatory"], Wanted = form["wanted"],
    };
}
