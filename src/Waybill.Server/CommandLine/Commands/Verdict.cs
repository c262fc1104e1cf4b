namespace Waybill.Server.CommandLine.Commands;

/// <summary>How bad something is that <c>doctor</c> found.</summary>
internal enum Verdict
{
    Ok,
    Warning,
    Failure,
}
