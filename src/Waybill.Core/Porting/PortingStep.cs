using static Waybill.Core.Porting.PortingState;

namespace Waybill.Core.Porting;

/// <summary>Which state may follow which. The one table of it: services, pages and documents ask it.</summary>
public static class PortingStep
{
    /// <summary>The states that can follow one.</summary>
    public static IReadOnlyList<PortingState> After(PortingState state) => state switch
    {
        Draft or Rejected => [Submitted, Cancelled],
        Submitted => [Validating, Rejected, Cancelled],
        Validating => [Accepted, Rejected, Cancelled],
        Accepted => [Scheduled, Rejected, Cancelled],
        Scheduled => [Scheduled, Completed, Rejected, Cancelled],
        _ => [],
    };

    /// <summary>Whether the customer can change what the order says.</summary>
    public static bool CanChange(PortingState state) => state is Draft or Rejected;

    /// <summary>Whether it is the provider's turn.</summary>
    public static bool IsOurs(PortingState state) => state is Submitted or Validating or Accepted or Scheduled;

    /// <summary>Whether nothing follows.</summary>
    public static bool IsOver(PortingState state) => state is Completed or Cancelled;
}
