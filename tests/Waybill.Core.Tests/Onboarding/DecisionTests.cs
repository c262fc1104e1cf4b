using System.Text.RegularExpressions;
using Waybill.Core.Audit;
using Waybill.Core.Keys;
using Waybill.Core.Logins;
using Waybill.Core.Onboarding;
using Waybill.Core.Packs;
using Waybill.SshKeys.Keys;

namespace Waybill.Core.Tests.Onboarding;

public sealed partial class DecisionTests
{
    [Fact]
    public async Task An_approval_makes_the_login_the_key_the_subscription_and_the_mail_at_once()
    {
        await using var desk = await Desk.CreateAsync();
        var reference = await desk.OpenAsync(Desk.Form(change: form => form with { Feeds = ["cdr", "invoice"], FileTypes = ["csv"], AllowFrom = ["192.0.2.0/24"] }));
        var decision = (await desk.Service.ApproveAsync(reference, new Approval { StartDirectory = "/cdr" }, Desk.Ann)).Get();
        Assert.Equal((RequestState.Approved, "10042", "ann"), (decision.Request.State, decision.Request.Login, decision.Request.DecidedBy));
        var login = await desk.LoginAsync("10042");
        Assert.Equal(("/cdr", "192.0.2.0/24", LoginKind.Customer), (login.StartDirectory!.ToString(), login.AllowFrom.ToString(), login.Kind));
        var key = Assert.Single((await desk.Core.Services.Keys.ListAsync("10042")).Get());
        Assert.Equal((decision.Request.Key!.Sha256, "ann@laptop", "ann"), (key.Sha256, key.Label, key.AddedBy));
        Assert.Equal(["cdr/csv", "invoice/csv"], (await desk.Core.Services.Subscriptions.ListAsync("10042")).Items.Select(each => $"{each.Feed}/{each.FileType}"));
        foreach (var action in (string[])[AuditActions.LoginAdded, AuditActions.KeyAdded, AuditActions.SubscriptionSet, OnboardingActions.Approved])
        {
            Assert.Equal(1, await desk.AuditAsync(action));
        }

        var mail = await desk.MailTextAsync("request-approved");
        foreach (var value in (string[])["sftp.provider.test", "2222", "10042", "/cdr", "192.0.2.0/24", "12 months", KeyFingerprint.Putty(desk.Options.HostKeys()[0]), KeyFingerprint.PuttyMd5(desk.Options.HostKeys()[0]), reference])
        {
            Assert.Contains(value, mail, StringComparison.Ordinal);
        }

        Assert.True((await desk.Core.Services.Audit.VerifyAsync()).Findings.Count == 0);
        (await desk.Service.ApproveAsync(reference, new Approval(), Desk.Bob)).Problem(ProblemKind.Refused);
    }

    [Fact]
    public async Task An_approval_that_fails_at_its_last_step_leaves_nothing_behind()
    {
        await using var desk = await Desk.CreateAsync();
        Directory.CreateDirectory(desk.Options.Notifications.TemplateFolder);
        var reference = await desk.OpenAsync();

        // The service reads its templates once, so this is the next process.
        await File.WriteAllTextAsync(Path.Combine(desk.Options.Notifications.TemplateFolder, "request-approved.txt"), "no subject");
        var service = desk.Core.Services.OpenOnboarding(desk.Options);
        Assert.False((await service.ApproveAsync(reference, new Approval(), Desk.Ann)).Succeeded);
        Assert.Equal(0L, desk.Core.Scalar("SELECT (SELECT count(*) FROM login) + (SELECT count(*) FROM login_key)"));
        Assert.Equal((0, 0), (await desk.AuditAsync(AuditActions.LoginAdded), await desk.AuditAsync(OnboardingActions.Approved)));
        Assert.Equal(RequestState.Open, (await desk.ShowAsync(reference)).Request.State);
    }

