namespace Waybill.Core.Numbers;

/// <summary>What is done to numbers: the words of the audit, of the change feed and of the events that web hooks are called with.</summary>
public static class NumberActions
{
    /// <summary>A range was added; its numbers are free.</summary>
    public const string RangeAdded = "number-range-added";

    /// <summary>A range got another band, price or description.</summary>
    public const string RangeChanged = "number-range-changed";

    /// <summary>A number became an account's.</summary>
    public const string Activated = "number-activated";

    /// <summary>An account gave a number back, or its term ended.</summary>
    public const string Deactivated = "number-deactivated";

    /// <summary>A number became its former account's again, as it was.</summary>
    public const string Reactivated = "number-reactivated";

    /// <summary>A number came from another provider.</summary>
    public const string PortedIn = "number-ported-in";

    /// <summary>A number went to another provider.</summary>
    public const string PortedOut = "number-ported-out";

    /// <summary>A number of ours that had gone came back.</summary>
    public const string Returned = "number-returned";

    /// <summary>A target was set or cleared.</summary>
    public const string TargetSet = "number-target-set";

    /// <summary>It was set when a target is used.</summary>
    public const string PeriodsSet = "number-periods-set";

    /// <summary>The PIN was set or removed; it is not told.</summary>
    public const string PinSet = "number-pin-set";

    /// <summary>A feature was turned on or off.</summary>
    public const string FeatureSet = "number-feature-set";

    /// <summary>The general information was set.</summary>
    public const string InformationSet = "number-information-set";

    /// <summary>An emergency record was begun.</summary>
    public const string EmergencyCreated = "number-emergency-created";

    /// <summary>An emergency record was changed.</summary>
    public const string EmergencySet = "number-emergency-set";

    /// <summary>An emergency record is complete and goes to the emergency services.</summary>
    public const string EmergencySubmitted = "number-emergency-submitted";

    /// <summary>The emergency services' answer was entered.</summary>
    public const string EmergencyAnswered = "number-emergency-answered";

    /// <summary>It was set when a number's term ends, or whether it is renewed.</summary>
    public const string TermSet = "number-term-set";

    /// <summary>A number's term went on.</summary>
    public const string Renewed = "number-renewed";

    /// <summary>Those that no mail tells of: all but <see cref="EmergencySubmitted"/>, which the provider has to pass on.</summary>
    internal static IReadOnlyList<string> Quiet { get; } =
    [
        RangeAdded, RangeChanged, Activated, Deactivated, Reactivated, PortedIn, PortedOut, Returned, TargetSet, PeriodsSet, PinSet, FeatureSet, InformationSet, EmergencyCreated,
        EmergencySet, EmergencyAnswered, TermSet, Renewed,
    ];
}
