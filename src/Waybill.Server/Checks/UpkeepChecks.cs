using System.Globalization;
using Waybill.Core.Audit;
using Waybill.Core.Feeds;
using Waybill.Core.Keys;
using Waybill.Core.Notifications;
using Waybill.Core.Onboarding;
using Waybill.Core.Quotas;
using Waybill.Core.Retention;
using Waybill.Server.CommandLine;
using Waybill.Server.Configuration;
using Waybill.Storage.Local;

namespace Waybill.Server.Checks;

/// <summary>What is asked of daily work: what waits for a person, and what went wrong while nobody looked.</summary>
internal static class UpkeepChecks
{
    /// <summary>Room above the reserve that is too little to sleep well.</summary>
    public const long LowSpace = 1L << 30;

    /// <summary>Quotas that are named; the rest is counted.</summary>
    public const int QuotasNamed = 5;

    /// <summary>How old a recalled set is when it is time to ask whether anybody needs it.</summary>
    public static readonly TimeSpan OldRecall = TimeSpan.FromDays(90);

    /// <summary>How long before its end a key is named; its account is reminded earlier.</summary>
    public static readonly TimeSpan SoonExpiring = TimeSpan.FromDays(7);

    /// <summary>How old the last backup may be.</summary>
    public static readonly TimeSpan OldBackup = TimeSpan.FromDays(7);

    private const int SharedKeysNamed = 3;
    private const int BurntKeysNamed = 3;
    private const int Full = 95;
    private const int NearlyFull = 80;

    public static async Task<IEnumerable<Finding>> LookAsync(Installation installation, CancellationToken cancellationToken) =>
        [.. await LongAsync(installation, cancellationToken), .. await QuickAsync(installation, cancellationToken)];

    /// <summary>What reads whole tables.</summary>
    public static async ValueTask<IEnumerable<Finding>> LongAsync(Installation installation, CancellationToken cancellationToken) =>
        [await QuotasAsync(installation, cancellationToken), await SharedKeysAsync(installation, cancellationToken)];

    /// <summary>What costs milliseconds, however much there is.</summary>
    public static async ValueTask<IEnumerable<Finding>> QuickAsync(Installation installation, CancellationToken cancellationToken) =>
    [
        await RequestsAsync(installation, cancellationToken),
        .. await FormAsync(installation, cancellationToken),
        .. await HeldAsync(installation, cancellationToken),
        await ExpectationsAsync(installation, cancellationToken),
        await ExpiringAsync(installation, cancellationToken),
        await BurntInUseAsync(installation, cancellationToken),
        .. await BurntRoomAsync(installation, cancellationToken),
        await RetentionAsync(installation, cancellationToken),
        await ScheduleAsync(installation, cancellationToken),
        await DeadAsync(installation, DeliveryKind.Mail, cancellationToken),
        await DeadAsync(installation, DeliveryKind.Hook, cancellationToken),
        await BackupAsync(installation, cancellationToken),
    ];

    /// <summary>Uploads have what is above the reserve; the database has all of it.</summary>
    public static IEnumerable<Finding> Room(DataDirectory data, WaybillConfiguration? configuration)
    {
        var drive = new DriveInfo(Directory.Exists(data.Vaults) ? data.Vaults : data.Root);
        var reserve = new LocalStoreOptions { ReserveBytes = configuration?.Storage.ReserveBytes ?? 0 }.ReserveOn(drive.TotalSize);
        var room = drive.AvailableFreeSpace;
        yield return room <= reserve
            ? new Finding(
                Verdict.Failure, "room",
                $"{room >> 20} MiB are free, and {reserve >> 20} MiB of them are kept for the database (Storage:ReserveBytes): uploads are refused; free some room, or give the disk more")
            : room - reserve < LowSpace
            ? new Finding(
                Verdict.Warning, "room", $"{room >> 20} MiB are free; uploads will fail soon, since {reserve >> 20} MiB are kept for the database (Storage:ReserveBytes); free some room")
            : new Finding(Verdict.Ok, "room", $"{room >> 30} GiB are free");
    }

