namespace Waybill.Core.Tokens;

/// <summary>A token of a program; the secret is not part of it.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Name">What it is called.</param>
/// <param name="Account">The only account that it sees; null for all.</param>
/// <param name="Scopes">What it may do, as <see cref="ApiScope.Word"/>.</param>
/// <param name="Created">When it was made.</param>
/// <param name="CreatedBy">By whom.</param>
/// <param name="Expires">When it stops working.</param>
/// <param name="LastUsed">When it was last used, to <see cref="ApiTokens.UseInterval"/>.</param>
/// <param name="LastUsedFrom">From which address.</param>
/// <param name="Revoked">When it was revoked; null if it was not.</param>
/// <param name="RevokedBy">By whom.</param>
/// <param name="RevokedReason">Why.</param>
public sealed record ApiToken(
    long Id, string Name, string? Account, IReadOnlyList<string> Scopes, DateTimeOffset Created, string CreatedBy, DateTimeOffset Expires, DateTimeOffset? LastUsed,
    string? LastUsedFrom, DateTimeOffset? Revoked, string? RevokedBy, string? RevokedReason)
{
    /// <summary>Whether it may do this.</summary>
    public bool May(string scope) => Scopes.Contains(scope);
}
