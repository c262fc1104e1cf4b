using Waybill.Core.Database;

namespace Waybill.Core.Scheduling;

/// <summary>The last time of each scheduled job, so that one that fell into a downtime is made up for, and people can see how it ended.</summary>
/// <param name="database">Where it is kept.</param>
public sealed class ScheduleLedger(WaybillDatabase database)
{
    /// <summary>What a job's problem is cut to.</summary>
    public const int MaximumProblem = 1000;

    /// <summary>All jobs that ever were due, by name.</summary>
    public ValueTask<IReadOnlyList<ScheduleEntry>> ListAsync(CancellationToken cancellationToken = default) => database.ReadAsync<IReadOnlyList<ScheduleEntry>>(
        static connection => connection.All(
            "SELECT job, due_at, began_at, ended_at, problem FROM schedule_state ORDER BY job LIMIT 1000",
            static row => new ScheduleEntry(row.GetString(0), row.Time(1), row.TimeOrNull(2), row.TimeOrNull(3), row.TextOrNull(4))),
        cancellationToken);

    /// <summary>The time that a job was last due at; when it was never, that is now: what lies before its first start is not made up for.</summary>
    public async ValueTask<Result<ScheduleEntry>> FindAsync(string job, DateTimeOffset now, CancellationToken cancellationToken = default) =>
        await database.WriteAsync<ScheduleEntry>(
            transaction =>
            {
                transaction.Connection.Execute("INSERT INTO schedule_state (job, due_at) VALUES (@job, @now) ON CONFLICT DO NOTHING", ("@job", job), ("@now", now.ToColumn()));
                return transaction.Connection.First(
                    "SELECT due_at, began_at, ended_at, problem FROM schedule_state WHERE job = @job",
                    row => new ScheduleEntry(job, row.Time(0), row.TimeOrNull(1), row.TimeOrNull(2), row.TextOrNull(3)), ("@job", job))!;
            },
            cancellationToken).ConfigureAwait(false);

    /// <summary>A job begins that is due. The time counts as served only when it has ended, so that one that is cut off begins again.</summary>
    public async ValueTask<Outcome> BeginAsync(string job, DateTimeOffset now, CancellationToken cancellationToken = default) => new((await database.WriteAsync<bool>(
        transaction =>
        {
            transaction.Connection.Execute(
                "UPDATE schedule_state SET began_at = @now, ended_at = NULL, problem = NULL WHERE job = @job", ("@now", now.ToColumn()), ("@job", job));
            return true;
        },
        cancellationToken).ConfigureAwait(false)).Problem);

    /// <summary>A job has ended, well or not.</summary>
    public async ValueTask<Outcome> EndAsync(string job, DateTimeOffset due, DateTimeOffset now, string? problem, CancellationToken cancellationToken = default) =>
        new((await database.WriteAsync<bool>(
            transaction =>
            {
                transaction.Connection.Execute(
                    "UPDATE schedule_state SET due_at = @due, ended_at = @now, problem = @problem WHERE job = @job",
                    ("@due", due.ToColumn()), ("@now", now.ToColumn()), ("@problem", problem is { Length: > MaximumProblem } ? problem[..MaximumProblem] : problem), ("@job", job));
                return true;
            },
            cancellationToken).ConfigureAwait(false)).Problem);
}
