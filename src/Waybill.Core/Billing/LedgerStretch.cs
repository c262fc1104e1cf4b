namespace Waybill.Core.Billing;

/// <summary>What is in both purses, in minor units.</summary>
/// <param name="Funds">What the customer has paid.</param>
/// <param name="Promo">What the provider has given.</param>
internal readonly record struct PurseSums(long Funds, long Promo)
{
    /// <summary>Whether every program reads both exactly.</summary>
    public bool AreAmounts => BillingLimits.IsAmount(Funds) && BillingLimits.IsAmount(Promo);

    public static PurseSums operator +(PurseSums one, PurseSums other) => new(one.Funds + other.Funds, one.Promo + other.Promo);

    public static PurseSums operator -(PurseSums one, PurseSums other) => new(one.Funds - other.Funds, one.Promo - other.Promo);

    /// <summary>The sums after an amount that moves one of them.</summary>
    public PurseSums After(Purse purse, long amount) => purse == Purse.Funds ? this with { Funds = Funds + amount } : this with { Promo = Promo + amount };

    public static PurseSums Lower(PurseSums one, PurseSums other) => new(Math.Min(one.Funds, other.Funds), Math.Min(one.Promo, other.Promo));

    public static PurseSums Higher(PurseSums one, PurseSums other) => new(Math.Max(one.Funds, other.Funds), Math.Max(one.Promo, other.Promo));
}

/// <summary>Where an entry stands in its account's ledger: by its time, and of one time by when it came.</summary>
/// <param name="At">Its time, as the database has it.</param>
/// <param name="Id">Its number there.</param>
internal readonly record struct LedgerPlace(long At, long Id)
{
    /// <summary>Before all entries.</summary>
    public static LedgerPlace Begin { get; } = new(long.MinValue, long.MinValue);

    /// <summary>Behind all entries.</summary>
    public static LedgerPlace End { get; } = new(long.MaxValue, long.MaxValue);
}

/// <summary>Some entries of a ledger in a row, at most <see cref="BillingLimits.Stretch"/>, and what they come to.</summary>
/// <param name="First">Where its first entry stands.</param>
/// <param name="Entries">How many they are.</param>
/// <param name="Before">What was in both purses before them.</param>
/// <param name="Moved">By how much they move them.</param>
/// <param name="Low">The lowest that is in each after one of them, counted from <paramref name="Before"/>.</param>
/// <param name="High">The highest.</param>
internal sealed record LedgerStretch(LedgerPlace First, int Entries, PurseSums Before, PurseSums Moved, PurseSums Low, PurseSums High);