    private static async Task<Finding> SharedKeysAsync(Installation installation, CancellationToken cancellationToken)
    {
        var count = await installation.KeyLife.CountSharedAsync(cancellationToken);
        var shared = await installation.KeyLife.SharedAsync(SharedKeysNamed, cancellationToken);
        return count == 0
            ? new Finding(Verdict.Ok, "keys", "no two logins have the same key")
            : new Finding(
                Verdict.Warning, "keys",
                $"{count} keys are installed on several logins, so nobody can tell who logs in: "
                + string.Join("; ", shared.Select(key => $"{key.Sha256} on {string.Join(", ", key.Logins)}{(key.Count > key.Logins.Count ? ", ..." : "")}"))
                + (count > shared.Count ? "; ..." : "") + "; ask each customer for a key of its own");
    }

    private static async Task<Finding> QuotasAsync(Installation installation, CancellationToken cancellationToken)
    {
        List<Quota> named = [];
        var (full, near, limits) = (0, 0, 0);
        string? after = null;
        do
        {
            var page = await installation.Quotas.ListAsync(Core.Page<Quota>.MaximumSize, after, cancellationToken);
            foreach (var quota in page.Items)
            {
                limits++;
                full += quota.Percent >= Full ? 1 : 0;
                near += quota.Percent is >= NearlyFull and < Full ? 1 : 0;
                if (quota.Percent >= NearlyFull)
                {
                    named.Add(quota);
                    named.Sort(static (one, other) => other.Percent!.Value.CompareTo(one.Percent!.Value));
                    named.RemoveRange(Math.Min(QuotasNamed, named.Count), Math.Max(0, named.Count - QuotasNamed));
                }
            }

            after = page.Next;
        }
        while (after is not null);

        return named.Count == 0
            ? new Finding(Verdict.Ok, "quotas", limits == 0 ? "none is set" : $"{limits} are set, none is used to {NearlyFull} % or more")
            : new Finding(
                Verdict.Warning, "quotas",
                $"{full} are used to {Full} % or more, {near} to {NearlyFull} % or more ({string.Join(", ", named.Select(static quota => $"{quota.Login ?? quota.Account} {quota.Percent} %"))}"
                + $"{(full + near > named.Count ? ", ..." : "")}): uploads will be refused") { Remedy = Remedy.See("quota list") };
    }

    private static async Task<IEnumerable<Finding>> HeldAsync(Installation installation, CancellationToken cancellationToken)
    {
        const string Check = "held files";
        var (sets, oldest) = await FeedPublisher.HeldAsync(installation.Database, cancellationToken);
        var (recalled, oldestRecalled) = await FeedPublisher.RecalledAsync(installation.Database, TimeProvider.System.GetUtcNow() - OldRecall, cancellationToken);
        List<Finding> findings = [];
        if (sets > 0)
        {
            findings.Add(new Finding(
                Verdict.Warning, Check, $"{sets} published sets are held as duplicates, the oldest since {CommandContext.Time(oldest)}; their customers do not have them")
            {
                Remedy = new Remedy("look and release or discard", "held list"),
            });
        }

        if (recalled > 0)
        {
            findings.Add(new Finding(
                Verdict.Warning, Check,
                $"{recalled} sets that were taken back lie hidden for more than {OldRecall.TotalDays:0} days, the oldest since {CommandContext.Time(oldestRecalled)}, and nothing removes them by itself")
            {
                Remedy = new Remedy("discard what nobody needs", "held list --recalled"),
            });
        }

        return findings.Count > 0 ? findings : [new Finding(Verdict.Ok, Check, "none waits")];
    }

