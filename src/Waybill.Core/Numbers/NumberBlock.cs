namespace Waybill.Core.Numbers;

/// <summary>Numbers that were activated together.</summary>
/// <param name="Id">Its number.</param>
/// <param name="First">The first of them.</param>
/// <param name="Size">How many they are.</param>
/// <param name="Account">The account that activated them.</param>
/// <param name="Activated">When.</param>
public sealed record NumberBlock(long Id, PhoneNumber First, int Size, string Account, DateTimeOffset Activated)
{
    /// <summary>The last of them.</summary>
    public PhoneNumber Last => new(First.E164 + Size - 1);
}
