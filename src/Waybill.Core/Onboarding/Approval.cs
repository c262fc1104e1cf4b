namespace Waybill.Core.Onboarding;

/// <summary>What a person who approves decides otherwise than the request says. All may be left out.</summary>
public sealed record Approval
{
    /// <summary>The account's number, where the request gives another or none.</summary>
    public string? Account { get; init; }

    /// <summary>The user name; else the one asked for, else the account number.</summary>
    public string? UserName { get; init; }

    /// <summary>Where sessions of the login start.</summary>
    public string? StartDirectory { get; init; }

    /// <summary>What the key is called; else its comment.</summary>
    public string? Label { get; init; }

    /// <summary>How the person was verified; needed for a replacement key.</summary>
    public string? Verified { get; init; }

    /// <summary><see cref="AccessRequest.Changed"/> of what the person has looked at; an approval of anything newer is refused. Null approves what is there.</summary>
    public DateTimeOffset? Seen { get; init; }

    /// <summary>The fingerprint of the key that the person has looked at; with another one in the request the approval is refused. Null approves what is there.</summary>
    public string? Key { get; init; }

    /// <summary>For a replacement key: revokes the login's other keys. Null is as the first of two persons has decided, else no.</summary>
    public bool? RevokeOthers { get; init; }
}
