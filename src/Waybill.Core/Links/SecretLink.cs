namespace Waybill.Core.Links;

/// <summary>What a link is for; the token is not part of it.</summary>
/// <param name="Purpose">What it lets its holder do: a word.</param>
/// <param name="Subject">To what: a text of the feature that made it.</param>
/// <param name="Created">When it was made.</param>
/// <param name="Expires">Until when it opens.</param>
public sealed record SecretLink(string Purpose, string Subject, DateTimeOffset Created, DateTimeOffset Expires);
