using Waybill.Core.People;

namespace Waybill.Core.Tests.People;

public class CredentialTests
{
    private const string Ann = "ann@example.com";
    private const string Other = "nine purple herons";

    [Fact]
    public async Task Opening_a_sign_up_link_changes_nothing_and_its_last_step_uses_it_up()
    {
        await using var test = await TestPeople.CreateAsync();
        await test.AddAsync(Ann);
        var (link, second) = (await test.LinkAsync(Ann), await test.LinkAsync(Ann));
        var credentials = test.People.Credentials;
        for (var i = 0; i < 3; i++)
        {
            var found = (await credentials.FindLinkAsync(link))!;
            Assert.Equal((PersonLinkKind.SignUp, Ann, test.Time.GetUtcNow() + PeopleLimits.SignUpLink), (found.Kind, found.Person.Email, found.Expires));
        }

        (await credentials.BeginSignUpAsync(link, "password1234", null, TestPeople.Home)).Problem(ProblemKind.Invalid);
        var (enrolment, kept) = (await credentials.BeginSignUpAsync(link, TestPeople.Password, null, TestPeople.Home)).Get();
        Assert.InRange(kept.Length, 1, SignInLimits.KeptSignUp);
        Assert.Equal(enrolment, await credentials.ResumeSignUpAsync(link, kept));
        Assert.StartsWith("otpauth://totp/Waybill:ann%40example.com?secret=" + enrolment.Secret, enrolment.Uri, StringComparison.Ordinal);
        test.Know(Ann, enrolment);
        (await credentials.SignUpAsync(link, kept, test.WrongCode(Ann), TestPeople.Home)).Problem(ProblemKind.Refused);
        Assert.Equal(SignInMeans.None, (await test.FindAsync(Ann)).SignsIn);
        var code = test.Code(Ann);
        var enrolled = (await credentials.SignUpAsync(link, kept, code, TestPeople.Home)).Get();
        Assert.Equal(Ann, (await test.People.Sessions.FindAsync(enrolled.Token))!.Person.Email);
        Assert.Equal(SignInMeans.Password, (await test.FindAsync(Ann)).SignsIn);
        foreach (var used in (string[])[link, second])
        {
            Assert.Null(await credentials.FindLinkAsync(used));
            (await credentials.BeginSignUpAsync(used, Other, null, TestPeople.Home)).Problem(ProblemKind.NotFound);
            Assert.Null(await credentials.ResumeSignUpAsync(used, kept));
            (await credentials.SignUpAsync(used, kept, code, TestPeople.Home)).Problem(ProblemKind.NotFound);
            (await credentials.SignUpWithPasskeyAsync(used, TestPeople.NewPasskey(1), TestPeople.Home)).Problem(ProblemKind.NotFound);
        }

        Assert.Equal(SignInVerdict.Wrong, (await test.People.SignIn.CheckSecondFactorAsync(await test.WaitingAsync(Ann, TestPeople.Home), code, TestPeople.Home)).Get().Verdict);
        (await test.People.Invitations.InviteAsync(Ann, true, TestCore.Operator)).Problem(ProblemKind.Refused);
    }

    [Fact]
    public async Task Each_browser_behind_a_sign_up_link_gets_an_authenticator_of_its_own_and_the_one_that_is_proven_counts()
    {
        await using var test = await TestPeople.CreateAsync();
        await test.AddAsync(Ann);
        await test.AddAsync("bob@example.com");
        var link = await test.LinkAsync(Ann);
        var scanner = (await test.People.Credentials.BeginSignUpAsync(link, Other, null, TestPeople.Home)).Get();
        var own = (await test.People.Credentials.BeginSignUpAsync(link, TestPeople.Password, null, TestPeople.Home)).Get();
        Assert.NotEqual(scanner.Enrolment.Secret, own.Enrolment.Secret);

        // Nor does one browser's count with what another keeps, behind another link, for somebody else, or made up.
        test.Know(Ann, scanner.Enrolment);
        var read = test.Code(Ann);
        test.Know(Ann, own.Enrolment);
        (await test.People.Credentials.SignUpAsync(link, own.Kept, read, TestPeople.Away)).Problem(ProblemKind.Refused);
        foreach (var strange in (string[])[await test.LinkAsync(Ann), await test.LinkAsync("bob@example.com")])
        {
            Assert.Null(await test.People.Credentials.ResumeSignUpAsync(strange, own.Kept));
            (await test.People.Credentials.SignUpAsync(strange, own.Kept, test.Code(Ann), TestPeople.Away)).Problem(ProblemKind.Refused);
        }

        foreach (var kept in (string?[])[null, "", "%", "AAAA", own.Kept[..^4], new('A', SignInLimits.KeptSignUp + 1), (own.Kept[0] == 'A' ? 'B' : 'A') + own.Kept[1..]])
        {
            Assert.Null(await test.People.Credentials.ResumeSignUpAsync(link, kept));
            (await test.People.Credentials.SignUpAsync(link, kept, test.Code(Ann), TestPeople.Away)).Problem(ProblemKind.Refused);
        }

        (await test.People.Credentials.SignUpAsync(link, own.Kept, test.Code(Ann), TestPeople.Home)).Get();
        test.Next();
        await test.SignInAsync(Ann, TestPeople.Home);
        Assert.Equal(SignInVerdict.Wrong, await test.TryAsync(Ann, Other, TestPeople.Home));
        test.Know(Ann, scanner.Enrolment);
        Assert.Equal(SignInVerdict.Wrong, (await test.People.SignIn.CheckSecondFactorAsync(await test.WaitingAsync(Ann, TestPeople.Home), test.Code(Ann), TestPeople.Home)).Get().Verdict);
        (await test.People.Credentials.SignUpAsync(link, scanner.Kept, test.Code(Ann), TestPeople.Away)).Problem(ProblemKind.NotFound);
    }

