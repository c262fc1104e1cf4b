namespace Waybill.Core.People;

/// <summary>Whether a person may sign in.</summary>
public enum PersonStatus
{
    /// <summary>They may.</summary>
    Active,

    /// <summary>They may not until they are resumed.</summary>
    Suspended,
}
