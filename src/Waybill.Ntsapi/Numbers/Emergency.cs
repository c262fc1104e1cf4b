namespace Waybill.Ntsapi.Numbers;

/// <summary>How far an emergency record has come, as STATUS of INFO 999 answers.</summary>
/// <param name="Digit">0 accepted, 1 received, 2 awaits validation, 3 submitted, 6 a person looks at it, 8 rejected, 9 there is no record.</param>
/// <param name="Words">The same in words: one line of ASCII.</param>
public readonly record struct EmergencyState(int Digit, string Words);

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
