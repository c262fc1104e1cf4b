namespace Waybill.Core.Porting;

/// <summary>What numbers are on at the losing provider.</summary>
public enum LineType
{
    /// <summary>Single lines, one number each.</summary>
    SingleLine,

    /// <summary>One installation with several numbers, none of them in a range for dialling in.</summary>
    MultiLine,

    /// <summary>An installation with whole ranges for dialling in (DDI).</summary>
    Ddi,

    /// <summary>A part of a range for dialling in; the rest stays.</summary>
    PartOfDdi,
}
