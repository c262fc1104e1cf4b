namespace Waybill.Core.Porting;

/// <summary>The topics of events about porting: one for each state that an order comes into.</summary>
public static class PortingTopics
{
    /// <summary>What the provider had to do by now is not done; told once.</summary>
    public const string Overdue = "porting-overdue";

    /// <summary>The topic of a state.</summary>
    public static string Of(PortingState state) => "porting-" + state.ToString().ToLowerInvariant();
}
