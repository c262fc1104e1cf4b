namespace Waybill.Core.Tokens;

/// <summary>What a token is made with.</summary>
/// <param name="Name">What to call it, as the program that has it.</param>
/// <param name="Scopes">What it may do, as <see cref="ApiScope.Word"/>.</param>
/// <param name="Expires">When it stops working; <see cref="ApiTokens.LongestLife"/> ahead at most.</param>
public sealed record NewApiToken(string Name, IReadOnlyList<string> Scopes, DateTimeOffset Expires)
{
    /// <summary>The only account that it may see; null for all.</summary>
    public string? Account { get; init; }
}
