namespace Waybill.Core.People;

/// <summary>How a try to sign in ended.</summary>
public enum SignInVerdict
{
    /// <summary>Signed in: the token is that of a session.</summary>
    Accepted,

    /// <summary>The password is right: the token waits for the second factor.</summary>
    SecondFactorNeeded,

    /// <summary>Wrong, and nothing more is said: the address may be unknown, the person suspended.</summary>
    Wrong,

    /// <summary>Too many tries: nothing was compared. When to try again stands beside it.</summary>
    Wait,

    /// <summary>Too many people sign in at this moment: nothing was compared.</summary>
    Busy,

    /// <summary>The time for the second factor is over, the session has ended, or the link does not open: begin again.</summary>
    Expired,
}