    [Fact]
    public async Task The_user_name_is_the_one_asked_for_else_the_account_number_else_one_like_it()
    {
        await using var desk = await Desk.CreateAsync();
        Assert.Equal("annftp", (await ApproveAsync("annftp")).Login!.UserName);
        Assert.Equal("10042", (await ApproveAsync(null)).Login!.UserName);
        var taken = await desk.OpenAsync();
        var check = await desk.CheckAsync(taken, "user name");
        Assert.Equal(CheckVerdict.Look, check.Verdict);
        Assert.Contains("10042 is a login of this account already", check.Words, StringComparison.Ordinal);
        Assert.Contains("10042_2", check.ToDo, StringComparison.Ordinal);
        (await desk.Service.ApproveAsync(taken, new Approval { UserName = "ANNFTP" }, Desk.Ann)).Problem(ProblemKind.Refused);
        Assert.Equal("10042_2", (await desk.Service.ApproveAsync(taken, new Approval(), Desk.Ann)).Get().Login!.UserName);
        var other = await desk.OpenAsync();
        Assert.Equal("ann2", (await desk.Service.ApproveAsync(other, new Approval { UserName = "ann2" }, Desk.Ann)).Get().Login!.UserName);

        async Task<Decision> ApproveAsync(string? user) =>
            (await desk.Service.ApproveAsync(await desk.OpenAsync(Desk.Form(change: form => form with { UserName = user })), new Approval(), Desk.Ann)).Get();
    }

    [Fact]
    public async Task An_account_that_gets_everything_gets_no_less_and_one_that_chose_gets_more()
    {
        await using var desk = await Desk.CreateAsync();
        (await desk.Core.Services.Logins.AddAsync(new NewLogin(LoginKind.Customer) { Account = "10042" }, Desk.Ann)).Get();
        await ApproveAsync("cdr");
        Assert.Empty((await desk.Core.Services.Subscriptions.ListAsync("10042")).Items);
        (await desk.Core.Services.Subscriptions.SetAsync("10042", ["invoice"], ["pdf"], Desk.Ann)).Get();
        await ApproveAsync("report");
        Assert.Equal(["invoice", "report"], (await desk.Core.Services.Subscriptions.ListAsync("10042")).Items.Select(each => each.Feed).Distinct());

        async Task ApproveAsync(string feed) => (await desk.Service.ApproveAsync(
            await desk.OpenAsync(Desk.Form(change: form => form with { Feeds = [feed] })), new Approval(), Desk.Ann)).Get();
    }

    [Fact]
    public async Task What_stands_against_an_approval_is_said_with_what_to_do()
    {
        await using var desk = await Desk.CreateAsync();
        var unconfirmed = (await desk.Service.SubmitAsync(Desk.Form(change: form => form with { Email = "x@example.com" }), Desk.Visitor)).Get().Reference!;
        Assert.Contains("opened the link", await RefusedAsync(unconfirmed), StringComparison.Ordinal);

        // Leading zeros are what spreadsheets eat.
        var unknown = await desk.OpenAsync(Desk.Form(change: form => form with { Account = "0010042" }));
        Assert.Contains("approve it for account 10042", await RefusedAsync(unknown), StringComparison.Ordinal);
        (await desk.Service.ApproveAsync(unknown, new Approval { Account = "10042" }, Desk.Ann)).Get();

        using var key = Desk.NewKey();
        var burnt = await desk.OpenAsync(Desk.Form(Desk.Line(key)));
        (await desk.Core.Services.BurntKeys.AddAsync(KeyFingerprint.Sha256(key.PublicKey.Blob.Span), "by mail", Desk.Ann)).Get();
        Assert.Contains("others may have it", await RefusedAsync(burnt), StringComparison.Ordinal);
        (await desk.Core.Services.Accounts.CloseAsync("10042", null, Desk.Ann)).Get();
        Assert.Contains("closed", await RefusedAsync(burnt), StringComparison.Ordinal);

        async Task<string> RefusedAsync(string reference) => (await desk.Service.ApproveAsync(reference, new Approval(), Desk.Ann)).Problem(ProblemKind.Refused).Message;
    }

