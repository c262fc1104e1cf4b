using Waybill.Core.Audit;
using Waybill.Core.Keys;

namespace Waybill.Core.Diagnosis;

/// <summary>What stands against programs that have no algorithm in common with a listener: they never say a user name. The SSH server's words name the policy that has one.</summary>
internal static class AlgorithmFindings
{
    /// <summary>Programs that are named, those that came last.</summary>
    public const int Shown = 3;

    private const string Before = "policy `";
    private const string After = "` would let it in";

    /// <summary>One for each kind of program, the latest first.</summary>
    /// <param name="rows">Connections that were refused, the latest first.</param>
    /// <param name="verdict">What it means for who is asked about.</param>
    public static IEnumerable<DiagnosisFinding> Of(IEnumerable<AuditRow> rows, DiagnosisVerdict verdict) =>
        rows.Where(IsOne).DistinctBy(static row => row.Detail, StringComparer.Ordinal).Take(Shown).Select(row => Of(row, verdict));

    /// <summary>Whether a connection failed for this.</summary>
    public static bool IsOne(AuditRow row) => RefusalCauses.Of(row.Detail ?? "") == RefusalCause.Algorithms;

    private static DiagnosisFinding Of(AuditRow row, DiagnosisVerdict verdict)
    {
        var what = $"A program from {row.Address} had no algorithm in common with the listener, last on {KeyService.Format(DateTimeOffset.FromUnixTimeMilliseconds(row.Time))}: {row.Detail}.";
        return PolicyOf(row.Detail!) is not { } policy
            ? new(verdict, what, "Ask them to install a newer version of the program: there is no setting that lets this one in.")
            : new(verdict, what, policy == "compat"
                ? "Ask them to install a newer version of the program. If there is none, open a port with the policy `compat` for such programs alone (Ssh:ListenCompat=ADDRESS:PORT, and restart the server), and tell them that port."
                : $"Ask them to install a newer version of the program, or let the listener have the policy `{policy}` (Ssh:Policy={policy}, and restart the server).")
            {
                Remedy = new Remedy(RemedyKind.ChangePolicy, policy),
            };
    }

    private static string? PolicyOf(string detail)
    {
        var end = detail.LastIndexOf(After, StringComparison.Ordinal);
        var start = end < 0 ? -1 : detail.LastIndexOf(Before, end, StringComparison.Ordinal);
        return start < 0 ? null : detail[(start + Before.Length)..end];
    }
}
