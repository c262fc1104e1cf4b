namespace Waybill.Core.Onboarding;

/// <summary>The audit's words for requests for access.</summary>
public static class OnboardingActions
{
    /// <summary>A request came in.</summary>
    public const string Added = "request-added";

    /// <summary>Whoever asked has shown that the e-mail address is theirs.</summary>
    public const string Confirmed = "request-confirmed";

    /// <summary>Something that was missing was added.</summary>
    public const string Answered = "request-answered";

    /// <summary>A question was sent to whoever asked.</summary>
    public const string Asked = "request-asked";

    /// <summary>The first of two persons has approved it.</summary>
    public const string FirstApproved = "request-first-approved";

    /// <summary>It was approved: the login or the key is there.</summary>
    public const string Approved = "request-approved";

    /// <summary>It was rejected; the detail says why.</summary>
    public const string Rejected = "request-rejected";

    /// <summary>A rejected request is open again.</summary>
    public const string Reopened = "request-reopened";

    /// <summary>A mail of a request was sent again.</summary>
    public const string Resent = "request-resent";

    /// <summary>Somebody was invited to ask for access to an account.</summary>
    public const string Invited = "request-invited";

    /// <summary>An invitation was taken back: its link opens nothing.</summary>
    public const string InvitationWithdrawn = "request-invitation-withdrawn";

    /// <summary>Requests that nobody confirmed were removed.</summary>
    public const string Purged = "requests-purged";
}
