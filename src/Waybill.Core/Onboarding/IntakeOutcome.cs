namespace Waybill.Core.Onboarding;

/// <summary>What was done with a file that staff brought.</summary>
public enum IntakeOutcome
{
    /// <summary>A new request.</summary>
    Added,

    /// <summary>The mail was taken in before; nothing is changed.</summary>
    AlreadyThere,

    /// <summary>It answers a question about a request that was there.</summary>
    Answered,

    /// <summary>It reports that a mail about a request did not arrive.</summary>
    Bounced,
}
