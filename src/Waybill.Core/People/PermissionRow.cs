namespace Waybill.Core.People;

/// <summary>A row of the table of permissions.</summary>
/// <param name="Operation">What is done.</param>
/// <param name="Who">The letters of those who may.</param>
/// <param name="Words">What it is, for people.</param>
/// <param name="Files">What <c>Portal:Files</c> must be at least.</param>
public sealed record PermissionRow(PortalOperation Operation, string Who, string Words, PortalFiles Files = PortalFiles.Off)
{
    /// <summary>Whether it is done at an account, by its people; else at the provider.</summary>
    public bool IsAtAccount => Operation >= PortalOperation.SeeOwnAccount;
}
