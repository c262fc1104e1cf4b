namespace Waybill.Storage.Local;

/// <summary>The rules of the program itself: it may do everything inside a root.</summary>
public sealed class AllRights : IAccessRules
{
    private AllRights()
    {
    }

    /// <summary>The one of it.</summary>
    public static AllRights Instance { get; } = new();

    /// <inheritdoc/>
    public FileRights RightsAt(VaultPath path) => FileRights.All;
}
