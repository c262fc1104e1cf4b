namespace Waybill.Ntsapi.Numbers;

/// <summary>How a number of the login is, as STAT tells it.</summary>
/// <param name="IsActive">Whether it works.</param>
/// <param name="Expires">The last day of its term; null where it has none.</param>
/// <param name="Targets">Its targets in order, an empty text where there is none; at most three.</param>
public sealed record NumberState(bool IsActive, DateOnly? Expires, IReadOnlyList<string> Targets);

/// <summary>A block of numbers.</summary>
/// <param name="First">Its first number, in national form.</param>
/// <param name="Last">Its last.</param>
/// <param name="Size">How many it has.</param>
public sealed record NumberBlock(string First, string Last, int Size);
