namespace Waybill.Core.Numbers;

/// <summary>What the provider chose about numbers for one account; what is null is as the configuration says.</summary>
/// <param name="Maximum">How many numbers it takes by itself.</param>
/// <param name="PstnTargets">Whether its numbers may be pointed at telephone numbers.</param>
public sealed record NumberAccountTerms(int? Maximum, bool? PstnTargets = null);

/// <summary>An account's part of the numbers.</summary>
/// <param name="Account">The account's number.</param>
/// <param name="Numbers">How many it holds: those that are active, and those that it gave back and that are quarantined. Numbers that were ported in are its own and do not count.</param>
/// <param name="Terms">What was chosen for it.</param>
/// <param name="Maximum">How many it takes by itself.</param>
/// <param name="PstnTargets">Whether its numbers may be pointed at telephone numbers: those calls are charged.</param>
public sealed record NumberAccount(string Account, long Numbers, NumberAccountTerms Terms, int Maximum, bool PstnTargets);
