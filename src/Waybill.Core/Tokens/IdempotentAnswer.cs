namespace Waybill.Core.Tokens;

/// <summary>What a request was answered.</summary>
/// <param name="Status">The status code.</param>
/// <param name="ContentType">The content's type; null without content.</param>
/// <param name="Content">The content.</param>
public sealed record IdempotentAnswer(int Status, string? ContentType, ReadOnlyMemory<byte> Content);
