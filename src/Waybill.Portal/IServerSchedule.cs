namespace Waybill.Portal;

/// <summary>What the server does by itself, and when.</summary>
public interface IServerSchedule
{
    /// <summary>The jobs, as <c>waybill schedule list</c> has them.</summary>
    ValueTask<IReadOnlyList<ServerJob>> ListAsync(CancellationToken cancellationToken);
}

/// <summary>A job that the server does by itself.</summary>
/// <param name="Job">Its name.</param>
/// <param name="Cron">When it is due: a cron expression with seconds, or an interval in words.</param>
/// <param name="Next">When it is due next.</param>
/// <param name="Began">When it last began.</param>
/// <param name="Ended">When it ended; null while it is being done, or when it was cut off.</param>
/// <param name="Problem">Why it failed; null when it did not.</param>
public sealed record ServerJob(string Job, string Cron, DateTimeOffset? Next, DateTimeOffset? Began, DateTimeOffset? Ended, string? Problem);
