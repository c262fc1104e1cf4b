using Waybill.Core.Keys.Generation;

namespace Waybill.Core.Keys.Handover;

/// <summary>What key to make, and where its two parts go.</summary>
/// <param name="UserName">The login.</param>
/// <param name="Recipe">The key.</param>
/// <param name="FileTo">The e-mail address that gets the link to the file.</param>
/// <param name="PassphraseTo">Another address, for the link to the passphrase; null: staff read it out.</param>
public sealed record HandoverPlan(string UserName, KeyRecipe Recipe, string FileTo, string? PassphraseTo)
{
    /// <summary>What the key is called; null takes user name and day.</summary>
    public string? Label { get; init; }

    /// <summary>When the key stops working; null means never.</summary>
    public DateTimeOffset? Expires { get; init; }
}
