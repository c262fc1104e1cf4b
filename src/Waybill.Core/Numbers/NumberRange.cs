namespace Waybill.Core.Numbers;

/// <summary>Numbers of the provider that were added together.</summary>
/// <param name="Id">Its number.</param>
/// <param name="First">The first of them.</param>
/// <param name="Last">The last of them.</param>
/// <param name="Terms">Band, prices and description.</param>
/// <param name="Created">When it was added.</param>
/// <param name="CreatedBy">By whom.</param>
/// <param name="Counts">How many of its numbers are in which state.</param>
public sealed record NumberRange(long Id, PhoneNumber First, PhoneNumber Last, RangeTerms Terms, DateTimeOffset Created, string CreatedBy, RangeCounts Counts)
{
    /// <summary>How many numbers it has.</summary>
    public long Size => Last.E164 - First.E164 + 1;
}

/// <summary>What a range's numbers cost and are. Data only: nothing is charged by it.</summary>
/// <param name="Band">The tariff's band, as <c>G1</c>; null for none.</param>
/// <param name="SetupPrice">For each activation, in pence; null if nothing is said.</param>
/// <param name="MonthlyPrice">For each month, in pence; null if nothing is said.</param>
/// <param name="Description">In words, as <c>Aberdeen</c>.</param>
public sealed record RangeTerms(string? Band = null, long? SetupPrice = null, long? MonthlyPrice = null, string? Description = null)
{
    /// <summary>The longest band, in characters.</summary>
    public const int LongestBand = 20;

    /// <summary>The highest price, in pence.</summary>
    public const long HighestPrice = 100_000_000;

    internal Problem? Check()
    {
        if (Band is not null && (Band.Length is 0 or > LongestBand || !Band.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')))
        {
            return Problem.Invalid($"'{Words.Show(Band)}' is no band: use 1 to {LongestBand} letters, digits, dashes, dots and underscores.");
        }

        if (SetupPrice is < 0 or > HighestPrice || MonthlyPrice is < 0 or > HighestPrice)
        {
            return Problem.Invalid($"A price is 0 to {HighestPrice} pence. Mend it.");
        }

        return Description is null ? null : Words.Check("description", Description);
    }
}

/// <summary>How many numbers of a range are in which state.</summary>
/// <param name="Free">Anybody's.</param>
/// <param name="Quarantined">Kept for whoever had them.</param>
/// <param name="Active">Accounts'.</param>
/// <param name="PortedIn">Came back from another provider to an account.</param>
/// <param name="PortedOut">Another provider's.</param>
public sealed record RangeCounts(long Free, long Quarantined, long Active, long PortedIn, long PortedOut);

/// <summary>A range that is to be added.</summary>
/// <param name="First">The first number.</param>
/// <param name="Last">The last number.</param>
/// <param name="Terms">Band, prices and description.</param>
public sealed record NewRange(PhoneNumber First, PhoneNumber Last, RangeTerms Terms);
