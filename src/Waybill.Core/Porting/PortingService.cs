using System.Globalization;
using System.Text.Json.Nodes;
using Waybill.Core.Accounts;
using Waybill.Core.Audit;
using Waybill.Core.Database;
using Waybill.Core.Events;
using Waybill.Core.Numbers;
using Waybill.Core.Onboarding;

namespace Waybill.Core.Porting;

/// <summary>
/// Orders with which numbers come from other providers. A customer writes a draft, adds the letter of authority and sends it; the provider checks it, agrees the day with the
/// losing provider, and completes it: then the numbers are the account's. Each step is one transaction with its row of history, of the audit, and its event.
/// </summary>
/// <remarks>
/// Problems: <see cref="ProblemKind.NotFound"/> for an order that is not there, or is another account's; <see cref="ProblemKind.Refused"/> where its state or one of
/// <see cref="PortingRules"/> forbids it, which is named; <see cref="ProblemKind.Invalid"/> for a value. Where a method takes an account, it sees that one's orders alone.
/// </remarks>
/// <param name="database">Where they are kept.</param>
/// <param name="audit">Where each change is recorded, in the same transaction.</param>
/// <param name="time">The clock.</param>
/// <param name="numbers">Takes the numbers on when an order is completed.</param>
/// <param name="options">Lead times, calendar and hours.</param>
public sealed partial class PortingService(WaybillDatabase database, AuditLog audit, TimeProvider time, NumberService numbers, PortingOptions options)
{
    /// <summary>Lead times, calendar and hours.</summary>
    public PortingOptions Options => options;

    /// <summary>Makes drafts: all of them, or none.</summary>
    public ValueTask<Result<IReadOnlyList<PortingOrder>>> CreateAsync(string account, IReadOnlyList<PortingDetails> drafts, Actor actor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(drafts);
        return AddAsync(account, null, [.. drafts.Select(static details => (details, (int?)null))], actor, cancellationToken);
    }

    /// <summary>Changes what a draft or a rejected order says.</summary>
    /// <param name="account">Whose order; null for the provider, who sees all.</param>
    /// <param name="reference">Its reference.</param>
    /// <param name="details">All that it says from now on.</param>
    /// <param name="actor">Who.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<Result<PortingOrder>> ChangeAsync(string? account, string reference, PortingDetails details, Actor actor, CancellationToken cancellationToken = default) =>
        EditAsync(
            account, reference,
            (transaction, order, now) =>
            {
                var changed = order with { Details = details, Changed = now };
                PortingSql.SaveDetails(transaction.Connection, changed);
                Record(transaction, PortingActions.Changed, changed, actor, PortingDifference.Of(order.Details, details) is { Length: > 0 } difference ? difference : "nothing is otherwise");
                return changed;
            },
            cancellationToken);

    /// <summary>Sends a draft, or a rejected order again. Whatever <see cref="PortingRules"/> are broken, the first is named and nothing is sent.</summary>
    public ValueTask<Result<PortingOrder>> SubmitAsync(string? account, string reference, Actor actor, CancellationToken cancellationToken = default) => StepAsync(
        account, reference, PortingState.Submitted, null, null, actor,
        (transaction, order, now) =>
        {
            var (connection, details) = (transaction.Connection, order.Details);
            if (PortingRules.Check(details, order.Letters.Count) is { } broken)
            {
                return broken;
            }

            if (PortingSql.Taken(connection, order) is { } taken)
            {
                return taken.Account == order.AccountId
                    ? PortingRules.Break(PortingRules.OneOrder, $"{taken.Number.National} is in order {taken.Reference} too, which is not over. Cancel that one, or leave the number out.")
                    : NotNow(taken.Number);
            }

            if (PortingSql.Here(connection, details.Numbers, order.AccountId) is { } here)
            {
                return account is null || !here.IsForeign
                    ? PortingRules.Break(PortingRules.NotOurs, $"{here.Number.National} is here already, not at {details.LosingProvider}. Leave it out.")
                    : NotNow(here.Number);
            }

            var clock = Clock(connection);
            var (row, earliest) = clock.Earliest(now, details.Nation, details.Line!.Value, details.IsGeographic, NumberSpans.Count(details.Numbers), details.IsRangeHolder);
            return PortingRules.CheckDay(details.Wanted!.Value, earliest, row, Today(now), clock.Days, details.Nation) is { } badDay ? badDay : order with
            {
                Submitted = now, Earliest = earliest, Due = clock.AnswerDue(now, details.Nation, row.AnswerDays), Code = null, Why = null, Agreed = null,
            };
        },
        cancellationToken);

