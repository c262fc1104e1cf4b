namespace Waybill.Core.Inbound;

/// <summary>A delivered file with what only the program needs to know of it.</summary>
/// <param name="File">What everybody sees.</param>
/// <param name="Connection">The connection that did something to it last.</param>
/// <param name="Touched">When.</param>
/// <param name="Identity">Which file on the disk was claimed or judged: under its name another may lie by now.</param>
/// <param name="Target">Where it is being moved; null when it is not.</param>
/// <param name="TargetState">What it will be there.</param>
/// <param name="AccountId">The account's number in the database.</param>
/// <param name="Decider">Who decided that it is to be moved; null for a move that an older version began.</param>
/// <param name="ExpectedSize">The size that the client announced, if it did.</param>
internal sealed record InboundRow(
    InboundFile File, string? Connection, DateTimeOffset Touched, long? Identity, string? Target, InboundState? TargetState, long AccountId, Actor? Decider, long? ExpectedSize);