    [Fact]
    public async Task A_mailed_link_makes_nobody_one_of_the_provider_without_a_code_that_the_mail_does_not_hold()
    {
        await using var test = await TestPeople.CreateAsync();
        var credentials = test.People.Credentials;
        var invited = (await test.People.Invitations.AddAsync(new NewPerson(Ann, "Ann Example") { Roles = [new(PersonRole.Administrator)] }, handOver: false, TestCore.Operator)).Get();
        var mail = Assert.Single(test.Mails("person-sign-up", Ann));
        var code = Assert.IsType<string>(invited.Code);
        Assert.Matches("^[0-9]{4} [0-9]{4}$", code);
        Assert.Contains("You also need a code", mail, StringComparison.Ordinal);
        Assert.DoesNotContain(code, mail, StringComparison.Ordinal);
        Assert.DoesNotContain(code.Replace(" ", "", StringComparison.Ordinal), mail, StringComparison.Ordinal);
        var link = LinkIn(mail);
        Assert.True((await credentials.FindLinkAsync(link))!.NeedsCode);
        (await credentials.SignUpWithPasskeyAsync(link, TestPeople.NewPasskey(1), TestPeople.Home)).Problem(ProblemKind.Refused);

        // A form without a code, as a scanner sends it, costs no try.
        var wrong = code[0] == '0' ? "1" + code[1..] : "0" + code[1..];
        foreach (var typed in (string?[])[null, "", "1234", code + "1", new('1', 1000)])
        {
            (await credentials.BeginSignUpAsync(link, TestPeople.Password, typed, TestPeople.Away)).Problem(ProblemKind.Refused);
        }

        for (var i = 1; i < PeopleLimits.SignUpCodes; i++)
        {
            Assert.Contains($"{PeopleLimits.SignUpCodes - i} tries are left", (await credentials.BeginSignUpAsync(link, TestPeople.Password, wrong, TestPeople.Away)).Problem(ProblemKind.Refused).Message, StringComparison.Ordinal);
        }

        var (enrolment, kept) = (await credentials.BeginSignUpAsync(link, TestPeople.Password, code, TestPeople.Home)).Get();
        (await credentials.BeginSignUpAsync(link, TestPeople.Password, wrong, TestPeople.Away)).Problem(ProblemKind.Refused);
        Assert.Equal(PeopleLimits.SignUpCodes, (await test.AuditAsync(PeopleActions.SignUpRefused)).Count);
        test.Know(Ann, enrolment);
        Assert.Null(await credentials.FindLinkAsync(link));
        (await credentials.SignUpAsync(link, kept, test.Code(Ann), TestPeople.Home)).Problem(ProblemKind.NotFound);

        // Another link has another code, and the one before is worth nothing.
        var again = (await test.People.Invitations.InviteAsync(Ann, handOver: false, TestCore.Operator)).Get();
        Assert.NotEqual(code, again.Code);
        link = LinkIn(test.Mails("person-sign-up", Ann)[0]);
        (await credentials.BeginSignUpAsync(link, TestPeople.Password, code, TestPeople.Home)).Problem(ProblemKind.Refused);
        (enrolment, kept) = (await credentials.BeginSignUpAsync(link, TestPeople.Password, again.Code!.Replace(' ', '-'), TestPeople.Home)).Get();
        test.Know(Ann, enrolment);
        (await credentials.SignUpAsync(link, kept, test.Code(Ann), TestPeople.Home)).Get();

        // So does the link that a reset mails; one that is handed over was in no mail.
        var reset = (await test.People.Invitations.ResetAsync(Ann, "lost telephone", handOver: false, TestCore.Operator)).Get();
        Assert.NotNull(reset.Code);
        Assert.True((await credentials.FindLinkAsync(LinkIn(Assert.Single(test.Mails("person-credentials-reset", Ann)))))!.NeedsCode);
        var handed = (await test.People.Invitations.InviteAsync(Ann, handOver: true, TestCore.Operator)).Get();
        Assert.Null(handed.Code);
        Assert.False((await credentials.FindLinkAsync(handed.Link!.Split('/')[^1]))!.NeedsCode);
        Assert.Null(await credentials.FindLinkAsync(LinkIn(test.Mails("person-credentials-reset", Ann)[0])));
    }

