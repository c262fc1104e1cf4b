namespace Waybill.Core.Onboarding;

/// <summary>How a request came in.</summary>
public enum RequestSource
{
    /// <summary>By the form of the portal.</summary>
    Form,

    /// <summary>By mail.</summary>
    Mail,

    /// <summary>Written down by staff.</summary>
    Command,
}