    [Fact]
    public async Task Nothing_is_approved_while_nobody_has_said_where_customers_connect()
    {
        await using var desk = await Desk.CreateAsync(options => options with { Hosts = [] });
        var problem = (await desk.Service.ApproveAsync(await desk.OpenAsync(), new Approval(), Desk.Ann)).Problem(ProblemKind.Refused);
        Assert.Contains("Ssh:Public", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "gb.provider.test, port 2222 (for GB)\nau.provider.test, port 22 (for AU)\nany.provider.test, port 2022\n")]
    [InlineData("au", "au.provider.test, port 22 (for AU)\n")]
    [InlineData("NZ", "any.provider.test, port 2022\n")]
    public async Task The_set_up_mail_names_the_hosts_of_the_accounts_region_as_the_pack_does(string? region, string hosts)
    {
        await using var desk = await Desk.CreateAsync(static options => options with
        {
            Hosts = [new PublicHost("gb.provider.test", 2222, "GB"), new PublicHost("au.provider.test", 22, "AU"), new PublicHost("any.provider.test", 2022)],
        });
        (await desk.Core.Services.Accounts.SetRegionAsync("10042", region, Desk.Ann)).Get();
        (await desk.Service.ApproveAsync(await desk.OpenAsync(), new Approval(), Desk.Ann)).Get();
        var told = (await desk.MailTextAsync(OnboardingTopics.Approved)).ReplaceLineEndings("\n").Split('\n').Where(static line => line.Contains(".provider.test, port", StringComparison.Ordinal)).Select(static line => line.Trim() + "\n");
        Assert.Equal(hosts, string.Concat(told));
    }

