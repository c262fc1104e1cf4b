namespace Waybill.Server.CommandLine.Commands;

/// <summary>What <c>doctor</c> found: what, why, and what to do next.</summary>
internal sealed record Finding(Verdict Verdict, string Check, string Message);
