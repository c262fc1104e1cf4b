using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Waybill.Core.Accounts;
using Waybill.Core.Certificates;
using Waybill.Core.Logins;
using Waybill.Core.Notifications;
using Waybill.Core.People;
using Waybill.Core.Tests.Notifications;

namespace Waybill.Core.Tests.Certificates;

public sealed class CertificateNoticesTests
{
    [Fact]
    public async Task Accounts_with_a_password_and_their_people_are_mailed_once_and_nobody_else_is()
    {
        await using var core = await TestCore.CreateAsync();
        foreach (var (number, mail) in new[] { ("10042", "cdr@customer.test"), ("10043", "keys@customer.test"), ("10044", "gone@customer.test") })
        {
            await core.Services.Accounts.AddAsync(new NewAccount(number, "Example Ltd") { Email = mail }, TestCore.Operator);
            await core.Services.Logins.AddAsync(new NewLogin(LoginKind.Customer) { Account = number }, TestCore.Operator);
        }

        (await core.Services.Passwords.GenerateAsync("10042", TestCore.Operator)).Get();
        (await core.Services.Passwords.GenerateAsync("10044", TestCore.Operator)).Get();
        await core.Services.Logins.SuspendAsync("10044", null, TestCore.Operator);
        var people = new PersonService(core.Services.Database, core.Services.Audit, core.Time);
        foreach (var (mail, account) in new[] { ("ann@customer.test", "10042"), ("CDR@customer.test", "10042"), ("bob@customer.test", "10043") })
        {
            (await people.AddAsync(new NewPerson(mail, "Ann Example") { Roles = [new RoleGrant(PersonRole.Member, account)] }, TestCore.Operator)).Get();
        }

        var change = Change(core);
        Assert.Equal(1, await TellAsync(core, change));
        Assert.Equal(0, await TellAsync(core, change));
        await core.ReopenAsync();
        Assert.Equal(0, await TellAsync(core, change));

        // Who gets a password later is told then, and nobody a second time.
        core.Time.Advance(TimeSpan.FromDays(1));
        (await core.Services.Passwords.GenerateAsync("10043", TestCore.Operator)).Get();
        Assert.Equal(1, await TellAsync(core, change));
        Assert.Equal(0, await TellAsync(core, change));
        Assert.Equal(
            "ann@customer.test bob@customer.test cdr@customer.test keys@customer.test support@provider.test",
            core.Scalar("SELECT group_concat(target, ' ') FROM (SELECT lower(target) AS target FROM delivery WHERE kind = 'mail' ORDER BY 1)"));

        var text = (string)core.Scalar("SELECT text FROM delivery WHERE target = 'cdr@customer.test'")!;
        Assert.Equal(text, core.Scalar("SELECT text FROM delivery WHERE target = 'ann@customer.test'"));
        Assert.Equal("Example Telecom: the certificate for FTPS changes on 2026-03-01", core.Scalar("SELECT subject FROM delivery WHERE target = 'cdr@customer.test'"));
        foreach (var expected in new[] { CertificateNotation.Sha256(change.Present), CertificateNotation.Sha256(change.Next), CertificateNotation.Sha1(change.Next), change.Page! })
        {
            Assert.Contains(expected, text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_real_mail_server_gets_both_fingerprints_the_day_and_the_page()
    {
        await using var server = await SmtpServer.StartAsync();
        await using var outbox = await Outbox.CreateAsync(server.Port, null, [.. TopicRule.Shipped]);
        var core = outbox.Core;
        await core.Services.Logins.AddAsync(new NewLogin(LoginKind.Customer) { Account = "10042" }, TestCore.Operator);
        (await core.Services.Passwords.GenerateAsync("10042", TestCore.Operator)).Get();
        var change = Change(core);
        Assert.Equal(1, (await new CertificateNotices(core.Services.Database, outbox.Options, core.Time).TellAsync(change)).Get());
        await outbox.RunAsync();

        var mails = await server.WaitForAsync(2);
        Assert.Equal([Outbox.Customer, Outbox.Support], mails.Select(static mail => Assert.Single(mail.To)).Order(StringComparer.Ordinal));
        var told = mails.Single(static mail => mail.To[0] == Outbox.Customer);
        Assert.Equal("Example Telecom: the certificate for FTPS changes on 2026-03-01", told.Subject);
        foreach (var expected in new[] { CertificateNotation.Sha256(change.Present), CertificateNotation.Sha1(change.Present), CertificateNotation.Sha256(change.Next), CertificateNotation.Sha1(change.Next), "2026-03-01", change.Page! })
        {
            Assert.Contains(expected, told.Parts[0], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_next_announcement_is_told_to_all_again()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddLoginAsync();
        (await core.Services.Passwords.GenerateAsync("10042", TestCore.Operator)).Get();
        Assert.Equal(1, await TellAsync(core, Change(core)));
        core.Time.Advance(TimeSpan.FromDays(300));
        Assert.Equal(1, await TellAsync(core, Change(core)));
        Assert.Equal(2L, core.Scalar("SELECT count(*) FROM event WHERE topic = 'certificate-due'"));
    }

    [Fact]
    public async Task More_accounts_than_fit_into_a_transaction_are_all_told()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddLoginAsync();
        (await core.Services.Passwords.GenerateAsync("10042", TestCore.Operator)).Get();
        for (var number = 20_000; number < 20_000 + CertificateNotices.Together; number++)
        {
            var account = number.ToString(System.Globalization.CultureInfo.InvariantCulture);
            await core.Services.Accounts.AddAsync(new NewAccount(account, "Example Ltd"), TestCore.Operator);
            await core.Services.Logins.AddAsync(new NewLogin(LoginKind.Customer) { Account = account }, TestCore.Operator);
        }

        core.Tamper("INSERT INTO login_password (login_id, hash, stamp, set_at, set_by, is_imported, is_weak) SELECT l.id, p.hash, 'stamp' || l.id, 0, 'x', 0, 0 FROM login l, login_password p WHERE l.user_name <> '10042'");
        Assert.Equal(CertificateNotices.Together + 1, await TellAsync(core, Change(core)));
    }

    [Fact]
    public async Task Of_very_many_people_at_an_account_the_first_hundred_are_mailed()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddLoginAsync();
        (await core.Services.Passwords.GenerateAsync("10042", TestCore.Operator)).Get();
        core.Tamper($"""
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i <= {CertificateNotices.People})
            INSERT INTO person (id, email, email_key, name, language, status, created_at) SELECT i, 'p' || i || '@x.test', 'p' || i || '@x.test', 'P', 'en', 'active', 0 FROM n;
            INSERT INTO person_role (person_id, role, account_id, vendor_key, granted_at, granted_by) SELECT p.id, 'member', a.id, '', 0, 'x' FROM person p, account a;
            """);
        await TellAsync(core, Change(core));
        Assert.Equal((long)CertificateNotices.People, core.Scalar("SELECT count(*) FROM delivery WHERE target LIKE '%@x.test'"));
    }

    [Fact]
    public void Fingerprints_stand_in_the_notation_of_each_client()
    {
        using var certificate = Certificate();
        var (sha256, sha1) = (certificate.GetCertHashString(HashAlgorithmName.SHA256), certificate.GetCertHashString(HashAlgorithmName.SHA1));
        Assert.Equal(sha256, CertificateNotation.Sha256(certificate).Replace(":", "", StringComparison.Ordinal));
        Assert.Equal(sha1, CertificateNotation.Sha1(certificate).Replace(":", "", StringComparison.Ordinal));
        Assert.Matches("^([0-9A-F]{2}:){31}[0-9A-F]{2}$", CertificateNotation.Sha256(certificate));
        Assert.Matches("^([0-9A-F]{2}:){19}[0-9A-F]{2}$", CertificateNotation.Sha1(certificate));
        Assert.Matches("^([0-9a-f]{2}:){31}[0-9a-f]{2}$", CertificateNotation.Sha256Small(certificate));
        Assert.Matches("^([0-9a-f]{2}:){19}[0-9a-f]{2}$", CertificateNotation.Sha1Small(certificate));
        Assert.Matches("^[0-9a-f]{40}$", CertificateNotation.Thumbprint(certificate));
        Assert.Matches("^([0-9A-F]{2} ){31}[0-9A-F]{2}$", CertificateNotation.Sha256Keychain(certificate));
        Assert.Matches("^([0-9A-F]{2} ){19}[0-9A-F]{2}$", CertificateNotation.Sha1Keychain(certificate));
    }

    private static CertificateChange Change(TestCore core) => new(Certificate(), Certificate(), new DateOnly(2026, 3, 1), core.Time.GetUtcNow(), "https://portal.example.com/certificates");

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        return new CertificateRequest("CN=Waybill server", key, HashAlgorithmName.SHA256).CreateSelfSigned(now, now.AddDays(1));
    }

    /// <summary>Tells, and lets the outbox be filled; says how many accounts.</summary>
    private static async Task<int> TellAsync(TestCore core, CertificateChange change)
    {
        var options = Outbox.OptionsFor(core.Path, 0);
        var told = (await new CertificateNotices(core.Services.Database, options, core.Time).TellAsync(change)).Get();
        await using var dispatcher = NotificationDispatcher.Create(core.Services.Database, options, core.Time).Get();
        Assert.True((await dispatcher.RunAsync(CancellationToken.None, CancellationToken.None)).Succeeded);
        return told;
    }
}
