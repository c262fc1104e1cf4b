namespace Waybill.Storage.Quotas;

/// <summary>What the catalogue knows of the file at a path.</summary>
/// <param name="Size">Its size; this much the quota gives back when it is replaced.</param>
/// <param name="IsOwn">Whether the session's own login delivered it, so that it counts in the login's quota too.</param>
public readonly record struct StoredVersion(long Size, bool IsOwn);
