using Microsoft.AspNetCore.Http;
using Waybill.Core.People;
using Waybill.Portal.Files;

namespace Waybill.Portal.Requests;

/// <summary>A form that takes a whole mail: large for whoever may decide requests.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class MailUploadAttribute() : LargeFormAttribute(PortalLimits.MailBody)
{
    protected override bool MaySend(PortalSession session, HttpRequest request) => PortalAccess.Check(session, PortalOperation.DecideRequests).Succeeded;
}
