using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Net.Http.Headers;
using Waybill.Core.AccountFiles;
using Waybill.Portal.Security;

namespace Waybill.Portal.Files;

/// <summary>
/// Sends a file, or the range of it that was asked for, and records what was sent once the connection has taken it. It is a download whatever it holds: shown here, a
/// page that a customer put there would be the portal's.
/// </summary>
internal sealed class DownloadResult(AccountFileStream content, string path) : ActionResult
{
    public override async Task ExecuteResultAsync(ActionContext context)
    {
        var http = context.HttpContext;
        var isWhole = false;
        http.Response.Headers.ContentSecurityPolicy = SecurityHeaders.Sandbox;
        try
        {
            var result = new FileStreamResult(content, "application/octet-stream")
            {
                FileDownloadName = FileAddress.DownloadName(path),
                EnableRangeProcessing = true,
                EntityTag = new EntityTagHeaderValue(content.Tag),
                LastModified = content.Modified,
            };
            await result.ExecuteResultAsync(context);
            if (content.IsStopped)
            {
                http.Abort();
                return;
            }

            await http.Response.CompleteAsync();
            isWhole = !http.RequestAborted.IsCancellationRequested;
        }
        finally
        {
            await content.RecordAsync(isCut: !isWhole, isEmpty: HttpMethods.IsGet(http.Request.Method) && http.Response.StatusCode == StatusCodes.Status200OK);
        }
    }
}
