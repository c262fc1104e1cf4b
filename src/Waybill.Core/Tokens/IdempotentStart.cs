namespace Waybill.Core.Tokens;

/// <summary>What is to be done with a request that has a key.</summary>
/// <param name="State">What became of the key.</param>
/// <param name="Answer">What the first request was answered; of <see cref="IdempotentState.Answered"/> only.</param>
public sealed record IdempotentStart(IdempotentState State, IdempotentAnswer? Answer = null);

/// <summary>What became of an idempotency key.</summary>
public enum IdempotentState
{
    /// <summary>The key is new: do it, and say what was answered.</summary>
    Begin,

    /// <summary>It was done: give the same answer, and do nothing.</summary>
    Answered,

    /// <summary>The first request with the key is under way, or was cut off less than <see cref="IdempotentRequests.Lease"/> ago.</summary>
    UnderWay,

    /// <summary>The key belongs to another request.</summary>
    Mismatch,
}
