using Waybill.Core.Audit;
using Waybill.Core.Database;
using Waybill.Core.Events;

namespace Waybill.Core.Porting;

/// <summary>The calendar, and orders whose time has passed.</summary>
public sealed partial class PortingService
{
    /// <summary>Lead times and calendar as they are now.</summary>
    public ValueTask<PortingClock> ClockAsync(CancellationToken cancellationToken = default) => database.ReadAsync(Clock, cancellationToken);

    /// <summary>Days that are otherwise than the calendar's rules have it, by day.</summary>
    public async ValueTask<IReadOnlyList<OneOffDay>> DaysAsync(CancellationToken cancellationToken = default) =>
        await database.ReadAsync(PortingSql.Days, cancellationToken).ConfigureAwait(false);

    /// <summary>Sets a day to be otherwise. Orders that were sent keep the days that they have.</summary>
    public async ValueTask<Result<OneOffDay>> SetDayAsync(OneOffDay day, Actor actor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(day);
        return Words.Check("name of the day", day.Name) is { } problem ? problem : await database.WriteAsync<OneOffDay>(
            transaction =>
            {
                var days = PortingSql.Days(transaction.Connection);
                if (days.Count >= PortingLimits.OneOffDays && !days.Exists(each => each.Day == day.Day && each.Nation == day.Nation))
                {
                    return Problem.LimitReached($"There are {PortingLimits.OneOffDays} such days already. Remove those that are over.");
                }

                PortingSql.SetDay(transaction.Connection, day);
                audit.Append(transaction, new AuditEntry(PortingActions.DaySet, actor) { Subject = PortingRules.Show(day.Day), Detail = $"{Where(day.Nation)}: {(day.IsHoliday ? "holiday" : "worked on")}, {day.Name}" });
                return day;
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes a day again what the rules have it.</summary>
    public async ValueTask<Outcome> RemoveDayAsync(DateOnly day, Nation? nation, Actor actor, CancellationToken cancellationToken = default) => new((await database.WriteAsync<bool>(
        transaction =>
        {
            if (!PortingSql.RemoveDay(transaction.Connection, day, nation))
            {
                return Problem.NotFound($"{PortingRules.Show(day)} is no such day for {Where(nation)}. Look it up in the list.");
            }

            audit.Append(transaction, new AuditEntry(PortingActions.DayRemoved, actor) { Subject = PortingRules.Show(day), Detail = Where(nation) });
            return true;
        },
        cancellationToken).ConfigureAwait(false)).Problem);

    /// <summary>Tells the provider of orders with which it had to do something by now, of each once; says of how many.</summary>
    public async ValueTask<Result<int>> TellOverdueAsync(CancellationToken cancellationToken = default)
    {
        for (var told = 0; ;)
        {
            var some = await database.WriteAsync<int>(
                transaction =>
                {
                    var (connection, now) = (transaction.Connection, time.GetUtcNow());
                    var overdue = PortingSql.Overdue(connection, now);
                    foreach (var order in overdue)
                    {
                        PortingSql.SetReminded(connection, order.Id);
                        EventSql.Raise(connection, PortingTopics.Overdue, order.AccountId, Body(order, [("due", order.Due?.ToEvent()), ("next", Next(order))]), now);
                    }

                    return overdue.Count;
                },
                cancellationToken).ConfigureAwait(false);
            if (!some.Succeeded || some.Value == 0)
            {
                return some.Succeeded ? told : some.Problem;
            }

            told += some.Value;
        }
    }

    private static string Next(PortingOrder order) => order.State switch
    {
        PortingState.Accepted => "the day is to be set",
        PortingState.Scheduled => "the port is to be completed, or another day set",
        _ => "the answer is to be given",
    };

    private static string Where(Nation? nation) => nation?.ToString() ?? "all nations";

    private PortingClock Clock(DatabaseConnection connection) => new(new WorkingDays(options.Calendars, PortingSql.Days(connection)), options);
}