    [Fact]
    public async Task A_link_from_before_a_role_at_the_provider_does_not_give_it_and_an_account_ends_no_link_with_a_code()
    {
        await using var test = await TestPeople.CreateAsync();
        var credentials = test.People.Credentials;
        var role = new RoleGrant(PersonRole.Member, "10042");
        Assert.Equal(Outcome.Done, await InviteAsync(test, Ann, role));
        var link = LinkIn(Assert.Single(test.Mails("person-sign-up", Ann)));
        Assert.False((await credentials.FindLinkAsync(link))!.NeedsCode);
        var kept = await test.BeginAsync(Ann, link);
        (await test.People.People.GrantAsync(Ann, new(PersonRole.Support), TestCore.Operator)).Get();
        (await credentials.SignUpAsync(link, kept, test.Code(Ann), TestPeople.Home)).Problem(ProblemKind.Refused);
        (await credentials.BeginSignUpAsync(link, TestPeople.Password, "1234 5678", TestPeople.Home)).Problem(ProblemKind.Refused);

        var invited = (await test.People.Invitations.InviteAsync(Ann, handOver: false, TestCore.Operator)).Get();
        test.Time.Advance(PeopleLimits.FreshLink);
        Assert.Equal(ProblemKind.AlreadyExists, (await InviteAsync(test, Ann, role)).Problem?.Kind);
        link = LinkIn(test.Mails("person-sign-up", Ann)[0]);
        var (enrolment, shown) = (await credentials.BeginSignUpAsync(link, TestPeople.Password, invited.Code, TestPeople.Home)).Get();
        test.Know(Ann, enrolment);
        (await credentials.SignUpAsync(link, shown, test.Code(Ann), TestPeople.Home)).Get();
        Assert.Equal(2, (await test.FindAsync(Ann)).Roles.Count);
    }

    [Fact]
    public async Task An_authenticator_that_is_not_finished_in_time_begins_anew_and_a_link_ends()
    {
        await using var test = await TestPeople.CreateAsync();
        await test.AddAsync(Ann);
        var link = await test.LinkAsync(Ann);
        var kept = await test.BeginAsync(Ann, link);
        test.Time.Advance(SignInLimits.Pending);
        Assert.Null(await test.People.Credentials.ResumeSignUpAsync(link, kept));
        (await test.People.Credentials.SignUpAsync(link, kept, test.Code(Ann), TestPeople.Home)).Problem(ProblemKind.Refused);
        Assert.NotEqual(kept, await test.BeginAsync(Ann, link));
        test.Time.Advance(PeopleLimits.SignUpLink);
        Assert.Null(await test.People.Credentials.FindLinkAsync(link));
        (await test.People.Credentials.BeginSignUpAsync(link, Other, null, TestPeople.Home)).Problem(ProblemKind.NotFound);
        link = await test.LinkAsync(Ann);
        (await test.People.People.SuspendAsync(Ann, null, TestCore.Operator)).Get();
        Assert.Null(await test.People.Credentials.FindLinkAsync(link));
        (await test.People.Invitations.InviteAsync(Ann, true, TestCore.Operator)).Problem(ProblemKind.Refused);
    }

