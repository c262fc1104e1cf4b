using Waybill.Core.People;
using Waybill.Core.Retention;
using Waybill.Portal.Files;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages.Customer;

/// <summary>How long an account's files stay, and what goes next.</summary>
[Permission(PortalOperation.SeeOwnRetention)]
internal sealed class RetentionModel(AccountRetention retention, PortalOptions options) : SignedInModel
{
    public IReadOnlyList<RetentionPolicy> Policies { get; private set; } = [];

    public IReadOnlyList<PlannedFile> Goes { get; private set; } = [];

    public string? More { get; private set; }

    /// <summary>How long where no policy says otherwise; a policy for the whole account does.</summary>
    public int? Months => Policies.Any(static policy => policy.Account is not null && policy.Folder == "/") ? null : options.RetentionMonths;

    public string DownloadOf(PlannedFile file) => AccountPath("/download" + FileAddress.Of(file.Path));

    public async Task OnGetAsync(string? after)
    {
        Policies = await retention.PoliciesAsync(Access!.Account, HttpContext.RequestAborted);
        var page = await retention.MarkedAsync(Access.Account, PortalLimits.ListRows, after, HttpContext.RequestAborted);
        (Goes, More) = (page.Items, NextPage(page.Next));
    }
}
