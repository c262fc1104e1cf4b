using Waybill.Core.People;

namespace Waybill.Portal.People;

/// <summary>
/// What a page shows, or one of its forms does: <see cref="SignedInModel"/> asks the table of permissions before any of it runs. One at an account goes for the
/// account in the page's address.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
internal sealed class PermissionAttribute(PortalOperation operation) : Attribute
{
    public PortalOperation Operation { get; } = operation;
}
