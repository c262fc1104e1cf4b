namespace Waybill.Core.Keys;

/// <summary>A key is on its login now.</summary>
/// <param name="Key">The key.</param>
/// <param name="AlreadyInstalled">It was there before, and nothing was changed.</param>
public sealed record KeyAddition(InstalledKey Key, bool AlreadyInstalled);
