using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Waybill.Core.Audit;
using Waybill.Core.People;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages.Staff;

/// <summary>What the search finds, all of it, as a file that is safe to open in a spreadsheet: what <c>waybill audit export</c> writes.</summary>
[Permission(PortalOperation.ExportAudit)]
internal sealed class AuditExportModel(AuditLog audit, ExportTurns turns, TimeProvider time) : SignedInModel
{
    public async Task<IActionResult> OnGetAsync()
    {
        var filter = AuditFilter.Read(Request.Query, Zone);
        if (filter.IsFromWrong || filter.IsUntilWrong)
        {
            return Redirect("/staff/audit" + filter.ToQueryString());
        }

        using var turn = turns.TryTake();
        if (turn is null)
        {
            return StatusCode(StatusCodes.Status503ServiceUnavailable);
        }

        var export = await AuditExport.BeginAsync(audit, filter.Query, Actor, HttpContext.RequestAborted);
        if (!export.Succeeded)
        {
            return Refuse(export.Problem);
        }

        Response.ContentType = "text/csv; charset=utf-8";
        Response.Headers.ContentDisposition = string.Create(CultureInfo.InvariantCulture, $"attachment; filename=\"audit-{time.GetUtcNow():yyyy-MM-dd}.csv\"");
        await using var output = new StreamWriter(Response.Body, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true);
        await export.Value.WriteAsync(output, HttpContext.RequestAborted);
        return new EmptyResult();
    }
}
