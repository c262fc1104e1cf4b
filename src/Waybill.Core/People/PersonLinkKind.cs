namespace Waybill.Core.People;

/// <summary>What a mailed link of a person is for.</summary>
public enum PersonLinkKind
{
    /// <summary>To choose how to sign in.</summary>
    SignUp,

    /// <summary>To set a new password, with the second factor.</summary>
    Reset,
}
