namespace Waybill.Core.Links;

/// <summary>Bounds of secret links.</summary>
public static class LinkLimits
{
    /// <summary>Random bytes of a token.</summary>
    public const int TokenBytes = 32;

    /// <summary>Characters of a token: its bytes as base64url without padding.</summary>
    public const int TokenLength = 43;

    /// <summary>Links for one purpose and subject that open at the same time: one more ends the oldest, so that the newest mail always works.</summary>
    public const int Live = 5;

    /// <summary>Characters of a purpose.</summary>
    public const int PurposeLength = 40;

    /// <summary>Characters of a subject.</summary>
    public const int SubjectLength = 400;

    /// <summary>Expired links that one new link clears away: more than one, so that they get fewer.</summary>
    public const int PurgeBatch = 100;

    /// <summary>The longest that a link may open.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(90);
}
