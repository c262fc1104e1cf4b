using Waybill.Core;
using Waybill.Core.Billing;

namespace Waybill.Portal.Billing;

/// <summary>What the pages of a balance show, for customers and for staff.</summary>
/// <param name="Balance">The balance.</param>
/// <param name="Options">The currency.</param>
/// <param name="Chart">The curve of the last <see cref="Days"/> days; null where there is nothing to be drawn.</param>
/// <param name="Entries">A page of the ledger.</param>
/// <param name="More">The address of the next; null at the end.</param>
/// <param name="Statement">The address of the statement.</param>
/// <param name="Time">How a time is shown to whoever looks.</param>
internal sealed record BalanceSheet(
    Balance Balance, BillingOptions Options, BalanceChart? Chart, IReadOnlyList<LedgerEntry> Entries, string? More, string Statement, Func<DateTimeOffset, string> Time)
{
    /// <summary>Days of the curve.</summary>
    public const int Days = 90;

    /// <summary>Reads it.</summary>
    /// <param name="balances">Where it is.</param>
    /// <param name="account">The account's number.</param>
    /// <param name="zone">Where days begin.</param>
    /// <param name="after">Where the page before ended.</param>
    /// <param name="next">Makes the address of the next page.</param>
    /// <param name="statement">The address of the statement.</param>
    /// <param name="time">How a time is shown.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async ValueTask<Result<BalanceSheet>> ReadAsync(
        BalanceService balances, string account, TimeZoneInfo zone, string? after, Func<string?, string?> next, string statement, Func<DateTimeOffset, string> time,
        CancellationToken cancellationToken)
    {
        var balance = await balances.ShowAsync(account, cancellationToken);
        var curve = await balances.CurveAsync(account, Days, zone, cancellationToken);
        var entries = await balances.EntriesAsync(account, PortalLimits.ListRows, after, cancellationToken);
        return (balance.Problem ?? curve.Problem ?? entries.Problem) is { } problem
            ? problem
            : new BalanceSheet(balance.Value!, balances.Options, BalanceChart.Of(curve.Value!), entries.Value!.Items, next(entries.Value.Next), statement, time);
    }
}
