using Waybill.Storage;

namespace Waybill.Core.Vaults;

/// <summary>How a login's paths lie in the vaults.</summary>
public interface ILoginView
{
    /// <summary>The place of a path that the login sees; null for a directory that only the view has.</summary>
    ValueTask<VaultPlace?> LocateAsync(VaultPath seen);
}
