using Microsoft.Extensions.Localization;
using Waybill.Core.Audit;
using Waybill.Core.People;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages.Staff;

/// <summary>The audit: the same filters as <c>waybill audit search</c>, the newest rows first.</summary>
[Permission(PortalOperation.SearchAudit)]
internal sealed class AuditModel(AuditLog audit, IStringLocalizer<StaffTexts> words) : SignedInModel
{
    public AuditFilter Filter { get; private set; } = null!;

    public IReadOnlyList<AuditRecord> Rows { get; private set; } = [];

    public string? More { get; private set; }

    public bool MayExport => May(PortalOperation.ExportAudit);

    public string Export => "/staff/audit/export" + Filter.ToQueryString();

    public string? WrongTime(bool isWrong) => isWrong ? words["AuditTimeWrong"].Value : null;

    public async Task OnGetAsync(string? after)
    {
        Filter = AuditFilter.Read(Request.Query, Zone);
        if (Filter.IsFromWrong || Filter.IsUntilWrong)
        {
            return;
        }

        var page = await audit.SearchAsync(Filter.Query with { Size = PortalLimits.ListRows, After = after }, HttpContext.RequestAborted);
        Rows = page.Items;
        More = NextPage(page.Next);
    }
}
