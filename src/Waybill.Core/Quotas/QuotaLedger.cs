using System.Collections.Concurrent;
using Waybill.Core.Accounts;
using Waybill.Core.Database;
using Waybill.Core.Vaults;
using Waybill.Storage.Quotas;

namespace Waybill.Core.Quotas;

/// <summary>What the running uploads of all sessions hold; there is one of it in a server.</summary>
/// <param name="database">Where limits and the catalogue are.</param>
/// <param name="time">The clock.</param>
public sealed class QuotaLedger(WaybillDatabase database, TimeProvider time)
{
    // One for each account and login that had a session since the start.
    private readonly ConcurrentDictionary<string, QuotaScope> _scopes = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>A session's way to its quotas.</summary>
    /// <param name="account">The account's number.</param>
    /// <param name="login">The login's user name.</param>
    /// <param name="view">How the login's paths lie in the vault.</param>
    public SessionQuota Open(string account, string login, ILoginView view) => new(
        _scopes.GetOrAdd(account, static number => new QuotaScope($"account {number}")),
        _scopes.GetOrAdd($"{account}/{login}", static (_, name) => new QuotaScope($"login {name}"), login),
        new CatalogueQuotas(database, AccountNumber.Fold(account), login, view),
        time);
}
