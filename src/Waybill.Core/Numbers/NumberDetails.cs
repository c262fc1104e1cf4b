namespace Waybill.Core.Numbers;

/// <summary>A number with all that is set for it.</summary>
public sealed record NumberDetails
{
    /// <summary>The number.</summary>
    public required PhoneNumber Number { get; init; }

    /// <summary>Whose it is.</summary>
    public required NumberState State { get; init; }

    /// <summary>The account that has it; null while nobody has.</summary>
    public string? Account { get; init; }

    /// <summary>The account that had it last, and may take it back while nobody else has it.</summary>
    public string? FormerAccount { get; init; }

    /// <summary>The last day of its term; null for one that is not activated.</summary>
    public DateOnly? Expires { get; init; }

    /// <summary>Whether it is given back at the end of its term and not renewed.</summary>
    public bool Ends { get; init; }

    /// <summary>Until when it is kept for its former account.</summary>
    public DateTimeOffset? QuarantinedUntil { get; init; }

    /// <summary>Where its calls go, by index: <see cref="NumberLimits.Targets"/> places, null where nothing is set.</summary>
    public required IReadOnlyList<NumberTarget?> Targets { get; init; }

    /// <summary>When each target is used; null means always.</summary>
    public required IReadOnlyList<TargetPeriods?> Periods { get; init; }

    /// <summary>Whether it has a PIN.</summary>
    public bool HasPin { get; init; }

    /// <summary>The letters of its features, in the order of <see cref="NumberFeature.All"/>.</summary>
    public string Features { get; init; } = "";

    /// <summary>The general information.</summary>
    public string? Information { get; init; }

    /// <summary>The number of its block; null for none.</summary>
    public long? Block { get; init; }

    /// <summary>The number of its range; null for one that came from elsewhere.</summary>
    public long? Range { get; init; }

    /// <summary>Whether calls reach it: an account has it.</summary>
    public bool IsActive => State is NumberState.Active or NumberState.PortedIn;

    internal long? AccountId { get; init; }

    internal long? FormerAccountId { get; init; }
}
