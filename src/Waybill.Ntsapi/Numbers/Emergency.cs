namespace Waybill.Ntsapi.Numbers;

/// <summary>What the emergency services' handling authority says of a record; the values are the digits that STATUS of INFO 999 answers with.</summary>
public enum EmergencyStatus
{
    /// <summary>Accepted.</summary>
    Accepted = 0,

    /// <summary>Received.</summary>
    Received = 1,

    /// <summary>Awaits further validation.</summary>
    Awaiting = 2,

    /// <summary>Submitted.</summary>
    Submitted = 3,

    /// <summary>Submitted, and a person looks at it.</summary>
    Manual = 6,

    /// <summary>Rejected.</summary>
    Rejected = 8,

    /// <summary>There is no record.</summary>
    None = 9,
}

/// <summary>What VALIDATE of INFO 999 comes to.</summary>
public enum EmergencyValidation
{
    /// <summary>The record is valid.</summary>
    Valid,

    /// <summary>It has the right form, and is looked at later.</summary>
    Parsed,
}

/// <summary>A field of an emergency record.</summary>
/// <param name="Name">One of <see cref="EmergencyFields.All"/>.</param>
/// <param name="Value">What it holds.</param>
public readonly record struct EmergencyField(string Name, string Value);

/// <summary>The fields of an emergency record, each a verb of INFO 999, in the order in which DATA lists them.</summary>
public static class EmergencyFields
{
    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> All { get; } = ["TITLE", "FORENAME", "NAME", "HONOURS", "BUSSUFFIX", "PREMISES", "THOROUGHFARE", "LOCALITY", "POSTCODE"];
}
