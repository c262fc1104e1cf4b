namespace Waybill.Core.Porting;

/// <summary>How the industry sorts what is ported: each has its lead time.</summary>
public enum InstallationKind
{
    /// <summary>A single line.</summary>
    SingleLine,

    /// <summary>Many single lines at one time.</summary>
    SingleLines,

    /// <summary>Several lines with few numbers and no range.</summary>
    MultiSmall,

    /// <summary>Several lines with more numbers, or a range.</summary>
    MultiMedium,

    /// <summary>Several lines with a great many numbers.</summary>
    MultiLarge,

    /// <summary>A part of a range.</summary>
    PartOfRange,

    /// <summary>Numbers that belong to no place.</summary>
    NonGeographic,
}
