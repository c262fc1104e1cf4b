using System.Globalization;
using Waybill.Portal.Hosting;

namespace Waybill.Portal.Files;

/// <summary>
/// How many files are on their way at once: each takes a connection and an open file for as long as its reader or sender likes. An account that invites people has no more
/// turns for it.
/// </summary>
internal sealed class TransferTurns() : Turns(PortalLimits.Transfers, PortalLimits.TransfersPerPerson)
{
    private readonly AccountTurns _accounts = new();

    /// <summary>A turn for one person at one account; null when there is none left.</summary>
    public IDisposable? TryTake(long person, string account) => TryTake(person.ToString(CultureInfo.InvariantCulture), account);

    /// <summary>The same for a program, whose name is no number.</summary>
    public IDisposable? TryTake(string who, string account)
    {
        var mine = TryTake(who);
        if (mine is null || _accounts.TryTake(account.ToUpperInvariant()) is not { } theirs)
        {
            mine?.Dispose();
            return null;
        }

        return new Both(mine, theirs);
    }

    private sealed class AccountTurns() : Turns(PortalLimits.Transfers, PortalLimits.TransfersPerAccount);

    private sealed class Both(IDisposable one, IDisposable other) : IDisposable
    {
        public void Dispose()
        {
            one.Dispose();
            other.Dispose();
        }
    }
}
