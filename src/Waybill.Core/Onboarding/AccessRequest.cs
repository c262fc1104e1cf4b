namespace Waybill.Core.Onboarding;

/// <summary>A request for access.</summary>
/// <param name="Reference">Its id, short enough to be read out: <c>K7RM-42QX</c>.</param>
/// <param name="Kind">What is asked for.</param>
/// <param name="Source">How it came in.</param>
/// <param name="State">How far it is.</param>
/// <param name="Details">What the person says.</param>
/// <param name="Key">The public key; null while there is none.</param>
public sealed record AccessRequest(string Reference, RequestKind Kind, RequestSource Source, RequestState State, RequestDetails Details, RequestKey? Key)
{
    internal long Id { get; init; }

    /// <summary>Why there is no key although something was sent: a private key, one that is burnt.</summary>
    public string? KeyRefusal { get; init; }

    /// <summary>The login: the one whose key is replaced, or the one that was made.</summary>
    public string? Login { get; init; }

    /// <summary>The address that the form was sent from.</summary>
    public string? Address { get; init; }

    /// <summary>Who invited the person.</summary>
    public string? InvitedBy { get; init; }

    /// <summary>What was asked back last.</summary>
    public string? Question { get; init; }

    /// <summary>Why it was rejected.</summary>
    public string? Reason { get; init; }

    /// <summary>How the person was verified.</summary>
    public string? Verified { get; init; }

    /// <summary>The first of two persons who approve.</summary>
    public string? FirstApprover { get; init; }

    /// <summary>When that was.</summary>
    public DateTimeOffset? FirstApproved { get; init; }

    /// <summary>What was decided then; null while nobody has approved it.</summary>
    public FirstDecision? FirstDecision { get; init; }

    /// <summary>What sort of actor that was: a person of the portal may also be a user of the system, so that only two of one sort are two.</summary>
    internal ActorKind? FirstKind { get; init; }

    /// <summary>Who decided.</summary>
    public string? DecidedBy { get; init; }

    /// <summary>When.</summary>
    public DateTimeOffset? Decided { get; init; }

    /// <summary>When the person showed that the e-mail address is theirs.</summary>
    public DateTimeOffset? Confirmed { get; init; }

    /// <summary>When it came in.</summary>
    public DateTimeOffset Created { get; init; }

    /// <summary>When it changed last.</summary>
    public DateTimeOffset Changed { get; init; }

    /// <summary>Whether it waits for somebody.</summary>
    public bool IsUndecided => State is RequestState.Unconfirmed or RequestState.Open or RequestState.Asked;
}
