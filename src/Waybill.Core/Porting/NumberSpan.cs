using Waybill.Core.Numbers;

namespace Waybill.Core.Porting;

/// <summary>Numbers side by side; a single one is a span of itself.</summary>
/// <param name="First">The first.</param>
/// <param name="Last">The last.</param>
public readonly record struct NumberSpan(PhoneNumber First, PhoneNumber Last)
{
    /// <summary>How many they are.</summary>
    public long Count => Last.E164 - First.E164 + 1;

    /// <summary>Whether they are more than one.</summary>
    public bool IsRange => Count > 1;

    /// <summary>Whether a number is among them.</summary>
    public bool Holds(PhoneNumber number) => number.E164 >= First.E164 && number.E164 <= Last.E164;

    /// <summary>As it is written: 01224000000, or 01224000000-01224000009.</summary>
    public override string ToString() => IsRange ? $"{First.National}-{Last.National}" : First.National;
}
