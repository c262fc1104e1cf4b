using Waybill.Core.Database;
using Waybill.Core.Onboarding;

namespace Waybill.Core.Porting;

/// <summary>Many orders at once: the rows of a table that somebody sent.</summary>
public sealed partial class PortingService
{
    /// <summary>Makes a draft of each row: all of them, or none. They keep their lines and a reference that they share, so that they can be sent together.</summary>
    public ValueTask<Result<IReadOnlyList<PortingOrder>>> ImportAsync(string account, IReadOnlyList<PortingRow> rows, Actor actor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return AddAsync(account, ReferenceId.New(), [.. rows.Select(static row => (row.Details, (int?)row.Line))], actor, cancellationToken);
    }

    /// <summary>The orders of a table, by line.</summary>
    /// <param name="account">Whose table; null for the provider, who sees all.</param>
    /// <param name="upload">Its reference.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async ValueTask<Result<IReadOnlyList<PortingOrder>>> UploadAsync(string? account, string upload, CancellationToken cancellationToken = default) =>
        await database.ReadAsync(connection => OfUpload(connection, account, upload), cancellationToken).ConfigureAwait(false);

    /// <summary>
    /// Sends all drafts of a table, each by itself as <see cref="SubmitAsync"/> does: one that breaks a rule stays a draft and keeps none of the others from being sent. Whoever
    /// sends a table again sends what is a draft still.
    /// </summary>
    /// <param name="account">Whose table; null for the provider.</param>
    /// <param name="upload">Its reference.</param>
    /// <param name="actor">Who.</param>
    /// <param name="cancellationToken">Stops it between two rows.</param>
    /// <returns>What came of each row, by line.</returns>
    public async ValueTask<Result<IReadOnlyList<PortingSending>>> SubmitUploadAsync(string? account, string upload, Actor actor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(actor);
        var orders = await UploadAsync(account, upload, cancellationToken).ConfigureAwait(false);
        if (!orders.Succeeded)
        {
            return orders.Problem;
        }

        List<PortingSending> rows = [];
        foreach (var order in orders.Value)
        {
            if (order.State != PortingState.Draft)
            {
                rows.Add(new PortingSending(order.UploadLine!.Value, order, PortingSendingResult.Left, Left(order)));
                continue;
            }

            var sent = await SubmitAsync(account, order.Reference, actor, cancellationToken).ConfigureAwait(false);
            rows.Add(sent.Succeeded
                ? new PortingSending(order.UploadLine!.Value, sent.Value, PortingSendingResult.Sent, null)
                : new PortingSending(order.UploadLine!.Value, order, PortingSendingResult.Refused, sent.Problem.Message));
        }

        return rows;
    }

    private static Result<IReadOnlyList<PortingOrder>> OfUpload(DatabaseConnection connection, string? account, string upload)
    {
        var orders = PortingSql.OfUpload(connection, upload);
        return orders.Count == 0 || (account is not null && !string.Equals(account, orders[0].Account, StringComparison.OrdinalIgnoreCase))
            ? Problem.NotFound($"There is no table {Words.Show(upload)} of orders of porting. Its reference stands with each order that it made.")
            : orders;
    }

    private static string Left(PortingOrder order) => order.State switch
    {
        PortingState.Rejected => "It was rejected. Correct it, and send it by itself.",
        PortingState.Cancelled => "It was cancelled.",
        _ => $"It was sent before, and is {order.State.ToWord()}.",
    };
}