    private static async Task<Finding> RequestsAsync(Installation installation, CancellationToken cancellationToken)
    {
        var (open, oldest) = await OnboardingService.WaitingAsync(installation.Database, cancellationToken);
        return open == 0
            ? new Finding(Verdict.Ok, "requests", "none waits for a decision")
            : new Finding(Verdict.Warning, "requests", $"{(open == 1 ? "1 request for access waits" : $"{open} requests for access wait")} for a decision, {(open == 1 ? "" : "the oldest ")}since {CommandContext.Time(oldest)}") { Remedy = Remedy.See("request list --state open") };
    }

    /// <summary>Anybody can fill the form in: from half of what it takes on somebody should look before it takes nothing any more.</summary>
    private static async Task<IEnumerable<Finding>> FormAsync(Installation installation, CancellationToken cancellationToken)
    {
        var unconfirmed = await OnboardingService.UnconfirmedAsync(installation.Database, TimeProvider.System.GetUtcNow(), cancellationToken);
        return unconfirmed < OnboardingLimits.Unconfirmed / 2
            ? []
            : [new Finding(
                unconfirmed < OnboardingLimits.Unconfirmed ? Verdict.Warning : Verdict.Failure, "requests",
                $"{unconfirmed} requests were sent in the last {OnboardingLimits.KeepUnconfirmed.TotalDays:0} days that nobody has confirmed; "
                + (unconfirmed < OnboardingLimits.Unconfirmed ? $"at {OnboardingLimits.Unconfirmed} the form takes no more" : "the form takes no more, and says so"))
            {
                Remedy = new Remedy("look where they come from, and reject what is junk", "request list --state unconfirmed"),
            }];
    }

    private static async Task<Finding> ExpectationsAsync(Installation installation, CancellationToken cancellationToken)
    {
        var missed = await installation.Expectations.CountMissedAsync(cancellationToken);
        return missed == 0
            ? new Finding(Verdict.Ok, "expectations", "no file is overdue")
            : new Finding(Verdict.Warning, "expectations", $"{(missed == 1 ? "1 file that was due has" : $"{missed} files that were due have")} not come; ask whoever sends or makes them") { Remedy = Remedy.See("notification list") };
    }

    private static async Task<Finding> ExpiringAsync(Installation installation, CancellationToken cancellationToken)
    {
        var expiring = await installation.KeyLife.CountExpiringAsync(SoonExpiring, cancellationToken);
        return expiring == 0
            ? new Finding(Verdict.Ok, "expiring keys", $"none expires within {SoonExpiring.TotalDays:0} days")
            : new Finding(
                Verdict.Warning, "expiring keys",
                $"{(expiring == 1 ? "1 key expires" : $"{expiring} keys expire")} within {SoonExpiring.TotalDays:0} days; their accounts were reminded, and who does not add another key cannot connect then");
    }

    private static async Task<Finding> BurntInUseAsync(Installation installation, CancellationToken cancellationToken)
    {
        const string Check = "burnt keys";
        var used = await installation.BurntKeys.InUseAsync(BurntKeysNamed + 1, cancellationToken);
        return used.Count == 0
            ? new Finding(Verdict.Ok, Check, "no key that others may have works on a login")
            : new Finding(
                Verdict.Warning, Check,
                "others may have the private half of keys that still work: "
                + string.Join("; ", used.Take(BurntKeysNamed).Select(static key => $"{key.Sha256} on {string.Join(", ", key.InstalledOn)}{(key.IsProven ? "" : " (unproven: ask whether they sent it)")}"))
                + (used.Count > BurntKeysNamed ? "; ..." : ""))
            {
                Remedy = new Remedy("ask for new keys and revoke these", $"key revoke {used[0].InstalledOn[0]} {used[0].Sha256} --reason TEXT"),
            };
    }

