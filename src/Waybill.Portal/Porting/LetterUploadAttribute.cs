using Microsoft.AspNetCore.Http;
using Waybill.Core.People;
using Waybill.Portal.Files;
using Waybill.Portal.People;

namespace Waybill.Portal.Porting;

/// <summary>A form that takes a letter of authority, or a table of orders: large for whoever may change the account's orders.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class LetterUploadAttribute() : LargeFormAttribute(PortalLimits.LetterBody)
{
    protected override bool MaySend(PortalSession session, HttpRequest request)
    {
        var account = request.RouteValues[SignedInModel.AccountValue] as string;
        return session.Person.Roles.Any(role =>
            string.Equals(role.Account, account, StringComparison.OrdinalIgnoreCase) && PortalPermissions.Allows(PortalOperation.ChangeOwnPorting, role.Role));
    }
}
