namespace Waybill.Core.Onboarding;

/// <summary>What a check of a request found.</summary>
public enum CheckVerdict
{
    /// <summary>It fits.</summary>
    Ok,

    /// <summary>A person should look at it before approving.</summary>
    Look,

    /// <summary>It cannot be approved like that.</summary>
    Stop,
}
