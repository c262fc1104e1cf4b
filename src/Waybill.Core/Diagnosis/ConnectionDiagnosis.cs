using Waybill.Core.Keys;

namespace Waybill.Core.Diagnosis;

/// <summary>Why somebody cannot connect: what stands against them now, and what they did lately.</summary>
/// <param name="Subject">What was asked: the login's user name, an address, a reference, or a name that no login has.</param>
/// <param name="UserName">The login that it is about; null if none.</param>
/// <param name="Account">Its account.</param>
/// <param name="Findings">What keeps them out first.</param>
/// <param name="Offered">Keys that were offered for the login and are not installed.</param>
/// <param name="Refused">Connections that did not get in, the latest first; <see cref="DiagnosisService.MaximumRefused"/> at most.</param>
public sealed record ConnectionDiagnosis(
    string Subject, string? UserName, string? Account, IReadOnlyList<DiagnosisFinding> Findings, IReadOnlyList<OfferedKey> Offered, IReadOnlyList<RefusedConnection> Refused);
