using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Waybill.Core.Porting;
using Waybill.Portal.Security;

namespace Waybill.Portal.Porting;

/// <summary>
/// Sends a letter of authority as a file to be saved: it is never shown here, whatever is in it. Its type says nothing, so that no browser opens it by that; and if one did,
/// it could do nothing, since the answer is in a sandbox.
/// </summary>
internal static class LetterResult
{
    public static FileContentResult Of(HttpContext context, PortingLetter letter, byte[] content)
    {
        context.Response.Headers.ContentSecurityPolicy = SecurityHeaders.Sandbox;
        return new FileContentResult(content, "application/octet-stream") { FileDownloadName = letter.Name };
    }
}
