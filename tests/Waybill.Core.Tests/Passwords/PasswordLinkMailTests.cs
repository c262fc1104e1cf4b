using System.Text.RegularExpressions;
using Waybill.Core.Accounts;
using Waybill.Core.Audit;
using Waybill.Core.Logins;
using Waybill.Core.Notifications;
using Waybill.Core.Passwords;
using Waybill.Core.People;
using Waybill.Core.Tests.Notifications;

namespace Waybill.Core.Tests.Passwords;

/// <summary>Links to set a password, by mail: who may get one, and that it is in the mail alone.</summary>
public sealed partial class PasswordLinkMailTests
{
    private const string Password = "seven green tortoises";

    [Fact]
    public async Task A_link_goes_to_the_address_of_the_account_by_a_real_mail_server_and_sets_the_password_once()
    {
        await using var server = await SmtpServer.StartAsync();
        await using var outbox = await Outbox.CreateAsync(server.Port);
        var core = outbox.Core;
        await core.Services.Logins.AddAsync(new NewLogin(LoginKind.Customer) { Account = "10042" }, TestCore.Operator);
        var mailed = (await Mails(core, outbox.Options).SendAsync("10042", null, TestCore.Operator)).Get();
        Assert.Equal((Outbox.Customer, core.Time.GetUtcNow() + PasswordLimits.Link), (mailed.To, mailed.Until));
        await outbox.RunAsync();

        var mail = Assert.Single(await server.WaitForAsync(1));
        Assert.Equal([Outbox.Customer], mail.To);
        Assert.Equal("Example Telecom: set the password for 10042", mail.Subject);
        var token = Token().Match(mail.Parts[0]).Groups[1].Value;
        Assert.Equal("10042", (await core.Services.Passwords.SetByLinkAsync(token, Password, null)).Get().UserName);
        (await core.Services.Passwords.SetByLinkAsync(token, Password, null)).Problem(ProblemKind.NotFound);

        // It opened a login: what was sent is not kept, and no row names it.
        Assert.Equal(0L, core.Scalar($"SELECT count(*) FROM delivery WHERE text LIKE '%{token}%' OR html LIKE '%{token}%'"));
        var row = Assert.Single((await core.Services.Audit.SearchAsync(new AuditQuery { Action = PasswordActions.Linked })).Items);
        Assert.Equal($"mailed to {Outbox.Customer}", row.Detail);
    }

    [Fact]
    public async Task Only_addresses_that_the_account_is_known_by_get_one_and_a_vendor_that_of_its_own_login()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddLoginAsync();
        await core.Services.Logins.AddAsync(new NewLogin(LoginKind.Vendor) { Account = "10042", Vendor = "Acme" }, TestCore.Operator);
        await core.Services.Logins.AddAsync(new NewLogin(LoginKind.Publisher) { UserName = "billing" }, TestCore.Operator);
        await core.Services.Accounts.AddAsync(new NewAccount("10043", "Other Ltd") { Email = "other@customer.test" }, TestCore.Operator);
        var mails = Mails(core, Outbox.OptionsFor(core.Path, 0));

        // Nobody is known yet, and a publisher is of no account.
        Assert.Contains("No address is known of account 10042", (await mails.SendAsync("10042", null, TestCore.Operator)).Problem(ProblemKind.Refused).Message, StringComparison.Ordinal);
        Assert.Contains("billing, which is of no account", (await mails.SendAsync("billing", null, TestCore.Operator)).Problem(ProblemKind.Refused).Message, StringComparison.Ordinal);
        (await mails.SendAsync("nobody", null, TestCore.Operator)).Problem(ProblemKind.NotFound);

        var people = new PersonService(core.Services.Database, core.Services.Audit, core.Time);
        foreach (var (mail, role) in ((string, RoleGrant)[])[("ann@customer.test", new(PersonRole.Owner, "10042")), ("sam@acme.test", new(PersonRole.Vendor, "10042", "acme")), ("eve@other.test", new(PersonRole.Vendor, "10042", "other"))])
        {
            (await people.AddAsync(new NewPerson(mail, "Ann Example") { Roles = [role] }, TestCore.Operator)).Get();
        }

        Assert.Equal(["ann@customer.test"], await mails.AddressesAsync("10042"));
        Assert.Equal(["ann@customer.test", "sam@acme.test"], await mails.AddressesAsync("10042-acme"));
        Assert.Equal("ann@customer.test", (await mails.SendAsync("10042", "ANN@customer.test", TestCore.Operator)).Get().To);
        foreach (var (login, stranger) in ((string, string)[])[("10042", "sam@acme.test"), ("10042-acme", "eve@other.test"), ("10042", "other@customer.test"), ("10042", "")])
        {
            Assert.Contains("is no address of account 10042", (await mails.SendAsync(login, stranger, TestCore.Operator)).Problem(ProblemKind.Refused).Message, StringComparison.Ordinal);
        }

        Assert.Equal(1L, core.Scalar("SELECT count(*) FROM delivery"));
        core.Tamper("UPDATE person SET status = 'suspended'");
        Assert.Empty(await mails.AddressesAsync("10042-acme"));
    }

    [Fact]
    public async Task Of_very_many_people_at_an_account_the_first_hundred_are_offered()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddLoginAsync();
        core.Tamper($"""
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i <= {PasswordLinkMails.Addresses})
            INSERT INTO person (id, email, email_key, name, language, status, created_at) SELECT i, 'p' || i || '@x.test', 'p' || i || '@x.test', 'P', 'en', 'active', 0 FROM n;
            INSERT INTO person_role (person_id, role, account_id, vendor_key, granted_at, granted_by) SELECT p.id, 'member', a.id, '', 0, 'x' FROM person p, account a;
            """);
        Assert.Equal(PasswordLinkMails.Addresses, (await Mails(core, Outbox.OptionsFor(core.Path, 0)).AddressesAsync("10042")).Count);
    }

    private static PasswordLinkMails Mails(TestCore core, NotificationOptions options) =>
        PasswordLinkMails.Create(core.Services.Database, core.Services.Passwords, options, "https://portal.example.com/", core.Time).Get();

    [GeneratedRegex("https://portal.example.com/l/([A-Za-z0-9_-]{43})")]
    private static partial Regex Token();
}
