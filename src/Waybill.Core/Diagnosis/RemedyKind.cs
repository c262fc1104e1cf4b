namespace Waybill.Core.Diagnosis;

/// <summary>What mends a finding.</summary>
public enum RemedyKind
{
    /// <summary>Resume an account.</summary>
    ResumeAccount,

    /// <summary>Resume a login.</summary>
    ResumeLogin,

    /// <summary>Install a key that a client offered.</summary>
    AddOfferedKey,

    /// <summary>Ask for a key and install it.</summary>
    AddKey,

    /// <summary>Let a login come from these addresses too.</summary>
    AllowAddresses,

    /// <summary>Forgive an address.</summary>
    ClearPenalty,

    /// <summary>Let a listener have the policy that the target names: in the configuration, since it is for everybody who connects there.</summary>
    ChangePolicy,
}
