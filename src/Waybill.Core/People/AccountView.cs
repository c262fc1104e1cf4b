namespace Waybill.Core.People;

/// <summary>Somebody of the provider looked at an account as its customer sees it.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Account">The account's number.</param>
/// <param name="Viewer">Who: name and e-mail address.</param>
/// <param name="Reason">Why.</param>
/// <param name="Began">From when.</param>
/// <param name="Until">When it ends by itself.</param>
/// <param name="Ended">When it was ended; null when it has not been.</param>
public sealed record AccountView(long Id, string Account, string Viewer, string Reason, DateTimeOffset Began, DateTimeOffset Until, DateTimeOffset? Ended);
