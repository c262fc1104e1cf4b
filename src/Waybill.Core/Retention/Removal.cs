using System.Globalization;
using System.Text;
using Waybill.Storage;

namespace Waybill.Core.Retention;

/// <summary>A file on its way out.</summary>
internal sealed record Removal(long File, long AccountId, string Account, string Path, long Size, bool Archive)
{
    /// <summary>When it left its vault: the archive sorts by that, also when a run that was killed is ended in another month.</summary>
    public DateTimeOffset Left { get; init; }

    /// <summary>What lay at its path when it was claimed; null after a crash.</summary>
    public StoreResult<VaultEntry>? Seen { get; init; }

    /// <summary>Its name among the files that were taken out.</summary>
    public VaultPath Staged => VaultPath.Parse("/" + File.ToString(CultureInfo.InvariantCulture));

    /// <summary>Its path in the vault; null for one that no store can name.</summary>
    public VaultPath? Place => VaultPath.TryParse(Encoding.UTF8.GetBytes(Path), VaultPath.Root, out var place) == VaultPathError.None ? place : null;
}
