namespace Waybill.Core.People;

/// <summary>How a person can sign in.</summary>
[Flags]
public enum SignInMeans
{
    /// <summary>Not yet: a sign-up link is needed.</summary>
    None = 0,

    /// <summary>With a password and a one-time code.</summary>
    Password = 1,

    /// <summary>With a passkey.</summary>
    Passkey = 2,
}
