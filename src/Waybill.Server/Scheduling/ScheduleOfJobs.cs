using Waybill.Core.Scheduling;
using Waybill.Portal;
using Waybill.Server.Configuration;

namespace Waybill.Server.Scheduling;

/// <summary>The jobs of this configuration, when each is due next, and how it ended last.</summary>
internal sealed class ScheduleOfJobs(ScheduleLedger ledger, WaybillConfiguration configuration, TimeProvider time) : IServerSchedule
{
    public async ValueTask<IReadOnlyList<ServerJob>> ListAsync(CancellationToken cancellationToken)
    {
        var known = (await ledger.ListAsync(cancellationToken)).ToDictionary(entry => entry.Job);
        return
        [
            .. Jobs().Select(job => new ServerJob(
                job.Name, job.Schedule.Text, job.Schedule.After(time.GetUtcNow()),
                known.GetValueOrDefault(job.Name)?.Began, known.GetValueOrDefault(job.Name)?.Ended, known.GetValueOrDefault(job.Name)?.Problem)),
        ];
    }

    private IEnumerable<(string Name, Schedule Schedule)> Jobs()
    {
        yield return (RetentionJobs.PlanName, RetentionJobs.PlanSchedule(configuration));
        yield return (RetentionJobs.RunName, RetentionJobs.RunSchedule(configuration));
        yield return (RetentionJobs.SettleName, RetentionJobs.SettleSchedule);
        if (CatalogueScanJob.ScheduleOf(configuration.Catalogue) is { } scan)
        {
            yield return (CatalogueScanJob.JobName, scan);
        }

        yield return (NotificationPurgeJob.JobName, NotificationPurgeJob.ScheduleOf(configuration));
        yield return (RequestPurgeJob.JobName, RequestPurgeJob.ScheduleOf(configuration));
        yield return (KeyReminderJob.JobName, KeyReminderJob.ScheduleOf(configuration));
        yield return (HandoverPurgeJob.JobName, HandoverPurgeJob.Every);
        yield return (CertificateJob.JobName, CertificateJob.ScheduleOf(configuration));
        yield return (NumberJob.JobName, NumberJob.ScheduleOf(configuration));
        yield return (PortingLetterJob.JobName, PortingLetterJob.ScheduleOf(configuration));
        yield return (BalanceJob.JobName, BalanceJob.ScheduleOf(configuration));
        yield return (PortingOverdueJob.JobName, PortingOverdueJob.Every);
    }
}
