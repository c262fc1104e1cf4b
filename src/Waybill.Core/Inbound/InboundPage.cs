namespace Waybill.Core.Inbound;

/// <summary>A part of what was offered.</summary>
/// <param name="Items">The part, in the order in which it was offered.</param>
/// <param name="Cursor">What to pass next time. Nothing is ever offered at or before a cursor that was given.</param>
/// <param name="More">Whether there is more behind it already.</param>
public sealed record InboundPage(IReadOnlyList<InboundFile> Items, long Cursor, bool More);
