using Waybill.Core.Database;

namespace Waybill.Core.Retention;

/// <summary>
/// Whether the clock can be believed. What a wrong clock deletes is gone, so a plan or run that finds the clock elsewhere than the last one left it, or behind what
/// was recorded since, does nothing and says so; a person who has looked at another clock can vouch for it.
/// </summary>
internal static class RetentionClock
{
    private const string Ask = "Look at another clock. If this one is right, say so with `waybill retention plan --mark --today YYYY-MM-DD`; if not, set it right first.";

    private sealed record Witness(DateTimeOffset Trusted, long NewestFile, long NewestAudit);

    /// <summary>Why this clock is not believed; null when it is.</summary>
    public static Problem? Check(DatabaseConnection connection, DateTimeOffset now)
    {
        if (connection.First<(TimeSpan, DateTimeOffset)?>(
            "SELECT off_by, noticed_at FROM retention_jump", static row => (TimeSpan.FromMilliseconds(row.GetInt64(0)), row.Time(1))) is var (jump, noticed))
        {
            return Doubt(jump, noticed);
        }

        var witness = Read(connection);
        if (witness is not null && now < witness.Trusted - RetentionLimits.ClockBehind)
        {
            return Problem.Refused($"The clock says {Show(now)}, and the last plan was at {Show(witness.Trusted)}: it went back. Nothing was removed. {Ask}");
        }

        if (witness is not null && now > witness.Trusted + RetentionLimits.ClockAhead)
        {
            return Problem.Refused(
                $"The clock says {Show(now)}, and the last plan was at {Show(witness.Trusted)}, more than {RetentionLimits.ClockAhead.TotalDays:0} days before: it jumped, or no plan ran since. "
                + $"Nothing was removed. {Ask}");
        }

        var future = (now + RetentionLimits.ClockBehind).ToColumn();
        if (connection.First<long?>(
            "SELECT time FROM audit WHERE time > @future AND sequence > @accepted ORDER BY time DESC LIMIT 1", static row => row.GetInt64(0),
            ("@future", future), ("@accepted", witness?.NewestAudit ?? 0)) is { } row)
        {
            return Problem.Refused($"The clock says {Show(now)}, and the audit log has a row of {Show(DateTimeOffset.FromUnixTimeMilliseconds(row))}. Nothing was removed. {Ask}");
        }

        var files = connection.Number(
            "SELECT count(*) FROM (SELECT 1 FROM file WHERE arrived_at > @future AND gone_at IS NULL AND id > @accepted LIMIT 1000)",
            ("@future", future), ("@accepted", witness?.NewestFile ?? 0));
        return files == 0
            ? null
            : Problem.Refused($"The clock says {Show(now)}, and {files} files arrived later than that by the catalogue: it was ahead then, or is behind now. Nothing was removed. {Ask}");
    }

    /// <summary>
    /// Remembers that the clock was right, and sets arrival times right that it cannot have been right for: of files that are newer than the last time and older by
    /// what is written. They get this time, which is never too early. Without <paramref name="vouched"/> there are none in the future, by the check.
    /// </summary>
    /// <returns>How many arrival times were set right.</returns>
    public static int Trust(DatabaseConnection connection, DateTimeOffset now, bool vouched)
    {
        var witness = Read(connection);
        var mended = 0;
        if (witness is not null && witness.Trusted <= now)
        {
            mended += connection.Execute(
                "UPDATE file SET arrived_at = @now WHERE id > @newest AND gone_at IS NULL AND arrived_at < @before",
                ("@now", now.ToColumn()), ("@newest", witness.NewestFile), ("@before", (witness.Trusted - RetentionLimits.ClockBehind).ToColumn()));
        }

        if (vouched)
        {
            connection.Execute("DELETE FROM retention_jump");
            mended += connection.Execute(
                "UPDATE file SET arrived_at = @now WHERE gone_at IS NULL AND arrived_at > @future",
                ("@now", now.ToColumn()), ("@future", (now + RetentionLimits.ClockBehind).ToColumn()));

            // What a clock that was ahead has marked was marked too early.
            connection.Execute("DELETE FROM retention_mark WHERE marked_at > @now", ("@now", now.ToColumn()));
        }

        connection.Execute(
            """
            INSERT INTO retention_clock (id, trusted_at, newest_file, newest_audit)
            VALUES (1, @now, (SELECT coalesce(max(id), 0) FROM file), (SELECT coalesce(max(sequence), 0) FROM audit))
            ON CONFLICT (id) DO UPDATE SET trusted_at = excluded.trusted_at, newest_file = excluded.newest_file, newest_audit = excluded.newest_audit
            """,
            ("@now", now.ToColumn()));
        return mended;
    }

    /// <summary>
    /// The clock jumped while a server ran. What jumps add up to counts: a clock that was set wrong and right again is right.
    /// </summary>
    /// <returns>What every plan and run says from now on; null when the clock is where it was.</returns>
    public static Problem? Jumped(DatabaseConnection connection, TimeSpan jump, DateTimeOffset now)
    {
        var sum = TimeSpan.FromMilliseconds(connection.Number(
            """
            INSERT INTO retention_jump (id, off_by, noticed_at) VALUES (1, @by, @now)
            ON CONFLICT (id) DO UPDATE SET off_by = off_by + excluded.off_by, noticed_at = excluded.noticed_at RETURNING off_by
            """,
            ("@by", (long)jump.TotalMilliseconds), ("@now", now.ToColumn())));
        if (sum.Duration() >= RetentionLimits.ClockJump)
        {
            return Doubt(sum, now);
        }

        connection.Execute("DELETE FROM retention_jump");
        return null;
    }

    /// <summary>A jump in words.</summary>
    public static string Describe(TimeSpan jump) =>
        $"the clock went {jump.Duration().ToString(@"d\.hh\:mm\:ss", System.Globalization.CultureInfo.InvariantCulture)} (days, hours) {(jump > TimeSpan.Zero ? "ahead" : "back")} while the server ran";

    private static Problem Doubt(TimeSpan jump, DateTimeOffset noticed) => Problem.Refused(
        $"At {Show(noticed)} it was noticed that {Describe(jump)}: it was set, or the machine slept. Nothing was removed. {Ask}");

    private static Witness? Read(DatabaseConnection connection) => connection.First(
        "SELECT trusted_at, newest_file, newest_audit FROM retention_clock", static row => new Witness(row.Time(0), row.GetInt64(1), row.GetInt64(2)));

    private static string Show(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", System.Globalization.CultureInfo.InvariantCulture);
}
