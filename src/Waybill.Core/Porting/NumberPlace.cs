using Waybill.Core.Numbers;

namespace Waybill.Core.Porting;

/// <summary>What the first digits of a number say of it (Ofcom's national numbering plan).</summary>
public enum NumberPlace
{
    /// <summary>01 and 02: of a place.</summary>
    Geographic,

    /// <summary>03, 05, 08 and 09: of none.</summary>
    NonGeographic,

    /// <summary>All others, 07 for mobiles above all: they are not ported by this process.</summary>
    Other,
}

/// <summary>Sorts numbers.</summary>
public static class NumberPlaces
{
    /// <summary>What a number is.</summary>
    public static NumberPlace Of(PhoneNumber number) => number.National[1] switch
    {
        '1' or '2' => NumberPlace.Geographic,
        '3' or '5' or '8' or '9' => NumberPlace.NonGeographic,
        _ => NumberPlace.Other,
    };
}
