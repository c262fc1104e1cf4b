namespace Waybill.Core.People;

/// <summary>Bounds of the portal's sessions.</summary>
public static class SessionLimits
{
    /// <summary>Random bytes of a session's token.</summary>
    public const int TokenBytes = 32;

    /// <summary>Characters of a token: its bytes as base64url without padding.</summary>
    public const int TokenLength = 43;

    /// <summary>Sessions of a person in each stage; one more ends the one that was used longest ago.</summary>
    public const int PerPerson = 20;

    /// <summary>Sessions that ended by themselves and that one new one clears away.</summary>
    public const int PurgeBatch = 100;

    /// <summary>Characters that are kept of what a browser says it is.</summary>
    public const int Agent = 200;

    /// <summary>How long a session may be unused.</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromMinutes(30);

    /// <summary>How long it lasts whatever is done.</summary>
    public static readonly TimeSpan Absolute = TimeSpan.FromHours(12);

    /// <summary>How long the second factor may take after the password.</summary>
    public static readonly TimeSpan SecondFactor = TimeSpan.FromMinutes(10);

    /// <summary>How long after a second factor credentials may be changed without another one.</summary>
    public static readonly TimeSpan Confirmed = TimeSpan.FromMinutes(10);

    /// <summary>How long staff may look at an account as its customer.</summary>
    public static readonly TimeSpan View = TimeSpan.FromHours(1);

    /// <summary>How exactly it is known when a session was used last: each page would else write.</summary>
    public static readonly TimeSpan Touch = TimeSpan.FromMinutes(1);
}
