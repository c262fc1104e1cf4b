using System.Text.Json.Nodes;

namespace Waybill.Core.Numbers;

/// <summary>Something that happened to a number.</summary>
/// <param name="Sequence">Its place among all of them: the next one has a higher one, and is in the database later.</param>
/// <param name="Number">The number; of a range the first.</param>
/// <param name="Account">The account that it concerns; null for none.</param>
/// <param name="Kind">One of <see cref="NumberActions"/>.</param>
/// <param name="At">When.</param>
/// <param name="ActorKind">What sort of actor did it.</param>
/// <param name="Actor">Who did it.</param>
/// <param name="Data">What is so now, by flat names; passwords, PINs and what is known of the number's user are not in it.</param>
public sealed record NumberChange(long Sequence, PhoneNumber Number, string? Account, string Kind, DateTimeOffset At, ActorKind ActorKind, string Actor, JsonObject Data);

/// <summary>A part of the change feed.</summary>
/// <param name="Items">The changes, the oldest first.</param>
/// <param name="Next">What to ask for next as since; also when nothing was new.</param>
/// <param name="IsMore">Whether there is more now.</param>
public sealed record ChangePage(IReadOnlyList<NumberChange> Items, long Next, bool IsMore)
{
    /// <summary>Changes behind the place that was asked for are not kept any more: whoever follows reads the state of all numbers anew, and then goes on from <see cref="Next"/>, which is the end of the feed.</summary>
    public bool IsGone { get; init; }
}
