namespace Waybill.Core.Porting;

/// <summary>A part of the United Kingdom with bank holidays of its own.</summary>
public enum Nation
{
    /// <summary>England and Wales.</summary>
    England,

    /// <summary>Scotland.</summary>
    Scotland,

    /// <summary>Northern Ireland.</summary>
    NorthernIreland,
}