    [Fact]
    public async Task A_reset_link_needs_the_second_factor_and_ends_all_sessions()
    {
        await using var test = await TestPeople.CreateAsync();
        var session = await test.SignUpAsync(Ann);
        Assert.True((await test.People.Credentials.AskResetAsync("ANN@example.com", TestPeople.Away)).Succeeded);
        var link = LinkIn(Assert.Single(test.Mails("person-password-reset", Ann)));
        Assert.Equal(PersonLinkKind.Reset, (await test.People.Credentials.FindLinkAsync(link))!.Kind);
        (await test.People.Credentials.BeginSignUpAsync(link, Other, null, TestPeople.Home)).Problem(ProblemKind.NotFound);
        (await test.People.Credentials.SignUpWithPasskeyAsync(link, TestPeople.NewPasskey(1), TestPeople.Home)).Problem(ProblemKind.NotFound);
        (await test.People.Credentials.ResetAsync(link, "short", test.Code(Ann), TestPeople.Away)).Problem(ProblemKind.Invalid);
        Assert.Equal(SignInVerdict.Wrong, (await test.People.Credentials.ResetAsync(link, Other, test.WrongCode(Ann), TestPeople.Away)).Get().Verdict);
        Assert.NotNull(await test.People.Sessions.FindAsync(session));
        var answer = (await test.People.Credentials.ResetAsync(link, Other, test.Code(Ann), TestPeople.Away)).Get();
        Assert.Equal(SignInVerdict.Accepted, answer.Verdict);
        Assert.NotNull(await test.People.Sessions.FindAsync(answer.Token));
        Assert.Null(await test.People.Sessions.FindAsync(session));
        Assert.Equal(SignInVerdict.Expired, (await test.People.Credentials.ResetAsync(link, Other, test.Code(Ann), TestPeople.Away)).Get().Verdict);
        Assert.Equal(SignInVerdict.Wrong, await test.TryAsync(Ann, TestPeople.Password, TestPeople.Home));
        Assert.Equal(SignInVerdict.SecondFactorNeeded, await test.TryAsync(Ann, Other, TestPeople.Home));
        Assert.Contains("was set anew", Assert.Single(test.Mails("person-sign-in-changed", Ann)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Codes_behind_a_reset_link_are_counted_with_all_others()
    {
        await using var test = await TestPeople.CreateAsync();
        await test.SignUpAsync(Ann);
        await test.People.Credentials.AskResetAsync(Ann, TestPeople.Away);
        var link = LinkIn(test.Mails("person-password-reset", Ann)[0]);
        for (var i = 0; i < SignInLimits.Codes; i++)
        {
            Assert.Equal(SignInVerdict.Wrong, (await test.People.Credentials.ResetAsync(link, Other, test.WrongCode(Ann), TestPeople.From(i))).Get().Verdict);
        }

        Assert.Equal(SignInVerdict.Wait, (await test.People.Credentials.ResetAsync(link, Other, test.Code(Ann), TestPeople.From(99))).Get().Verdict);
        Assert.Equal(SignInVerdict.Wait, (await test.People.SignIn.CheckSecondFactorAsync(await test.WaitingAsync(Ann, TestPeople.Away), test.Code(Ann), TestPeople.Away)).Get().Verdict);
        Assert.Equal(SignInVerdict.Accepted, (await test.People.Credentials.ResetAsync(link, Other, test.RecoveryCodes[Ann][0], TestPeople.Home)).Get().Verdict);
    }

    [Fact]
    public async Task Asking_for_a_new_password_tells_nobody_who_there_is_and_fills_no_mailbox()
    {
        await using var test = await TestPeople.CreateAsync();
        await test.SignUpAsync(Ann);
        await test.AddAsync("new@example.com");
        foreach (var email in (string[])[Ann, "new@example.com", "nobody@example.com", "no address", ""])
        {
            Assert.Equal(Outcome.Done, await test.People.Credentials.AskResetAsync(email, TestPeople.From(email.Length)));
        }

        Assert.Equal(1L, test.Core.Scalar("SELECT count(*) FROM delivery WHERE topic = 'person-password-reset'"));
        for (var i = 0; i < 2 * SignInLimits.ResetLinks; i++)
        {
            Assert.Equal(Outcome.Done, await test.People.Credentials.AskResetAsync(Ann, TestPeople.From(1000 + i)));
        }

        Assert.Equal(SignInLimits.ResetLinks, test.Mails("person-password-reset", Ann).Count);
        for (var i = 0; i < SignInLimits.ResetLinks; i++)
        {
            Assert.Equal(Outcome.Done, await test.People.Credentials.AskResetAsync($"p{i}@example.com", TestPeople.Away));
        }

        Assert.Equal(ProblemKind.LimitReached, (await test.People.Credentials.AskResetAsync("p9@example.com", TestPeople.Away)).Problem!.Kind);
        var link = LinkIn(test.Mails("person-password-reset", Ann)[0]);
        test.Time.Advance(PeopleLimits.ResetLink);
        Assert.Null(await test.People.Credentials.FindLinkAsync(link));
    }

    [Fact]
    public async Task A_password_is_changed_with_the_one_before_and_a_fresh_second_factor_and_other_sessions_end()
    {
        await using var test = await TestPeople.CreateAsync();
        var elsewhere = await test.SignUpAsync(Ann);
        var token = await test.SignInAsync(Ann, TestPeople.Home);
        Assert.Equal(SignInVerdict.Wrong, (await test.People.Credentials.ChangePasswordAsync(token, "wrong", Other, TestPeople.Home)).Get().Verdict);
        (await test.People.Credentials.ChangePasswordAsync(token, TestPeople.Password, "short", TestPeople.Home)).Problem(ProblemKind.Invalid);
        test.Time.Advance(SessionLimits.Confirmed);
        (await test.People.Credentials.ChangePasswordAsync(token, TestPeople.Password, Other, TestPeople.Home)).Problem(ProblemKind.Refused);
        Assert.Equal(SignInVerdict.Wrong, (await test.People.SignIn.ConfirmAsync(token, test.RecoveryCodes[Ann][0], TestPeople.Home)).Get().Verdict);
        token = (await test.People.SignIn.ConfirmAsync(token, test.Code(Ann), TestPeople.Home)).Get().Token!;
        var answer = (await test.People.Credentials.ChangePasswordAsync(token, TestPeople.Password, Other, TestPeople.Home)).Get();
        Assert.Equal(SignInVerdict.Accepted, answer.Verdict);
        Assert.NotNull(await test.People.Sessions.FindAsync(answer.Token));
        Assert.Null(await test.People.Sessions.FindAsync(token));
        Assert.Null(await test.People.Sessions.FindAsync(elsewhere));
        Assert.Equal(SignInVerdict.Wrong, await test.TryAsync(Ann, TestPeople.Password, TestPeople.Home));
        Assert.Equal(SignInVerdict.SecondFactorNeeded, await test.TryAsync(Ann, Other, TestPeople.Home));
        Assert.Single(await test.AuditAsync(PeopleActions.PasswordChanged));
    }

    [Fact]
    public async Task Another_authenticator_takes_the_place_of_the_one_before_with_new_recovery_codes()
    {
        await using var test = await TestPeople.CreateAsync();
        var token = await test.SignUpAsync(Ann);
        var before = test.RecoveryCodes[Ann];
        var enrolment = (await test.People.Credentials.BeginTotpAsync(token)).Get();
        var oldCode = test.Code(Ann);
        test.Know(Ann, enrolment);
        (await test.People.Credentials.FinishTotpAsync(token, test.WrongCode(Ann), null, TestPeople.Home)).Problem(ProblemKind.Refused);
        (await test.People.Credentials.FinishTotpAsync(token, test.Code(Ann), Other, TestPeople.Home)).Problem(ProblemKind.Refused);
        var enrolled = (await test.People.Credentials.FinishTotpAsync(token, test.Code(Ann), null, TestPeople.Home)).Get();
        Assert.NotNull(await test.People.Sessions.FindAsync(enrolled.Token));
        Assert.Null(await test.People.Sessions.FindAsync(token));
        foreach (var old in (string[])[oldCode, before[0]])
        {
            Assert.Equal(SignInVerdict.Wrong, (await test.People.SignIn.CheckSecondFactorAsync(await test.WaitingAsync(Ann, TestPeople.Home), old, TestPeople.Home)).Get().Verdict);
        }

        var more = (await test.People.Credentials.MakeRecoveryCodesAsync(enrolled.Token, TestPeople.Home)).Get();
        Assert.Empty(more.RecoveryCodes.Intersect(enrolled.RecoveryCodes));
        Assert.Equal(SignInLimits.RecoveryCodes, await test.People.Credentials.RecoveryCodesLeftAsync(await test.FindAsync(Ann)));
        Assert.Equal(SignInVerdict.Accepted, (await test.People.SignIn.CheckSecondFactorAsync(await test.WaitingAsync(Ann, TestPeople.Home), more.RecoveryCodes[9], TestPeople.Home)).Get().Verdict);
        Assert.Equal(2, test.Mails("person-sign-in-changed", Ann).Count);
    }

    [Fact]
    public async Task A_passkey_alone_signs_up_and_in_and_a_password_can_come_later()
    {
        await using var test = await TestPeople.CreateAsync();
        await test.AddAsync(Ann);
        var link = await test.LinkAsync(Ann);
        (await test.People.Credentials.SignUpWithPasskeyAsync(link, TestPeople.NewPasskey(1, verified: false), TestPeople.Home)).Problem(ProblemKind.Refused);
        var token = (await test.People.Credentials.SignUpWithPasskeyAsync(link, TestPeople.NewPasskey(1), TestPeople.Home)).Get().Token;
        Assert.Equal(SignInMeans.Passkey, (await test.FindAsync(Ann)).SignsIn);
        Assert.Equal(SignInVerdict.Wrong, await test.TryAsync(Ann, "", TestPeople.Home));
        var passkey = Assert.Single(await test.People.Credentials.PasskeysAsync(await test.FindAsync(Ann)));
        Assert.Equivalent(TestPeople.NewPasskey(1) with { CreatedAt = test.Time.GetUtcNow(), Person = passkey.Person }, passkey, strict: true);
        (await test.People.Credentials.RemovePasskeyAsync(token, passkey.CredentialId, TestPeople.Home)).Problem(ProblemKind.Refused);
        (await test.People.Credentials.MakeRecoveryCodesAsync(token, TestPeople.Home)).Problem(ProblemKind.Refused);

        test.Know(Ann, (await test.People.Credentials.BeginTotpAsync(token)).Get());
        (await test.People.Credentials.FinishTotpAsync(token, test.Code(Ann), null, TestPeople.Home)).Problem(ProblemKind.Refused);
        token = (await test.People.Credentials.FinishTotpAsync(token, test.Code(Ann), TestPeople.Password, TestPeople.Home)).Get().Token;
        Assert.Equal(SignInMeans.Passkey | SignInMeans.Password, (await test.FindAsync(Ann)).SignsIn);
        test.Next();
        await test.SignInAsync(Ann, TestPeople.Home);
        token = (await test.People.Credentials.RemovePasskeyAsync(token, passkey.CredentialId, TestPeople.Home)).Get().Token;
        (await test.People.Credentials.RemovePasskeyAsync(token, passkey.CredentialId, TestPeople.Home)).Problem(ProblemKind.NotFound);
        Assert.Null(await test.People.Credentials.FindPasskeyAsync(passkey.CredentialId));
    }

    [Fact]
    public async Task A_passkey_counts_when_it_verified_its_user_and_its_counter_does_not_go_back()
    {
        await using var test = await TestPeople.CreateAsync();
        var token = await test.SignUpAsync(Ann);
        token = (await test.People.Credentials.AddPasskeyAsync(token, TestPeople.NewPasskey(1), TestPeople.Home)).Get().Token!;
        var bob = await test.SignUpAsync("bob@example.com");
        (await test.People.Credentials.AddPasskeyAsync(bob, TestPeople.NewPasskey(1), TestPeople.Home)).Problem(ProblemKind.AlreadyExists);
        bob = (await test.People.Credentials.AddPasskeyAsync(bob, TestPeople.NewPasskey(9), TestPeople.Home)).Get().Token!;
        byte[] id = [1, 2, 3];
        async Task<SignInVerdict> UseAsync(uint count, bool verified = true) =>
            (await test.People.SignIn.SignInWithPasskeyAsync(new PasskeyUse(id, count, verified, true), TestPeople.Away)).Get().Verdict;
        Assert.Equal(SignInVerdict.Accepted, await UseAsync(0));
        Assert.Equal(SignInVerdict.Accepted, await UseAsync(0));
        Assert.Equal(SignInVerdict.Accepted, await UseAsync(5));
        Assert.Equal(SignInVerdict.Wrong, await UseAsync(5));
        Assert.Equal(SignInVerdict.Wrong, await UseAsync(0));
        Assert.Equal(SignInVerdict.Wrong, await UseAsync(6, verified: false));
        Assert.Contains("copied", (await test.AuditAsync(PeopleActions.SignInRefused))[1].Detail, StringComparison.Ordinal);
        Assert.Equal(test.Time.GetUtcNow(), (await test.People.Credentials.FindPasskeyAsync(id))!.LastUsed);

        test.Time.Advance(SessionLimits.Confirmed);
        Assert.Equal(SignInVerdict.Wrong, (await test.People.SignIn.ConfirmWithPasskeyAsync(bob, new PasskeyUse(id, 6, true, true), TestPeople.Home)).Get().Verdict);
        token = (await test.People.SignIn.ConfirmWithPasskeyAsync(token, new PasskeyUse(id, 6, true, true), TestPeople.Home)).Get().Token!;
        Assert.True((await test.People.Sessions.FindAsync(token))!.IsConfirmed(test.Time.GetUtcNow()));
        Assert.True((await test.People.Credentials.RenamePasskeyAsync(token, id, "blue key")).Succeeded);
        Assert.Equal(ProblemKind.NotFound, (await test.People.Credentials.RenamePasskeyAsync(token, [9, 2, 3], "mine now")).Problem!.Kind);
        (await test.People.People.SuspendAsync(Ann, null, TestCore.Operator)).Get();
        Assert.Equal(SignInVerdict.Wrong, await UseAsync(7));
        Assert.Equal(SignInVerdict.Wrong, (await test.People.SignIn.SignInWithPasskeyAsync(new PasskeyUse([0], 7, true, true), TestPeople.Away)).Get().Verdict);
    }

    [Fact]
    public async Task Passkeys_have_limits()
    {
        await using var test = await TestPeople.CreateAsync();
        var token = await test.SignUpAsync(Ann);
        var fine = TestPeople.NewPasskey(0);
        foreach (var large in (Passkey[])[fine with { CredentialId = [] }, fine with { CredentialId = new byte[1024] }, fine with { PublicKey = new byte[SignInLimits.PasskeyPart + 1] },
                     fine with { AttestationObject = new byte[SignInLimits.PasskeyPart + 1] }, fine with { ClientDataJson = new byte[SignInLimits.PasskeyPart + 1] }, fine with { Name = " " }])
        {
            (await test.People.Credentials.AddPasskeyAsync(token, large, TestPeople.Home)).Problem(ProblemKind.Invalid);
        }

        for (var i = 0; i < SignInLimits.Passkeys; i++)
        {
            token = (await test.People.Credentials.AddPasskeyAsync(token, TestPeople.NewPasskey((byte)i) with { PublicKey = new byte[SignInLimits.PasskeyPart] }, TestPeople.Home)).Get().Token!;
        }

        (await test.People.Credentials.AddPasskeyAsync(token, TestPeople.NewPasskey(99), TestPeople.Home)).Problem(ProblemKind.LimitReached);
    }

    [Fact]
    public async Task Staffs_reset_takes_everything_away_tells_the_person_and_gives_a_link()
    {
        await using var test = await TestPeople.CreateAsync();
        var token = await test.SignUpAsync(Ann);
        token = (await test.People.Credentials.AddPasskeyAsync(token, TestPeople.NewPasskey(1), TestPeople.Home)).Get().Token;
        await test.People.Credentials.AskResetAsync(Ann, TestPeople.Home);
        var mailed = LinkIn(test.Mails("person-password-reset", Ann)[0]);
        (await test.People.Invitations.ResetAsync(Ann, "", false, TestCore.Operator)).Problem(ProblemKind.Invalid);
        Assert.Null((await test.People.Invitations.ResetAsync(Ann, "lost telephone", handOver: false, TestCore.Operator)).Get().Link);
        Assert.Equal(SignInMeans.None, (await test.FindAsync(Ann)).SignsIn);
        Assert.Null(await test.People.Sessions.FindAsync(token));
        Assert.Null(await test.People.Credentials.FindLinkAsync(mailed));
        Assert.Equal(SignInVerdict.Wrong, await test.TryAsync(Ann, TestPeople.Password, TestPeople.Home));
        Assert.Equal(SignInVerdict.Wrong, (await test.People.SignIn.SignInWithPasskeyAsync(new PasskeyUse([1, 2, 3], 0, true, true), TestPeople.Home)).Get().Verdict);
        var mail = Assert.Single(test.Mails("person-credentials-reset", Ann));
        Assert.Contains("lost telephone", mail, StringComparison.Ordinal);
        Assert.Equal(PersonLinkKind.SignUp, (await test.People.Credentials.FindLinkAsync(LinkIn(mail)))!.Kind);
        Assert.Equal("lost telephone", Assert.Single(await test.AuditAsync(PeopleActions.CredentialsReset)).Detail);

        // Handed over, the link is not in the mail.
        var link = (await test.People.Invitations.ResetAsync(Ann, "at the desk", handOver: true, TestCore.Operator)).Get().Link!;
        Assert.DoesNotContain("/l/", test.Mails("person-credentials-reset", Ann)[0], StringComparison.Ordinal);
        Assert.NotNull(await test.People.Credentials.FindLinkAsync(link.Split('/')[^1]));
    }

    [Fact]
    public async Task An_owner_who_invites_learns_nothing_of_who_is_known()
    {
        await using var test = await TestPeople.CreateAsync();
        await test.Core.AddAccountAsync("20000");
        await test.SignUpAsync(Ann, new RoleGrant(PersonRole.Owner, "20000"));
        await test.AddAsync("waiting@example.com", new RoleGrant(PersonRole.Member, "20000"));
        var role = new RoleGrant(PersonRole.Member, "10042");
        foreach (var email in (string[])[Ann, "waiting@example.com", "new@example.com"])
        {
            Assert.Equal(Outcome.Done, await test.People.Invitations.InviteToAccountAsync(new NewPerson(email, "Typed Name") { Roles = [role] }, TestCore.Operator));
        }

        Assert.Contains("you are now member of account 10042", Assert.Single(test.Mails("person-joined", Ann)), StringComparison.Ordinal);
        foreach (var email in (string[])["waiting@example.com", "new@example.com"])
        {
            Assert.NotNull(await test.People.Credentials.FindLinkAsync(LinkIn(Assert.Single(test.Mails("person-sign-up", email)))));
        }

        Assert.Equal("Ann Example", (await test.FindAsync(Ann)).Name);
        Assert.Equal(3, (await test.People.People.ListAsync(new PersonQuery { Account = "10042" })).Items.Count);
        await Assert.ThrowsAsync<ArgumentException>(async () => await test.People.Invitations.InviteToAccountAsync(new NewPerson("x@example.com", "X") { Roles = [new(PersonRole.Administrator)] }, TestCore.Operator));
    }

    [Fact]
    public async Task Who_was_invited_is_called_what_the_owner_wrote_until_they_come_and_that_is_noted_now_and_then()
    {
        await using var test = await TestPeople.CreateAsync();
        await test.Core.AddAccountAsync("20000");
        await test.SignUpAsync(Ann, new RoleGrant(PersonRole.Owner, "20000"));
        var role = new RoleGrant(PersonRole.Member, "10042");
        Assert.Equal(Outcome.Done, await InviteAsync(test, Ann, role));
        Assert.Equal(Outcome.Done, await InviteAsync(test, "new@example.com", role));
        Assert.Equal(("Typed Name", null), await SeenAsync(Ann));
        Assert.Equal(("Typed Name", null), await SeenAsync("new@example.com"));

        // Elsewhere they are who they are, and that they are there is not to be seen here.
        var ann = await test.FindAsync(Ann);
        await test.People.People.SeenAsync(ann, "20000");
        Assert.Equal("Ann Example", Assert.Single((await test.People.People.ListAtAsync("20000", 10, null)).Items).Name);
        Assert.Equal(("Typed Name", null), await SeenAsync(Ann));

        var came = test.Time.GetUtcNow();
        await test.People.People.SeenAsync(ann, "10042");
        Assert.Equal(("Ann Example", came), await SeenAsync(Ann));
        test.Time.Advance(PeopleLimits.SeenAgain);
        await test.People.People.SeenAsync(ann, "10042");
        Assert.Equal(came, (await SeenAsync(Ann)).Last);
        test.Time.Advance(TimeSpan.FromMilliseconds(1));
        await test.People.People.SeenAsync(ann, "10042");
        Assert.Equal(test.Time.GetUtcNow(), (await SeenAsync(Ann)).Last);

        // Another place at the account is no other person.
        Assert.Equal(Outcome.Done, await InviteAsync(test, Ann, role with { Role = PersonRole.Owner }));
        Assert.Equal(("Ann Example", test.Time.GetUtcNow()), await SeenAsync(Ann));

        // A name that nobody may have is refused whether the address is known or not.
        foreach (var email in (string[])[Ann, "nobody@example.com"])
        {
            var refused = await test.People.Invitations.InviteToAccountAsync(new NewPerson(email, "\u202e") { Roles = [new RoleGrant(PersonRole.Vendor, "10042", "acme")] }, TestCore.Operator);
            Assert.Equal(ProblemKind.Invalid, refused.Problem?.Kind);
        }

        async Task<(string Name, DateTimeOffset? Last)> SeenAsync(string email)
        {
            var person = Assert.Single((await test.People.People.ListAtAsync("10042", 10, null)).Items, each => each.Email == email);
            return (person.Name, person.LastSeen);
        }
    }

    [Fact]
    public async Task An_answer_of_a_passkey_that_is_not_right_is_recorded_and_so_many_of_a_source_wait()
    {
        await using var test = await TestPeople.CreateAsync();
        var token = await test.SignUpAsync(Ann);
        (await test.People.Credentials.AddPasskeyAsync(token, TestPeople.NewPasskey(1), TestPeople.Home)).Get();
        var id = TestPeople.NewPasskey(1).CredentialId;
        for (var i = 0; i < SignInLimits.PasswordsOfSource; i++)
        {
            Assert.Equal(SignInVerdict.Wrong, (await test.People.SignIn.RefusePasskeyAsync(i == 0 ? id : null, "another origin", TestPeople.Away)).Get().Verdict);
        }

        Assert.Equal(SignInVerdict.Wait, (await test.People.SignIn.RefusePasskeyAsync(id, "another origin", TestPeople.Away)).Get().Verdict);
        Assert.Equal(SignInVerdict.Wrong, (await test.People.SignIn.RefusePasskeyAsync(id, "another origin", TestPeople.Home)).Get().Verdict);
        Assert.Equal(2L, test.Core.Scalar($"SELECT count(*) FROM audit WHERE action = 'sign-in-refused' AND outcome = 'refused' AND subject = '{Ann}' AND detail = 'passkey: another origin'"));
        Assert.Equal((long)SignInLimits.PasswordsOfSource - 1, test.Core.Scalar("SELECT count(*) FROM audit WHERE action = 'sign-in-refused' AND subject = '(a passkey)'"));
    }

    [Fact]
    public async Task An_owner_is_not_invited_to_less_and_so_the_last_one_stays()
    {
        await using var test = await TestPeople.CreateAsync();
        await test.SignUpAsync(Ann, new RoleGrant(PersonRole.Owner, "10042"));
        foreach (var role in (RoleGrant[])[new(PersonRole.Member, "10042"), new(PersonRole.Vendor, "10042", "acme")])
        {
            Assert.Equal(ProblemKind.Refused, (await InviteAsync(test, Ann, role)).Problem?.Kind);
        }

        Assert.Equal(["owner of 10042"], (await test.FindAsync(Ann)).Roles.Select(role => role.ToString()));
        await test.SignUpAsync("m@example.com", new RoleGrant(PersonRole.Member, "10042"));
        Assert.Equal(Outcome.Done, await InviteAsync(test, "m@example.com", new RoleGrant(PersonRole.Owner, "10042")));
        Assert.Equal(["owner of 10042"], (await test.FindAsync("m@example.com")).Roles.Select(role => role.ToString()));
    }

    [Fact]
    public async Task Whoever_has_the_role_or_a_fresh_link_gets_no_further_mail()
    {
        await using var test = await TestPeople.CreateAsync();
        await test.Core.AddAccountAsync("20000");
        await test.SignUpAsync(Ann);
        var role = new RoleGrant(PersonRole.Member, "10042");
        foreach (var email in (string[])[Ann, "new@example.com"])
        {
            Assert.Equal(Outcome.Done, await InviteAsync(test, email, role));
            Assert.Equal(ProblemKind.AlreadyExists, (await InviteAsync(test, email, role)).Problem?.Kind);
        }

        // Another account's invitation gives its role, and the link that is there opens for both.
        Assert.Equal(Outcome.Done, await InviteAsync(test, "new@example.com", role with { Account = "20000" }));
        Assert.Equal(2, (await test.FindAsync("new@example.com")).Roles.Count);
        Assert.Single(test.Mails("person-sign-up", "new@example.com"));
        Assert.Single(test.Mails("person-joined", Ann));

        test.Time.Advance(PeopleLimits.FreshLink);
        Assert.Equal(Outcome.Done, await InviteAsync(test, "new@example.com", role));
        Assert.Equal(2, test.Mails("person-sign-up", "new@example.com").Count);
        Assert.Equal(ProblemKind.AlreadyExists, (await InviteAsync(test, Ann, role)).Problem?.Kind);
    }

    [Fact]
    public async Task Only_so_many_mails_invite_people_to_one_account_within_an_hour()
    {
        await using var test = await TestPeople.CreateAsync();
        await test.Core.AddAccountAsync("20000");
        var role = new RoleGrant(PersonRole.Member, "10042");
        for (var i = 0; i < PeopleLimits.Invitations; i++)
        {
            Assert.Equal(Outcome.Done, await InviteAsync(test, $"victim{i}@example.com", role));

            // Roles that are taken away again leave the mails counted.
            await test.People.People.RemoveAsync($"victim{i}@example.com", TestCore.Operator);
        }

        Assert.Equal(ProblemKind.LimitReached, (await InviteAsync(test, "more@example.com", role)).Problem?.Kind);
        (await test.People.People.FindAsync("more@example.com")).Problem(ProblemKind.NotFound);
        Assert.Empty(test.Mails("person-sign-up", "more@example.com"));
        Assert.Equal(Outcome.Done, await InviteAsync(test, "more@example.com", role with { Account = "20000" }));
        test.Time.Advance(PeopleLimits.InvitationWindow);
        Assert.Equal(Outcome.Done, await InviteAsync(test, "again@example.com", role));
    }

    private static async Task<Outcome> InviteAsync(TestPeople test, string email, RoleGrant role) =>
        await test.People.Invitations.InviteToAccountAsync(new NewPerson(email, "Typed Name") { Roles = [role] }, TestCore.Operator);

    private static string LinkIn(string mail) => System.Text.RegularExpressions.Regex.Match(mail, "/l/([A-Za-z0-9_-]{43})").Groups[1].Value;
}
