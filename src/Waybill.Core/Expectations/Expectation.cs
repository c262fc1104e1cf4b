namespace Waybill.Core.Expectations;

/// <summary>What an account is to be sent, and until when.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Account">The account's number.</param>
/// <param name="Feed">What it is called.</param>
/// <param name="Folder">The folder of the vault in which the files come.</param>
/// <param name="Pattern">Their names, with * and ?.</param>
/// <param name="By">The time of the day by which one is there, in the account's zone; null for no such time.</param>
/// <param name="Days">The days on which it is.</param>
/// <param name="UnfetchedDays">After how many days a file that nobody fetched is told; null for never.</param>
/// <param name="Zone">The zone in which the times are meant.</param>
/// <param name="NextDue">The next due time.</param>
public sealed record Expectation(
    long Id, string Account, string Feed, string Folder, string Pattern, TimeOnly? By, Weekdays Days, int? UnfetchedDays, string? Zone, DateTimeOffset? NextDue);
