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
    /// <summary>Why nothing can be told from the place that was asked for: whoever follows reads the state of all numbers anew, and then goes on from <see cref="Next"/>, the end of the feed. Null when all is told.</summary>
    public ChangeGap? Gap { get; init; }
}

/// <summary>Why a follower of the change feed cannot go on where it was.</summary>
public enum ChangeGap
{
    /// <summary>Changes behind that place are not kept any more.</summary>
    NotKept,

    /// <summary>That place is none of this feed: it was told before the provider restored a backup, or by another server. What was told up to there may be undone.</summary>
    NotHere,
}