    /// <summary>Cancels an order. A customer whose day is set asks the provider, who has to stop it at the losing provider.</summary>
    public ValueTask<Result<PortingOrder>> CancelAsync(string? account, string reference, string why, Actor actor, CancellationToken cancellationToken = default) => StepAsync(
        account, reference, PortingState.Cancelled, null, why, actor,
        (_, order, now) => account is not null && order.State == PortingState.Scheduled
            ? Problem.Refused($"Order {order.Reference} is set for {PortingRules.Show(order.Agreed!.Value)}, and has to be stopped at the losing provider. Ask your provider to cancel it.")

            // Nobody has acted upon what was never sent.
            : order with { Due = null, KeepLettersUntil = order.Submitted is null ? Today(now).AddDays(-1) : Today(now).AddMonths(options.LetterMonths) },
        cancellationToken);

    /// <summary>An order.</summary>
    public async ValueTask<Result<PortingOrder>> ShowAsync(string? account, string reference, CancellationToken cancellationToken = default) =>
        await database.ReadAsync(connection => Find(connection, account, reference), cancellationToken).ConfigureAwait(false);

    /// <summary>The steps of an order, the latest first, at most <see cref="PortingLimits.History"/>.</summary>
    public async ValueTask<Result<IReadOnlyList<PortingChange>>> HistoryAsync(string? account, string reference, CancellationToken cancellationToken = default) =>
        await database.ReadAsync<Result<IReadOnlyList<PortingChange>>>(
            connection => Find(connection, account, reference) is var found && found.Succeeded ? PortingSql.History(connection, found.Value.Id) : found.Problem!, cancellationToken).ConfigureAwait(false);

