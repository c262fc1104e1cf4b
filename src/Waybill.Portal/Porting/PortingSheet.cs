using Waybill.Core;
using Waybill.Core.Porting;

namespace Waybill.Portal.Porting;

/// <summary>What the pages of an order show, for customers and for staff.</summary>
/// <param name="Order">The order.</param>
/// <param name="History">Its steps, the latest first.</param>
/// <param name="Here">The address of its page.</param>
/// <param name="Time">How a time is shown to whoever looks.</param>
internal sealed record PortingSheet(PortingOrder Order, IReadOnlyList<PortingChange> History, string Here, Func<DateTimeOffset, string> Time)
{
    /// <summary>Reads it.</summary>
    /// <param name="porting">Where it is.</param>
    /// <param name="account">Whose order; null for the provider.</param>
    /// <param name="reference">Its reference.</param>
    /// <param name="here">Makes the address of its page.</param>
    /// <param name="time">How a time is shown.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async ValueTask<Result<PortingSheet>> ReadAsync(
        PortingService porting, string? account, string reference, Func<string, string> here, Func<DateTimeOffset, string> time, CancellationToken cancellationToken)
    {
        var order = await porting.ShowAsync(account, reference, cancellationToken);
        var history = await porting.HistoryAsync(account, reference, cancellationToken);
        return (order.Problem ?? history.Problem) is { } problem ? problem : new PortingSheet(order.Value!, history.Value!, here(order.Value!.Reference), time);
    }
}
