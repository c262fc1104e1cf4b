namespace Waybill.Core.Onboarding;

/// <summary>What is asked for.</summary>
public enum RequestKind
{
    /// <summary>A new login.</summary>
    Login,

    /// <summary>A new key for a login that is there, by somebody who cannot sign in.</summary>
    Key,
}
