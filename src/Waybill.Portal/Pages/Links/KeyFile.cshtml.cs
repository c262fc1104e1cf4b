using System.Net.Mime;
using Microsoft.AspNetCore.Mvc;
using Waybill.Core.Keys.Handover;

namespace Waybill.Portal.Pages.Links;

/// <summary>The file of a private key, for a code.</summary>
internal sealed class KeyFileModel(KeyHandovers handovers, PortalOptions options) : KeyPartModel(handovers, HandoverPart.File, options)
{
    public override string ButtonText => "KeyFileButton";

    protected override async Task<IActionResult> HandOverAsync(HandoverParcel parcel)
    {
        Response.ContentType = MediaTypeNames.Application.Octet;
        Response.ContentLength = parcel.Content.Length;
        Response.Headers.ContentDisposition = $"attachment; filename=\"{parcel.FileName}\"";
        await Response.Body.WriteAsync(parcel.Content, HttpContext.RequestAborted);
        return new EmptyResult();
    }
}
