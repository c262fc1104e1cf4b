namespace Waybill.Core.Feeds;

/// <summary>A set of files that the provider published, holds or took back.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Account">The account's number.</param>
/// <param name="Feed">The feed.</param>
/// <param name="State">Where it is.</param>
/// <param name="Reason">Why it replaces, was taken back or failed.</param>
/// <param name="Publisher">Who did it.</param>
/// <param name="By">The parent account that published it; null for the provider.</param>
/// <param name="Begun">When.</param>
/// <param name="Files">Its files.</param>
public sealed record Publication(
    long Id, string Account, string Feed, PublicationState State, string? Reason, string Publisher, string? By, DateTimeOffset Begun, IReadOnlyList<PublicationFile> Files);
