namespace Waybill.Core.People;

/// <summary>How far a session's person has come.</summary>
public enum SessionStage
{
    /// <summary>The password was right; the second factor is to come, and nothing else may be done.</summary>
    Password,

    /// <summary>Signed in.</summary>
    Full,
}
