using System.Buffers;

namespace Waybill.Core.Porting;

/// <summary>What the provider does with orders.</summary>
public sealed partial class PortingService
{
    /// <summary>When ports happen: those of single lines in the morning, others in the afternoon.</summary>
    private static readonly TimeOnly Morning = new(10, 0);

    private static readonly TimeOnly Afternoon = new(15, 0);

    private static readonly SearchValues<char> CodeCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    /// <summary>Takes an order on, to check it or to send it to the losing provider. Its answer is still due when it was.</summary>
    public ValueTask<Result<PortingOrder>> TakeAsync(string reference, Actor actor, CancellationToken cancellationToken = default) =>
        StepAsync(null, reference, PortingState.Validating, null, null, actor, static (_, order, _) => order, cancellationToken);

    /// <summary>Refuses an order: the customer can correct it and send it again.</summary>
    /// <param name="reference">Its reference.</param>
    /// <param name="code">The losing provider's code, or one of the provider's own: 1 to <see cref="PortingLimits.Code"/> of A-Z a-z 0-9 . _ -.</param>
    /// <param name="why">What is wrong and what to correct.</param>
    /// <param name="actor">Who.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async ValueTask<Result<PortingOrder>> RejectAsync(string reference, string code, string why, Actor actor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(code);
        return code.Length is 0 or > PortingLimits.Code || code.AsSpan().ContainsAnyExcept(CodeCharacters)
            ? Problem.Invalid($"'{Words.Show(code)}' is no code of a rejection: use 1 to {PortingLimits.Code} of A-Z a-z 0-9 . _ -.")
            : await StepAsync(null, reference, PortingState.Rejected, code, why, actor, static (_, order, _) => order with { Due = null, Agreed = null }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The losing provider agrees. The day is to be set within a working day.</summary>
    /// <param name="reference">Its reference.</param>
    /// <param name="isRangeHolder">What is known now of who holds the range; null leaves what the order says.</param>
    /// <param name="actor">Who.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<Result<PortingOrder>> AcceptAsync(string reference, bool? isRangeHolder, Actor actor, CancellationToken cancellationToken = default) => StepAsync(
        null, reference, PortingState.Accepted, null, null, actor,
        (transaction, order, now) =>
        {
            var clock = Clock(transaction.Connection);
            var details = order.Details with { IsRangeHolder = isRangeHolder ?? order.Details.IsRangeHolder };
            return order with { Details = details, Earliest = Row(clock, order, details).Earliest, Due = clock.AnswerDue(now, details.Nation, 1) };
        },
        cancellationToken);

    /// <summary>Sets the day, or another one: worked on, and not before the lead time from the order's sending is over.</summary>
    /// <param name="reference">Its reference.</param>
    /// <param name="day">The day.</param>
    /// <param name="why">Why it is another one than was set before; null for the first.</param>
    /// <param name="actor">Who.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<Result<PortingOrder>> ScheduleAsync(string reference, DateOnly day, string? why, Actor actor, CancellationToken cancellationToken = default) => StepAsync(
        null, reference, PortingState.Scheduled, null, string.IsNullOrWhiteSpace(why) ? null : why, actor,
        (transaction, order, now) =>
        {
            if (order.State == PortingState.Scheduled && string.IsNullOrWhiteSpace(why))
            {
                return Problem.Invalid($"Order {order.Reference} is set for {PortingRules.Show(order.Agreed!.Value)}. Say why it is moved.");
            }

            var clock = Clock(transaction.Connection);
            var (row, earliest) = Row(clock, order, order.Details);
            var today = Today(now);
            return PortingRules.CheckDay(day, earliest > today ? earliest : today, row, today, clock.Days, order.Details.Nation) is { } broken ? broken : order with
            {
                Agreed = day, Due = LocalTimes.At(day, order.Details.Line == LineType.SingleLine ? Morning : Afternoon, options.Zone),
            };
        },
        cancellationToken);

    /// <summary>The port has happened: the numbers are the account's from now on, or nothing changes.</summary>
    public ValueTask<Result<PortingOrder>> CompleteAsync(string reference, Actor actor, CancellationToken cancellationToken = default) => StepAsync(
        null, reference, PortingState.Completed, null, null, actor,
        (transaction, order, now) =>
        {
            var today = Today(now);
            if (today < order.Agreed!.Value)
            {
                return PortingRules.Break(PortingRules.OnTheDay, $"order {order.Reference} is set for {PortingRules.Show(order.Agreed.Value)}. Complete it then, or move the day.");
            }

            var taken = numbers.PortIn(transaction, order.Account, [.. NumberSpans.Each(order.Details.Numbers)], actor);
            return !taken.Succeeded ? taken.Problem : order with { Due = null, PortedOn = order.Agreed, KeepLettersUntil = today.AddMonths(options.LetterMonths) };
        },
        cancellationToken);

    /// <summary>The lead time of an order that was sent.</summary>
    private static (LeadTime Row, DateOnly Earliest) Row(PortingClock clock, PortingOrder order, PortingDetails details) => clock.Earliest(
        order.Submitted!.Value, details.Nation, details.Line!.Value, details.IsGeographic, NumberSpans.Count(details.Numbers), details.IsRangeHolder);
}