    /// <summary>Anybody can send private keys: from nine tenths of what is remembered on, somebody should look who does.</summary>
    private static async Task<IEnumerable<Finding>> BurntRoomAsync(Installation installation, CancellationToken cancellationToken)
    {
        var remembered = await installation.BurntKeys.CountAsync(cancellationToken);
        return remembered < BurntKeys.Maximum / 10 * 9
            ? []
            : [new Finding(
                remembered < BurntKeys.Maximum ? Verdict.Warning : Verdict.Failure, "burnt keys",
                $"{remembered} keys are remembered whose private half was sent here; "
                + (remembered < BurntKeys.Maximum ? $"at {BurntKeys.Maximum} no more are, but those that are on a login" : "no more are, but those that are on a login"))
            {
                Remedy = new Remedy("see who sends them", "audit search --action key-burnt"),
            }];
    }

    private static async Task<Finding> BackupAsync(Installation installation, CancellationToken cancellationToken)
    {
        var last = (await installation.Audit.SearchAsync(new AuditQuery { Action = AuditActions.BackupMade, Size = 1 }, cancellationToken)).Items;
        return last is not [{ Time: var made }]
            ? new Finding(Verdict.Warning, "backup", "none was ever made by waybill") { Remedy = new Remedy("make one, unless something else does", "backup FILE") }
            : TimeProvider.System.GetUtcNow() - made > OldBackup
            ? new Finding(Verdict.Warning, "backup", $"the last one was made {CommandContext.Time(made)}") { Remedy = new Remedy("make one, unless something else does", "backup FILE") }
            : new Finding(Verdict.Ok, "backup", $"the last one was made {CommandContext.Time(made)}");
    }

    private static async Task<Finding> RetentionAsync(Installation installation, CancellationToken cancellationToken)
    {
        if (await RetentionService.DoubtAsync(installation.Database, TimeProvider.System.GetUtcNow(), cancellationToken) is { } doubt)
        {
            return new Finding(Verdict.Warning, "retention", doubt.Message);
        }

        var passes = await RetentionService.PassesAsync(installation.Database, cancellationToken);
        return passes is [{ Refusal: { } refusal } last, ..]
            ? new Finding(
                Verdict.Warning, "retention",
                $"the last {last.Kind}, {CommandContext.Time(last.Began)}, was refused: {refusal} The next one tries again") { Remedy = Remedy.See("retention log") }
            : new Finding(
                Verdict.Ok, "retention",
                passes is [var done, ..] ? $"the last {done.Kind} was {CommandContext.Time(done.Began)}" : "nothing was planned yet; a running server plans every day");
    }

    private static async Task<Finding> ScheduleAsync(Installation installation, CancellationToken cancellationToken)
    {
        var failed = (await installation.Schedule.ListAsync(cancellationToken)).Where(static job => job.Problem is not null).ToList();
        return failed.Count == 0
            ? new Finding(Verdict.Ok, "schedule", "no job has failed")
            : new Finding(
                Verdict.Warning, "schedule",
                string.Join("; ", failed.Select(job => string.Create(CultureInfo.InvariantCulture, $"{job.Job} failed {CommandContext.Time(job.Ended)}: {job.Problem}")))) { Remedy = new Remedy("it runs again at its next time", "schedule list") };
    }

    private static async Task<Finding> DeadAsync(Installation installation, DeliveryKind kind, CancellationToken cancellationToken)
    {
        var (check, what, atOnce, remedy) = kind == DeliveryKind.Mail
            ? ("notifications", "mails", "at once where they were refused for good", "mend the mail server or the address")
            : ("web hooks", "calls of web hooks", "with a web hook that was removed", "mend the receiver");
        var dead = await installation.Notifications.CountAsync(DeliveryState.Dead, kind, cancellationToken);
        return dead == 0
            ? new Finding(Verdict.Ok, check, $"{await installation.Notifications.CountAsync(DeliveryState.Waiting, kind, cancellationToken)} wait, none was given up")
            : new Finding(
                Verdict.Warning, check,
                $"{dead} {what} were given up after {NotificationLimits.GiveUp.TotalHours:0} hours of trying, or {atOnce}, or waited in a backup that was restored")
            {
                Remedy = new Remedy($"see notification list --dead; {remedy}, then", "notification retry --all-dead"),
            };
    }
}
