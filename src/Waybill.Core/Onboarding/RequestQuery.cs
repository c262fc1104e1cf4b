namespace Waybill.Core.Onboarding;

/// <summary>Which requests staff look for; everything given must hold.</summary>
public sealed record RequestQuery
{
    /// <summary>Only those in this state; null, without a text, for those that are not decided.</summary>
    public RequestState? State { get; init; }

    /// <summary>
    /// An id, an account number, or the beginning of an e-mail address or a company, of <see cref="OnboardingLimits.SearchLength"/> characters or more; looked for in every state. Null for
    /// no such condition.
    /// </summary>
    public string? Text { get; init; }

    /// <summary>Only those that give this account number; null for any.</summary>
    public string? Account { get; init; }

    /// <summary>The page's size.</summary>
    public int Size { get; init; } = 100;

    /// <summary><see cref="Page{T}.Next"/> of the page before.</summary>
    public string? After { get; init; }
}
