namespace Waybill.Core.Retention;

/// <summary>The topics of the events that retention raises.</summary>
public static class RetentionTopics
{
    /// <summary>
    /// An account's files are about to go. The body: <c>run</c> (when, ISO 8601 in UTC), <c>files</c>, <c>bytes</c>, <c>neverFetched</c>, <c>archived</c> (whether the
    /// provider keeps them elsewhere), <c>names</c> (a path on each line, those that were never fetched first, at most <see cref="RetentionLimits.NamesInNotice"/>)
    /// and <c>namesLeftOut</c>.
    /// </summary>
    public const string Notice = "retention-notice";

    /// <summary>A plan or run was refused or failed, or the clock jumped. The body: <c>what</c> (plan, run or clock) and <c>problem</c>.</summary>
    public const string Trouble = "retention-trouble";
}
