namespace Waybill.Core.Porting;

/// <summary>How far an order of porting is.</summary>
public enum PortingState
{
    /// <summary>The customer writes it.</summary>
    Draft,

    /// <summary>The customer has sent it; nobody has looked at it yet.</summary>
    Submitted,

    /// <summary>The provider checks it, or has it with the losing provider.</summary>
    Validating,

    /// <summary>The losing provider or the provider refused it; the customer can correct it and send it again.</summary>
    Rejected,

    /// <summary>The losing provider agrees; the day is still to be set.</summary>
    Accepted,

    /// <summary>The day is set.</summary>
    Scheduled,

    /// <summary>The numbers are here.</summary>
    Completed,

    /// <summary>It will not happen.</summary>
    Cancelled,
}
