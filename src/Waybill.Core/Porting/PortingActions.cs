namespace Waybill.Core.Porting;

/// <summary>The audit's words for porting.</summary>
public static class PortingActions
{
    /// <summary>An order was made.</summary>
    public const string Created = "porting-created";

    /// <summary>What an order says was changed.</summary>
    public const string Changed = "porting-changed";

    /// <summary>A letter of authority came.</summary>
    public const string LetterAdded = "porting-letter-added";

    /// <summary>Somebody fetched one.</summary>
    public const string LetterFetched = "porting-letter-fetched";

    /// <summary>One was removed, since its time was over.</summary>
    public const string LetterRemoved = "porting-letter-removed";

    /// <summary>A day of the calendar was set to be otherwise.</summary>
    public const string DaySet = "porting-day-set";

    /// <summary>It is as the rules have it again.</summary>
    public const string DayRemoved = "porting-day-removed";

    /// <summary>An order was sent.</summary>
    public const string Submitted = "porting-submitted";

    /// <summary>It is being checked.</summary>
    public const string Validating = "porting-validating";

    /// <summary>It was refused.</summary>
    public const string Rejected = "porting-rejected";

    /// <summary>The losing provider agrees.</summary>
    public const string Accepted = "porting-accepted";

    /// <summary>Its day was set.</summary>
    public const string Scheduled = "porting-scheduled";

    /// <summary>Its numbers are here.</summary>
    public const string Completed = "porting-completed";

    /// <summary>It will not happen.</summary>
    public const string Cancelled = "porting-cancelled";

    /// <summary>The word for coming into a state.</summary>
    public static string Of(PortingState state) => state switch
    {
        PortingState.Draft => Created,
        PortingState.Submitted => Submitted,
        PortingState.Validating => Validating,
        PortingState.Rejected => Rejected,
        PortingState.Accepted => Accepted,
        PortingState.Scheduled => Scheduled,
        PortingState.Completed => Completed,
        _ => Cancelled,
    };
}
