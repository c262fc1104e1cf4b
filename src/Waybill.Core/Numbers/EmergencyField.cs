namespace Waybill.Core.Numbers;

/// <summary>A field of the emergency record, in the order in which the record is shown. The words are NTSAPI's verbs (domain.md 1.6).</summary>
public enum EmergencyField
{
    /// <summary>As Mr or Dr.</summary>
    Title,

    /// <summary>The first name.</summary>
    Forename,

    /// <summary>The last name, or the business; must be given.</summary>
    Name,

    /// <summary>As OBE.</summary>
    Honours,

    /// <summary>As Limited.</summary>
    BusSuffix,

    /// <summary>House number or name, flat, floor.</summary>
    Premises,

    /// <summary>The street.</summary>
    Thoroughfare,

    /// <summary>Village or town.</summary>
    Locality,

    /// <summary>The postcode; must be given.</summary>
    Postcode,
}