    /// <summary>Lists orders.</summary>
    public async ValueTask<Result<Page<PortingOrder>>> ListAsync(PortingQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var size = Page<PortingOrder>.Clamp(query.Size);
        var start = query.Queue ? (long.MinValue, 0L) : (0L, long.MaxValue);
        var (due, id) = query.After?.Split('_') is [var first, var second] && long.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var at)
            && long.TryParse(second, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? (at, number) : start;
        return await database.ReadAsync<Result<Page<PortingOrder>>>(
            connection =>
            {
                long? account = null;
                if (query.Account is not null)
                {
                    if (AccountService.Find(connection, query.Account) is not { } found)
                    {
                        return AccountService.Unknown(query.Account);
                    }

                    account = found.Id;
                }

                var orders = PortingSql.List(connection, query, account, size + 1, due, id);
                return new Page<PortingOrder>(
                    [.. orders.Take(size)],
                    orders.Count > size ? string.Create(CultureInfo.InvariantCulture, $"{(query.Queue ? orders[size - 1].Due!.Value.ToColumn() : 0)}_{orders[size - 1].Id}") : null);
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Who else wants a number, or has it here, is nobody's business: both are refused in the same words.</summary>
    private static Problem NotNow(PhoneNumber number) => PortingRules.Break(PortingRules.OneOrder, $"{number.National} cannot be ordered now. Leave it out, or ask your provider.");

    private static Result<PortingOrder> Find(DatabaseConnection connection, string? account, string reference) =>
        PortingSql.Find(connection, reference) is { } order && (account is null || string.Equals(account, order.Account, StringComparison.OrdinalIgnoreCase)) ? order : PortingSql.Unknown(reference);

    private ValueTask<Result<IReadOnlyList<PortingOrder>>> AddAsync(
        string account, string? upload, IReadOnlyList<(PortingDetails Details, int? Line)> drafts, Actor actor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        return database.WriteAsync<IReadOnlyList<PortingOrder>>(
            transaction =>
            {
                var connection = transaction.Connection;
                if (AccountService.Find(connection, account) is not { } found)
                {
                    return AccountService.Unknown(account);
                }

                if (found.Status != AccountStatus.Active)
                {
                    return Problem.Refused($"Account {found.Number} is {found.Status.ToWord()}: nothing is ported to it. Resume it first.");
                }

                if (PortingSql.CountOpen(connection, found.Id) + drafts.Count > PortingLimits.OpenOrders)
                {
                    return Problem.LimitReached($"Account {found.Number} would have more than {PortingLimits.OpenOrders} orders that are not over. Complete or cancel some first.");
                }

                var now = time.GetUtcNow();
                List<PortingOrder> added = [];
                foreach (var (details, line) in drafts)
                {
                    var order = PortingSql.Add(connection, new PortingOrder(ReferenceId.New(), found.Number, PortingState.Draft, details)
                    {
                        AccountId = found.Id, Created = now, Changed = now, CreatedBy = actor.Name, Upload = upload, UploadLine = line,
                    });
                    PortingSql.AddChange(connection, order.Id, new PortingChange(now, actor.Name, null, PortingState.Draft, null, null));
                    Record(transaction, PortingActions.Created, order, actor, PortingDifference.Of(null, details) + (upload is null ? "" : $"; line {line} of table {upload}"));
                    added.Add(order);
                }

                return added;
            },
            cancellationToken);
    }

    private ValueTask<Result<PortingOrder>> EditAsync(
        string? account, string reference, Func<WriteTransaction, PortingOrder, DateTimeOffset, Result<PortingOrder>> edit, CancellationToken cancellationToken) => database.WriteAsync(
        transaction =>
        {
            var found = Find(transaction.Connection, account, reference);
            return !found.Succeeded ? found
                : PortingStep.CanChange(found.Value.State) ? edit(transaction, found.Value, time.GetUtcNow())
                : Problem.Refused($"Order {found.Value.Reference} is {found.Value.State.ToWord()}: only a draft or a rejected order can be changed. Cancel it and make a new one, or ask your provider to reject it.");
        },
        cancellationToken);

    private async ValueTask<Result<PortingOrder>> StepAsync(
        string? account, string reference, PortingState to, string? code, string? why, Actor actor,
        Func<WriteTransaction, PortingOrder, DateTimeOffset, Result<PortingOrder>> step, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        if ((why is not null || to is PortingState.Rejected or PortingState.Cancelled) && Words.Check("reason", why?.Trim() ?? "") is { } unsaid)
        {
            return unsaid;
        }

        why = why?.Trim();
        return await database.WriteAsync(
            transaction =>
            {
                var found = Find(transaction.Connection, account, reference);
                if (!found.Succeeded)
                {
                    return found;
                }

                var (before, now) = (found.Value, time.GetUtcNow());
                if (!PortingStep.After(before.State).Contains(to))
                {
                    var next = PortingStep.After(before.State);
                    return Problem.Refused(
                        $"Order {before.Reference} is {before.State.ToWord()} and cannot become {to.ToWord()}. {(next.Count == 0 ? "It is over." : "What can follow: " + string.Join(", ", next.Select(static state => state.ToWord())) + ".")}");
                }

                var done = step(transaction, before, now);
                if (!done.Succeeded)
                {
                    return done;
                }

                var order = done.Value with { State = to, Code = code, Why = why, Changed = now };
                PortingSql.SaveState(transaction.Connection, order);
                PortingSql.AddChange(transaction.Connection, order.Id, new PortingChange(now, actor.Name, before.State, to, code, why));
                Record(transaction, PortingActions.Of(to), order, actor, string.Join(", ", ((string?[])
                    [
                        code, why, order.Agreed is { } day && to == PortingState.Scheduled ? PortingRules.Show(day) : null,
                        to == PortingState.Accepted ? PortingDifference.HolderOf(before.Details, order.Details) : null,
                    ]).OfType<string>()));
                Tell(transaction.Connection, order, actor, now);
                return order;
            },
            cancellationToken).ConfigureAwait(false);
    }

    private void Record(WriteTransaction transaction, string action, PortingOrder order, Actor actor, string detail) =>
        audit.Append(transaction, new AuditEntry(action, actor) { Account = order.Account, Subject = order.Reference, Detail = detail.Length == 0 ? null : detail });

    private static void Tell(DatabaseConnection connection, PortingOrder order, Actor actor, DateTimeOffset now) => EventSql.Raise(
        connection, PortingTopics.Of(order.State), order.AccountId,
        Body(
            order,
            [
                ("wanted", order.Details.Wanted is { } wanted ? PortingRules.Show(wanted) : null), ("day", order.Agreed is { } day ? PortingRules.Show(day) : null), ("code", order.Code), ("why", order.Why),
                ("due", order.Due?.ToEvent()), ("by", actor.Name),
            ]),
        now);

    private static JsonObject Body(PortingOrder order, IReadOnlyList<(string Name, string? Value)> more)
    {
        var body = new JsonObject
        {
            ["order"] = order.Reference, ["state"] = order.State.ToWord(), ["numbers"] = NumberSpans.Count(order.Details.Numbers), ["main"] = order.Details.Main?.National,
            ["losingProvider"] = order.Details.LosingProvider,
        };
        foreach (var (name, value) in more.Where(static each => each.Value is not null))
        {
            body[name] = value;
        }

        return body;
    }

    private DateOnly Today(DateTimeOffset now) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, options.Zone).DateTime);
}
