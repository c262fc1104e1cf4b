using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Waybill.Core;
using Waybill.Core.Audit;
using Waybill.Core.Certificates;
using Waybill.Server.Configuration;

namespace Waybill.Server.Certificates;

/// <summary>
/// The steps from one certificate of the installation's own to the next: it is made, announced for a day, and takes over then. People have trusted a fingerprint, so the
/// server's daily job makes these steps well ahead of the end. docs/operations/certificates.md shows them in use.
/// </summary>
/// <param name="files">The certificates.</param>
/// <param name="configuration">The names, and how many days ahead.</param>
/// <param name="time">The clock.</param>
/// <param name="record">Makes a row of the audit, before the change: an action, the fingerprint, and words about it.</param>
/// <param name="tell">Tells people of an announced change; they are told once, however often it is called.</param>
internal sealed class CertificateRenewal(
    TlsFiles files, WaybillConfiguration configuration, TimeProvider time, Func<string, string, string, ValueTask> record, Func<CertificateChange, ValueTask<Outcome>> tell)
{
    /// <summary>How long the job waits before it replaces a certificate that is not valid yet: a machine that starts with its clock behind has set it right by then.</summary>
    public static readonly TimeSpan ClockSettles = TimeSpan.FromMinutes(10);

    private readonly TimeZoneInfo _zone = ConfigurationCheck.Zone(configuration.Provider);

    /// <summary>With the audit and the outbox of an installation.</summary>
    public static CertificateRenewal Of(Installation installation, WaybillConfiguration configuration, Actor actor, TimeProvider time)
    {
        var notices = new CertificateNotices(installation.Database, NotificationSettings.Options(configuration, installation.Data), time);
        return new CertificateRenewal(
            new TlsFiles(installation.Data), configuration, time,
            async (action, subject, detail) =>
            {
                var recorded = await installation.Audit.AppendAsync(new AuditEntry(action, actor) { Subject = subject, Detail = detail });
                if (!recorded.Succeeded)
                {
                    throw CommandException.Of(recorded.Problem);
                }
            },
            async change => new Outcome((await notices.TellAsync(change)).Problem));
    }

    /// <summary>Makes the next certificate, with the names of the configuration; nobody is told of it yet.</summary>
    /// <param name="sure">Even in the place of one that people were told of.</param>
    public async Task<NextCertificate> MakeAsync(bool sure)
    {
        RequireOwn();
        await using var only = await files.LockAsync();
        return await MakeAsync(files.ReadNext(), sure);
    }

    /// <summary>Announces the next certificate for a day; one is made if none was made lately.</summary>
    /// <param name="day">The day; null for the usual one.</param>
    public async Task<NextCertificate> AnnounceAsync(DateOnly? day)
    {
        RequireOwn();
        await using var only = await files.LockAsync();
        using var present = Present();
        if (day is { } asked)
        {
            var ends = DayOf(present.NotAfter);
            Refuse(asked <= Today, $"{Show(asked)} is not ahead, and people need time; choose a later day, or take it into use at once: ./waybill certificate renew --now --yes");
            Refuse(ends > Today && asked >= ends, $"on {Show(asked)} the present certificate has ended (its last day is {Show(ends.AddDays(-1))}); choose an earlier day");
        }

        var next = files.ReadNext() is { } there && (there.TakesOver is not null || IsFresh(there)) ? there : await MakeAsync(null, sure: false);
        if (next.TakesOver is not { } before || (day is not null && day != before))
        {
            next = await AnnounceAsync(next, day ?? UsualDay(present));
        }

        await TellAsync(present, next);
        return next;
    }

    /// <summary>Makes a certificate and takes it into use at once; people are told on the same day, since that is when a fingerprint that they trusted must be compared most.</summary>
    public async Task<NextCertificate> ReplaceAsync()
    {
        RequireOwn();
        await using var only = await files.LockAsync();
        using var present = Present();
        var next = (await MakeAsync(files.ReadNext(), sure: true)) with { Announced = time.GetUtcNow(), TakesOver = Today };
        await UseAsync(next, "at once, without an announcement");
        var told = await TellAsync(present, next);
        Refuse(!told.Succeeded, $"the new certificate is in use, but nobody could be told of it: {told.Problem?.Message}");
        return next;
    }

    /// <summary>What is due today.</summary>
    public async ValueTask<Outcome> RunAsync(CancellationToken cancellationToken = default)
    {
        if (configuration.Portal.Certificate is not null)
        {
            return Outcome.Done;
        }

        try
        {
            if (configuration.Certificates.AnnounceDays > 0 && IsPresentAhead())
            {
                await Task.Delay(ClockSettles, time, cancellationToken);
            }

            await using var only = await files.LockAsync();
            using var present = Present();
            var next = files.ReadNext();
            if (configuration.Certificates.AnnounceDays > 0 && (IsAhead(present) || (next?.TakesOver is null && IsDue(present))))
            {
                next = await AnnounceAsync(next is { } made && IsFresh(made) ? made : await MakeAsync(null, sure: false), UsualDay(present));
            }

            if (next?.TakesOver is not { } day)
            {
                return Outcome.Done;
            }

            var told = await TellAsync(present, next);
            if (day <= Today)
            {
                await UseAsync(next, $"as announced for {Show(day)}");
            }

            return told;
        }
        catch (CommandException problem)
        {
            return new Outcome(new Problem(ProblemKind.Unusable, problem.Message));
        }
    }

    /// <summary>The day in the provider's zone.</summary>
    private DateOnly Today => DayOf(time.GetUtcNow());

    private static string Show(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static void Refuse(bool when, string why)
    {
        if (when)
        {
            throw new CommandException(why);
        }
    }

    private DateOnly DayOf(DateTimeOffset moment) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(moment, _zone).DateTime);

    private bool IsPresentAhead()
    {
        using var present = Present();
        return IsAhead(present);
    }

    /// <summary>Whether it was made while the clock was ahead: every client refuses it, for months perhaps.</summary>
    private bool IsAhead(X509Certificate2 present) => present.NotBefore.ToUniversalTime() > time.GetUtcNow();

    /// <summary>Whether the next one is to be announced. One that ends with the root is the last: another would bring nobody a day, and doctor has been saying so for a year.</summary>
    private bool IsDue(X509Certificate2 present) =>
        DayOf(present.NotAfter).AddDays(-configuration.Certificates.AnnounceDays) <= Today && present.NotAfter.ToUniversalTime() < files.RootEnds();

    /// <summary>
    /// One that somebody made long ago and never announced would end soon after it takes over, with another change for everybody. One of a time to come was made while the clock
    /// was ahead.
    /// </summary>
    private bool IsFresh(NextCertificate made)
    {
        // Where the job is switched off, its usual days.
        var days = configuration.Certificates.AnnounceDays is > 0 and var set ? set : new CertificatesSection().AnnounceDays;
        var age = time.GetUtcNow() - made.Made;
        return age >= TimeSpan.Zero && age < TimeSpan.FromDays(days);
    }

    /// <summary>
    /// Some days before the end. After a downtime people get as many days as they usually do, if the certificate lasts that long; one that has ended, or is not valid yet,
    /// is replaced at once.
    /// </summary>
    private DateOnly UsualDay(X509Certificate2 present)
    {
        if (IsAhead(present))
        {
            return Today;
        }

        var (ahead, left) = (configuration.Certificates.AnnounceDays, configuration.Certificates.TakeOverDays);
        var ends = DayOf(present.NotAfter);
        DateOnly[] days = [ends.AddDays(-left), Today.AddDays(Math.Max(ahead - left, 1))];
        var last = ends.AddDays(-1);
        var day = days.Max() < last ? days.Max() : last;
        return day > Today ? day : Today;
    }

    private X509Certificate2 Present() => ServerCertificate.Load(files, configuration.Portal).Certificate;

    private void RequireOwn() => Refuse(
        configuration.Portal.Certificate is not null, $"the certificate is your own ({configuration.Portal.Certificate}): renew it where it comes from and put the new files in its place, and the server takes them without a restart");

    private async Task<NextCertificate> MakeAsync(NextCertificate? there, bool sure)
    {
        Refuse(!sure && there?.TakesOver is { } day, $"the next certificate is announced for {Show(there?.TakesOver ?? default)}, and people were told its fingerprint; make another in its place with --yes");
        var next = files.Issue(TlsFiles.Names(configuration), time.GetUtcNow());
        using var certificate = next.Certificate();
        await record(AuditActions.CertificateMade, CertificateNotation.Sha256(certificate), $"for {string.Join(", ", TlsFiles.Names(configuration))}, until {certificate.NotAfter.ToUniversalTime():yyyy-MM-dd}");
        files.WriteNext(next);
        return next;
    }

    private async Task<NextCertificate> AnnounceAsync(NextCertificate next, DateOnly day)
    {
        var announced = next with { Announced = time.GetUtcNow(), TakesOver = day };
        using var certificate = next.Certificate();
        await record(AuditActions.CertificateAnnounced, CertificateNotation.Sha256(certificate), $"takes over on {Show(day)}");
        files.WriteNext(announced);
        return announced;
    }

    private async Task UseAsync(NextCertificate next, string how)
    {
        using var certificate = next.Certificate();
        await record(AuditActions.CertificateUsed, CertificateNotation.Sha256(certificate), how);
        files.TakeOver();
    }

    private async ValueTask<Outcome> TellAsync(X509Certificate2 present, NextCertificate next)
    {
        using var certificate = next.Certificate();
        var page = configuration.Portal.Listen.Count > 0 ? PortalSettings.BaseUrl(configuration.Portal) + "/certificates" : null;
        return await tell(new CertificateChange(present, certificate, next.TakesOver!.Value, next.Announced!.Value, page));
    }
}
