namespace Waybill.Core.Onboarding;

/// <summary>Events that requests for access raise.</summary>
public static class OnboardingTopics
{
    /// <summary>A request waits for a decision: told to the provider.</summary>
    public const string RequestOpen = "request-open";

    /// <summary>A key was added for somebody who could not sign in: told to the account.</summary>
    public const string KeyReplaced = "key-replaced";

    // Mails to the person who asks, and to nobody else; each has a template.
    internal const string Confirm = "request-confirm";
    internal const string Received = "request-received";
    internal const string Question = "request-question";
    internal const string PrivateKey = "request-private-key";
    internal const string Approved = "request-approved";
    internal const string Replaced = "request-replaced";
    internal const string Rejected = "request-rejected";
    internal const string Invitation = "request-invitation";
}
