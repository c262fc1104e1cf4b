namespace Waybill.Core.Tokens;

/// <summary>A token that was just made.</summary>
/// <param name="Token">What is kept of it.</param>
/// <param name="Secret">What the program sends; it is told this once.</param>
public sealed record IssuedToken(ApiToken Token, string Secret);
