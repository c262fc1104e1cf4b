namespace Waybill.Core.Onboarding;

/// <summary>How far a request is.</summary>
public enum RequestState
{
    /// <summary>Its e-mail address is not confirmed.</summary>
    Unconfirmed,

    /// <summary>It waits for a decision.</summary>
    Open,

    /// <summary>Something was asked back, and it waits for the answer.</summary>
    Asked,

    /// <summary>The login, or the key, is there.</summary>
    Approved,

    /// <summary>It was refused.</summary>
    Rejected,
}
