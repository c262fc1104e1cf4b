namespace Waybill.Core.Notifications;

/// <summary>A web hook to be added.</summary>
/// <param name="Url">Where it is called.</param>
/// <param name="Secret">What its calls are signed with: 16 to 256 bytes.</param>
public sealed record NewHook(string Url, ReadOnlyMemory<byte> Secret)
{
    /// <summary>The topics that it wants; empty for all.</summary>
    public IReadOnlyList<string> Topics { get; init; } = [];

    /// <summary>Only events of this account; null for all.</summary>
    public string? Account { get; init; }
}