    [Fact]
    public async Task The_set_up_mail_tells_how_long_the_accounts_own_policy_keeps_files()
    {
        await using var desk = await Desk.CreateAsync();
        Assert.True((await desk.Core.Services.RetentionPolicies.SetAsync("10042", "/", 24, Desk.Ann)).Succeeded);
        (await desk.Service.ApproveAsync(await desk.OpenAsync(), new Approval(), Desk.Ann)).Get();
        Assert.Contains("24 months", await desk.MailTextAsync(OnboardingTopics.Approved), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_approved_for_a_region_without_a_host()
    {
        await using var desk = await Desk.CreateAsync();
        (await desk.Core.Services.Accounts.SetRegionAsync("10042", "AU", Desk.Ann)).Get();
        var problem = (await desk.Service.ApproveAsync(await desk.OpenAsync(), new Approval(), Desk.Ann)).Problem(ProblemKind.Refused);
        Assert.Contains("of region AU, and Ssh:Public has no host name for it", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_persons_are_two_persons_and_a_change_in_between_asks_for_both_again()
    {
        await using var desk = await Desk.CreateAsync(options => options with { TwoPersons = true });
        var reference = await desk.OpenAsync();
        var first = (await desk.Service.ApproveAsync(reference, new Approval(), Desk.Ann)).Get();
        Assert.True(first.NeedsSecond);
        Assert.Equal((RequestState.Open, "ann", "10042"), (first.Request.State, first.Request.FirstApprover, first.Request.Details.UserName));
        Assert.Contains("second person", (await desk.Service.ApproveAsync(reference, new Approval(), Actor.Operator("ANN"))).Problem(ProblemKind.Refused).Message, StringComparison.Ordinal);
        Assert.Contains("token", (await desk.Service.ApproveAsync(reference, new Approval(), Actor.Token("crm", 7, "192.0.2.1"))).Problem(ProblemKind.Refused).Message, StringComparison.Ordinal);
        Assert.Equal(0L, desk.Core.Scalar("SELECT count(*) FROM login"));

        // Another user name is another approval.
        Assert.True((await desk.Service.ApproveAsync(reference, new Approval { UserName = "other" }, Desk.Bob)).Get().NeedsSecond);
        var done = (await desk.Service.ApproveAsync(reference, new Approval(), Desk.Ann)).Get();
        Assert.Equal(("other", "bob", "ann"), (done.Login!.UserName, done.Request.FirstApprover, done.Request.DecidedBy));

        var asked = await desk.OpenAsync();
        (await desk.Service.ApproveAsync(asked, new Approval(), Desk.Ann)).Get();
        (await desk.Service.AskAsync(asked, "Which program do you use?", Desk.Bob)).Get();
        Assert.Empty((await desk.Service.AnswerAsync(await desk.TokenAsync(), Desk.Form(), Desk.Visitor)).Get().Problems);
        Assert.Null((await desk.ShowAsync(asked)).Request.FirstApprover);
        Assert.True((await desk.Service.ApproveAsync(asked, new Approval(), Desk.Bob)).Get().NeedsSecond);
    }

    [Fact]
    public async Task A_person_of_the_portal_and_a_user_of_the_system_are_not_two()
    {
        await using var desk = await Desk.CreateAsync(options => options with { TwoPersons = true });
        var reference = await desk.OpenAsync();
        var (ann, bob) = (new Actor(ActorKind.Person, "ann@provider.test"), new Actor(ActorKind.Person, "bob@provider.test"));
        Assert.True((await desk.Service.ApproveAsync(reference, new Approval(), ann)).Get().NeedsSecond);
        Assert.Equal("ann", (await desk.Service.ApproveAsync(reference, new Approval(), Desk.Ann)).Get().Request.FirstApprover);
        Assert.True((await desk.Service.ApproveAsync(reference, new Approval(), ann)).Get().NeedsSecond);
        Assert.Equal(0L, desk.Core.Scalar("SELECT count(*) FROM login"));
        Assert.NotNull((await desk.Service.ApproveAsync(reference, new Approval(), bob)).Get().Login);
    }

    [Fact]
    public async Task The_second_person_confirms_all_that_the_first_decided()
    {
        await using var desk = await Desk.CreateAsync(options => options with { TwoPersons = true });
        var reference = await desk.OpenAsync();
        var decided = new Approval { StartDirectory = "/outbound", Label = "night batch" };
        Assert.True((await desk.Service.ApproveAsync(reference, decided, Desk.Ann)).Get().NeedsSecond);
        Assert.Equal(new FirstDecision("/outbound", "night batch", false), (await desk.ShowAsync(reference)).Request.FirstDecision);

        // Anything else is a first approval.
        foreach (var other in (Approval[])[decided with { StartDirectory = "/inbound" }, decided with { Label = "mine" }, decided with { Verified = "asked nobody" }])
        {
            Assert.Equal("bob", (await desk.Service.ApproveAsync(reference, other, Desk.Bob)).Get().Request.FirstApprover);
            Assert.Equal("ann", (await desk.Service.ApproveAsync(reference, decided with { Verified = "called" }, Desk.Ann)).Get().Request.FirstApprover);
        }

        // Who says nothing confirms it.
        var login = (await desk.Service.ApproveAsync(reference, new Approval(), Desk.Bob)).Get().Login!;
        Assert.Equal("/outbound", login.StartDirectory?.ToString());
        Assert.Equal("night batch", Assert.Single((await desk.Core.Services.Keys.ListAsync(login.UserName)).Get()).Label);
    }

    [Fact]
    public async Task Whether_other_keys_are_revoked_is_the_first_persons_decision_too()
    {
        await using var desk = await Desk.CreateAsync(options => options with { TwoPersons = true });
        (await desk.Core.Services.Logins.AddAsync(new NewLogin(LoginKind.Customer) { Account = "10042" }, Desk.Ann)).Get();
        using var old = Desk.NewKey();
        (await desk.Core.Services.Keys.AddAsync("10042", new NewKey(old.PublicKey), Desk.Ann)).Get();
        var taken = await desk.TakeAsync(new NewRequest { ReplaceKeyOf = "10042", File = System.Text.Encoding.UTF8.GetBytes(Desk.Mail(Desk.KeyLine())) });
        Assert.True((await desk.Service.ApproveAsync(taken.Request.Reference, new Approval { Verified = "called" }, Desk.Ann)).Get().NeedsSecond);
        Assert.True((await desk.Service.ApproveAsync(taken.Request.Reference, new Approval { RevokeOthers = true }, Desk.Bob)).Get().NeedsSecond);
        Assert.Single((await desk.Service.ApproveAsync(taken.Request.Reference, new Approval(), Desk.Ann)).Get().Revoked);
    }

    [Fact]
    public async Task Only_the_key_that_was_looked_at_is_approved_where_it_is_named()
    {
        await using var desk = await Desk.CreateAsync();
        var reference = await desk.OpenAsync();
        var seen = (await desk.ShowAsync(reference)).Request.Key!.Sha256;
        (await desk.Service.AskAsync(reference, "Which program?", Desk.Ann)).Get();
        Assert.Empty((await desk.Service.AnswerAsync(await desk.TokenAsync(), Desk.Form(), Desk.Visitor)).Get().Problems);
        Assert.Contains("Look again", (await desk.Service.ApproveAsync(reference, new Approval { Key = seen }, Desk.Ann)).Problem(ProblemKind.Refused).Message, StringComparison.Ordinal);
        (await desk.Service.ApproveAsync(reference, new Approval { Key = (await desk.ShowAsync(reference)).Request.Key!.Sha256 }, Desk.Ann)).Get();
    }

    [Fact]
    public async Task A_rejection_says_why_and_a_rejected_request_can_be_opened_again()
    {
        await using var desk = await Desk.CreateAsync();
        var reference = await desk.OpenAsync();
        (await desk.Service.RejectAsync(reference, "", Desk.Ann)).Problem(ProblemKind.Invalid);
        (await desk.Service.RejectAsync(reference, "The account is another company's.", Desk.Ann)).Get();
        Assert.Contains("The account is another company's.", await desk.MailTextAsync("request-rejected"), StringComparison.Ordinal);
        (await desk.Service.ApproveAsync(reference, new Approval(), Desk.Ann)).Problem(ProblemKind.Refused);
        (await desk.Service.RejectAsync(reference, "again", Desk.Ann)).Problem(ProblemKind.Refused);
        Assert.Equal(RequestState.Open, (await desk.Service.ReopenAsync(reference, Desk.Bob)).Get().State);
        (await desk.Service.ReopenAsync(reference, Desk.Bob)).Problem(ProblemKind.Refused);
        (await desk.Service.ApproveAsync(reference, new Approval(), Desk.Ann)).Get();
        (await desk.Service.ReopenAsync(reference, Desk.Bob)).Problem(ProblemKind.Refused);
    }

    [Fact]
    public async Task An_address_that_nobody_confirmed_is_not_written_to_when_the_request_is_rejected()
    {
        await using var desk = await Desk.CreateAsync();
        var reference = (await desk.Service.SubmitAsync(Desk.Form(), Desk.Visitor)).Get().Reference!;
        var token = await desk.TokenAsync();
        (await desk.Service.RejectAsync(reference, "spam", Desk.Ann)).Get();
        Assert.Empty(await desk.MailsAsync("request-rejected"));
        (await desk.Service.ConfirmEmailAsync(token, Desk.Visitor)).Problem(ProblemKind.NotFound);
        Assert.Equal(RequestState.Unconfirmed, (await desk.Service.ReopenAsync(reference, Desk.Ann)).Get().State);
    }

    [Fact]
    public async Task A_question_goes_out_with_a_link_and_no_link_of_a_decided_request_opens()
    {
        await using var desk = await Desk.CreateAsync();
        var reference = await desk.OpenAsync();
        Assert.Equal(RequestState.Asked, (await desk.Service.AskAsync(reference, "Which of your two offices?\nPlease name it.", Desk.Ann)).Get().State);
        Assert.Contains("Which of your two offices?\nPlease name it.", await desk.MailTextAsync("request-question"), StringComparison.Ordinal);
        var token = await desk.TokenAsync();
        Assert.Equal("Which of your two offices?\nPlease name it.", (await desk.Service.FindForAnswerAsync(token))!.Question);
        (await desk.Service.RejectAsync(reference, "too late", Desk.Ann)).Get();
        Assert.Null(await desk.Service.FindForAnswerAsync(token));
        (await desk.Service.AnswerAsync(token, Desk.Form(), Desk.Visitor)).Problem(ProblemKind.NotFound);
    }

    [Fact]
    public async Task The_link_of_a_question_opens_for_two_weeks()
    {
        await using var desk = await Desk.CreateAsync();
        (await desk.Service.AskAsync(await desk.OpenAsync(), "Which program?", Desk.Ann)).Get();
        var token = await desk.TokenAsync();
        desk.Time.Advance(OnboardingLimits.AnswerTime - TimeSpan.FromSeconds(1));
        Assert.NotNull(await desk.Service.FindForAnswerAsync(token));
        desk.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await desk.Service.FindForAnswerAsync(token));
    }

    [Fact]
    public async Task Mails_about_one_request_and_the_history_that_is_shown_have_limits()
    {
        await using var desk = await Desk.CreateAsync();
        var reference = await desk.OpenAsync();
        for (var i = 1; i < OnboardingLimits.Mails; i++)
        {
            (await desk.Service.AskAsync(reference, $"Question {i}?", Desk.Ann)).Get();
        }

        (await desk.Service.ResendAsync(reference, Desk.Ann)).Problem(ProblemKind.LimitReached);
        Assert.Equal(OnboardingLimits.Mails, (await desk.ShowAsync(reference)).History.Count(each => each.Mail is not null));
        desk.Core.Tamper($"INSERT INTO access_request_event (request_id, at, actor, what) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {OnboardingLimits.History}) SELECT 1, i, 'x', 'x' || i FROM n");
        var history = (await desk.ShowAsync(reference)).History;
        Assert.Equal((OnboardingLimits.History, "x1", $"x{OnboardingLimits.History}"), (history.Count, history[0].What, history[^1].What));
    }

    [Fact]
    public async Task A_replacement_key_needs_words_on_how_the_person_was_verified_and_tells_the_account()
    {
        await using var desk = await Desk.CreateAsync(options => options with { CallBack = "Call the number in the contract." });
        (await desk.Core.Services.Logins.AddAsync(new NewLogin(LoginKind.Customer) { Account = "10042" }, Desk.Ann)).Get();
        using var lost = Desk.NewKey();
        (await desk.Core.Services.Keys.AddAsync("10042", new NewKey(lost.PublicKey), Desk.Ann)).Get();
        var taken = await desk.TakeAsync(new NewRequest { ReplaceKeyOf = "10042", File = System.Text.Encoding.UTF8.GetBytes(Desk.Mail("We lost our key. Here is the new one:\n\n" + Desk.KeyLine())) });
        Assert.Equal((RequestKind.Key, RequestState.Open, "10042"), (taken.Request.Kind, taken.Request.State, taken.Request.Login));
        var view = await desk.ShowAsync(taken.Request.Reference);
        Assert.Equal((true, "Call the number in the contract."), (view.NeedsVerification, view.CallBack));
        Assert.Contains("Call the number in the contract.", (await desk.Service.ApproveAsync(taken.Request.Reference, new Approval(), Desk.Ann)).Problem(ProblemKind.Refused).Message, StringComparison.Ordinal);

        var decision = (await desk.Service.ApproveAsync(taken.Request.Reference, new Approval { Verified = "called +44 20 7946 0001, spoke to Ann", RevokeOthers = true }, Desk.Ann)).Get();
        Assert.Equal([KeyFingerprint.Sha256(lost.PublicKey.Blob.Span)], decision.Revoked);
        var keys = (await desk.Core.Services.Keys.ListAsync("10042")).Get();
        Assert.Equal([true, false], keys.Select(key => key.Revoked is not null));
        Assert.Equal("called +44 20 7946 0001, spoke to Ann", (await desk.ShowAsync(taken.Request.Reference)).Request.Verified);
        Assert.Equal(1L, desk.Core.Scalar("SELECT count(*) FROM event WHERE topic = 'key-replaced' AND account_id IS NOT NULL"));
        Assert.Contains("new public key is installed for 10042", await desk.MailTextAsync("request-replaced"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_call_back_counts_for_the_key_that_it_was_made_for(bool isOtherKey)
    {
        await using var desk = await Desk.CreateAsync(options => options with { TwoPersons = true });
        (await desk.Core.Services.Logins.AddAsync(new NewLogin(LoginKind.Customer) { Account = "10042" }, Desk.Ann)).Get();
        using var key = Desk.NewKey();
        var taken = await desk.TakeAsync(new NewRequest { ReplaceKeyOf = "10042", File = System.Text.Encoding.UTF8.GetBytes(Desk.Mail(Desk.Line(key))) });
        (await desk.Service.ApproveAsync(taken.Request.Reference, new Approval { Verified = "called" }, Desk.Ann)).Get();
        (await desk.Service.AskAsync(taken.Request.Reference, "Which program?", Desk.Ann)).Get();
        Assert.Equal("called", (await desk.ShowAsync(taken.Request.Reference)).Request.Verified);

        // Whoever reads the mailbox has the link.
        Assert.Empty((await desk.Service.AnswerAsync(await desk.TokenAsync(), Desk.Form(isOtherKey ? Desk.KeyLine() : Desk.Line(key)), Desk.Visitor)).Get().Problems);
        Assert.Equal(isOtherKey ? null : "called", (await desk.ShowAsync(taken.Request.Reference)).Request.Verified);
        if (isOtherKey)
        {
            Assert.Contains("how you did", (await desk.Service.ApproveAsync(taken.Request.Reference, new Approval(), Desk.Bob)).Problem(ProblemKind.Refused).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_revoked_key_does_not_come_back_as_a_replacement()
    {
        await using var desk = await Desk.CreateAsync();
        (await desk.Core.Services.Logins.AddAsync(new NewLogin(LoginKind.Customer) { Account = "10042" }, Desk.Ann)).Get();
        using var key = Desk.NewKey();
        (await desk.Core.Services.Keys.AddAsync("10042", new NewKey(key.PublicKey), Desk.Ann)).Get();
        (await desk.Core.Services.Keys.RevokeAsync("10042", KeyFingerprint.Sha256(key.PublicKey.Blob.Span), "lost", Desk.Ann)).Get();
        var taken = await desk.TakeAsync(new NewRequest { ReplaceKeyOf = "10042", File = System.Text.Encoding.UTF8.GetBytes(Desk.Mail(Desk.Line(key))) });
        (await desk.Service.ApproveAsync(taken.Request.Reference, new Approval { Verified = "called" }, Desk.Ann)).Problem(ProblemKind.Refused);
        (await desk.Service.AddAsync(new NewRequest { ReplaceKeyOf = "nobody", Details = new RequestDetails { Email = "a@example.com" } }, Desk.Ann)).Problem(ProblemKind.NotFound);
    }

    [Fact]
    public async Task A_hundred_approvals_at_once_make_one_login()
    {
        await using var desk = await Desk.CreateAsync();
        var reference = await desk.OpenAsync();
        var results = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(async () => await desk.Service.ApproveAsync(reference, new Approval(), Desk.Ann))));
        Assert.Single(results, result => result.Succeeded);
        Assert.Equal(1L, desk.Core.Scalar("SELECT count(*) FROM login"));
        Assert.Single(await desk.MailsAsync("request-approved"));
    }

    [Fact]
    public async Task The_link_to_the_pack_stands_in_the_set_up_mail_where_there_is_a_portal()
    {
        await using var desk = await Desk.CreateAsync(options => options with { WithPackLink = true });
        (await desk.Service.ApproveAsync(await desk.OpenAsync(), new Approval(), Desk.Ann)).Get();
        var link = PackLink().Match(await desk.MailTextAsync("request-approved"));
        Assert.True(link.Success);
        Assert.Equal("10042", await new PackLinks(desk.Core.Services.Database, desk.Core.Services.Audit, desk.Core.Services.Links).FindAsync(link.Groups[1].Value));

        await using var without = await Desk.CreateAsync();
        (await without.Service.ApproveAsync(await without.OpenAsync(), new Approval(), Desk.Ann)).Get();
        Assert.DoesNotContain("/l/", await without.MailTextAsync("request-approved"), StringComparison.Ordinal);
    }

    [GeneratedRegex("for 14 days: https://files.provider.test/l/([A-Za-z0-9_-]{43})")]
    private static partial Regex PackLink();
}
