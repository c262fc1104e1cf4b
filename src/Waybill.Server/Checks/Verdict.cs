namespace Waybill.Server.Checks;

/// <summary>How bad something is that a check found.</summary>
internal enum Verdict
{
    Ok,
    Warning,
    Failure,
}
