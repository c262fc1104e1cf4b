using Waybill.Core.Accounts;
using Waybill.Core.Keys;
using Waybill.Core.Logins;

namespace Waybill.Core.Diagnosis;

/// <summary>Why a login cannot connect, for the people whose login it is: nothing of other logins, of staff, or of what only staff can do.</summary>
/// <param name="Login">The login.</param>
/// <param name="Account">Whether its account may be used.</param>
/// <param name="UsableKeys">How many keys can log in.</param>
/// <param name="LastKey">The key that got in last.</param>
/// <param name="Offered">Keys that were offered and are not installed, the last first.</param>
/// <param name="Attempts">Connections that did not get in, the latest first.</param>
public sealed record OwnDiagnosis(
    Login Login, AccountStatus? Account, int UsableKeys, InstalledKey? LastKey, IReadOnlyList<OfferedKey> Offered, IReadOnlyList<OwnAttempt> Attempts);
