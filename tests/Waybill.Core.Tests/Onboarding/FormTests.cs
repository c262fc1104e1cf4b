using System.Net;
using System.Text;
using Waybill.Core.Keys;
using Waybill.Core.Logins;
using Waybill.Core.Onboarding;
using Waybill.Core.Onboarding.Mail;
using Waybill.SshKeys.Keys;
using Waybill.TestKit;

namespace Waybill.Core.Tests.Onboarding;

/// <summary>The public form, its links, and how it is kept from being misused.</summary>
public sealed class FormTests
{
    [Fact]
    public async Task A_form_waits_for_its_address_to_be_confirmed_and_then_for_a_decision()
    {
        await using var desk = await Desk.CreateAsync();
        var submitted = (await desk.Service.SubmitAsync(Desk.Form(), Desk.Visitor)).Get();
        Assert.Equal((true, false), (submitted.NeedsConfirmation, submitted.IsPrivateKey));
        Assert.Matches("^[2-9CDFHJKMNPQRTVWXY]{4}-[2-9CDFHJKMNPQRTVWXY]{4}$", submitted.Reference);
        var view = await desk.ShowAsync(submitted.Reference!);
        Assert.Equal((RequestState.Unconfirmed, RequestSource.Form, "192.0.2.7"), (view.Request.State, view.Request.Source, view.Request.Address));
        Assert.Equal(["ann@example.com"], (await desk.MailsAsync()).Select(mail => mail.Target));

        var token = await desk.TokenAsync();
        Assert.Equal(submitted.Reference, (await desk.Service.FindForConfirmationAsync(token))!.Reference);
        Assert.Equal(RequestState.Unconfirmed, (await desk.ShowAsync(submitted.Reference!)).Request.State);
        Assert.Equal(RequestState.Open, (await desk.Service.ConfirmEmailAsync(token, Desk.Visitor)).Get().State);
        (await desk.Service.ConfirmEmailAsync(token, Desk.Visitor)).Problem(ProblemKind.NotFound);
        Assert.Equal(1L, desk.Core.Scalar("SELECT count(*) FROM event WHERE topic = 'request-open'"));
        Assert.Equal(CheckVerdict.Ok, (await desk.CheckAsync(submitted.Reference!, "confirmed")).Verdict);
        Assert.Equal(["request-added", "mail", "request-confirmed"], (await desk.ShowAsync(submitted.Reference!)).History.Select(each => each.What));
    }

    [Fact]
    public async Task A_request_is_found_by_its_id_however_it_is_typed()
    {
        await using var desk = await Desk.CreateAsync();
        var reference = (await desk.Service.SubmitAsync(Desk.Form(), Desk.Visitor)).Get().Reference!;
        foreach (var typed in (string[])[reference, reference.ToLowerInvariant(), reference.Replace("-", "", StringComparison.Ordinal), $" {reference[..4]} {reference[5..]} ", "#" + reference])
        {
            Assert.Equal(reference, (await desk.ShowAsync(typed)).Request.Reference);
        }

        foreach (var wrong in (string[])["", "OOOO-0000", reference + "2", "1"])
        {
            (await desk.Service.ShowAsync(wrong)).Problem(ProblemKind.NotFound);
        }
    }

    [Fact]
    public async Task Whether_account_login_or_address_are_known_changes_nothing_in_the_answer()
    {
        await using var desk = await Desk.CreateAsync();
        (await desk.Core.Services.Logins.AddAsync(new NewLogin(LoginKind.Customer) { Account = "10042" }, Desk.Ann)).Get();
        var known = (await desk.Service.SubmitAsync(Desk.Form(), Desk.Visitor)).Get();
        var unknown = (await desk.Service.SubmitAsync(Desk.Form(change: form => form with { Account = "99999", Email = "eve@example.org" }), Desk.Visitor)).Get();
        Assert.Equal((known.Problems, known.NeedsConfirmation, known.IsPrivateKey), (unknown.Problems, unknown.NeedsConfirmation, unknown.IsPrivateKey));
        var mails = await desk.MailsAsync();
        Assert.Equal(2, mails.Count);
        Assert.Equal(mails[1].Subject[..20], mails[0].Subject[..20]);
    }

    [Fact]
    public async Task What_is_missing_or_wrong_is_said_field_by_field_and_nothing_is_stored()
    {
        await using var desk = await Desk.CreateAsync();
        var submitted = (await desk.Service.SubmitAsync(
            Desk.Form("not a key", _ => new RequestDetails { Email = "ann", Account = new string('1', 65), UserName = "a-b", AllowFrom = ["192.0.2.1/24"], Feeds = ["gossip"] }), Desk.Visitor)).Get();
        Assert.Null(submitted.Reference);
        Assert.Equal(
            ["account", "allowFrom", "company", "email", "feeds", "firstName", "key", "userName"], submitted.Problems.Select(problem => problem.Field).Order());
        Assert.Contains("No public key was found", submitted.Problems.Single(problem => problem.Field == "key").Message, StringComparison.Ordinal);
        Assert.Equal(0L, desk.Core.Scalar("SELECT count(*) FROM access_request"));
        Assert.Empty(await desk.MailsAsync());
    }

    [Fact]
    public async Task Fields_choices_and_texts_of_staff_have_limits()
    {
        await using var desk = await Desk.CreateAsync();
        Assert.Equal("company", Assert.Single((await Submit(form => form with { Company = new string('x', OnboardingLimits.Field + 1) })).Problems).Field);
        Assert.Equal("account", Assert.Single((await Submit(form => form with { Account = new string('1', OnboardingLimits.AccountText + 1) })).Problems).Field);
        Assert.Equal("feeds", Assert.Single((await Submit(form => form with { Feeds = [.. Enumerable.Range(0, OnboardingLimits.Choices + 1).Select(each => $"f{each}")] })).Problems).Field);
        Assert.Equal("lastName", Assert.Single((await Submit(form => form with { LastName = "Exam\u202eple" })).Problems).Field);
        var reference = (await Submit(form => form with { Company = new string('x', OnboardingLimits.Field), Account = new string('1', OnboardingLimits.AccountText) })).Reference!;
        (await desk.Service.RejectAsync(reference, new string('x', OnboardingLimits.Words + 1), Desk.Ann)).Problem(ProblemKind.Invalid);
        (await desk.Service.AskAsync(reference, new string('x', OnboardingLimits.Words + 1), Desk.Ann)).Problem(ProblemKind.Invalid);
        (await desk.Service.AskAsync(reference, " ", Desk.Ann)).Problem(ProblemKind.Invalid);
        (await desk.Service.AskAsync(reference, new string('x', OnboardingLimits.Words), Desk.Ann)).Get();

        async Task<Submission> Submit(Func<RequestDetails, RequestDetails> change) => (await desk.Service.SubmitAsync(Desk.Form(change: change), Desk.Visitor)).Get();
    }

    [Theory]
    [InlineData("openssh")]
    [InlineData("openssh-encrypted")]
    [InlineData("ppk")]
    [InlineData("pem")]
    public async Task A_private_key_is_burnt_and_nothing_else_of_it_is_anywhere(string form)
    {
        await using var desk = await Desk.CreateAsync();
        using var directory = new TemporaryDirectory();
        var (file, line, fingerprint) = await MakeAsync(directory, form);
        var submitted = (await desk.Service.SubmitAsync(Desk.Form() with { KeyFile = file }, Desk.Visitor)).Get();
        Assert.True(submitted.IsPrivateKey);
        Assert.Null(submitted.Reference);
        Assert.Contains("Treat it as compromised", Assert.Single(submitted.Problems).Message, StringComparison.Ordinal);
        Assert.Equal(fingerprint, desk.Core.Scalar("SELECT sha256 FROM burnt_key"));
        Assert.Equal(0L, desk.Core.Scalar("SELECT count(*) FROM access_request"));

        // Its public half is refused from now on, also here. Of what is under a passphrase only the claim is there, on which staff decide.
        var again = (await desk.Service.SubmitAsync(Desk.Form(line), Desk.Visitor)).Get();
        if (form is "openssh-encrypted" or "ppk")
        {
            Assert.Equal(0L, desk.Core.Scalar("SELECT proven FROM burnt_key"));
            Assert.Empty(again.Problems);
        }
        else
        {
            Assert.Equal("key", Assert.Single(again.Problems).Field);
            Assert.Contains("refused for good", again.Problems[0].Message, StringComparison.Ordinal);
        }

        // No line of the file is in the database or its log.
        await desk.Core.Services.DisposeAsync();
        var secret = Encoding.ASCII.GetString(file).Split('\n').Select(line => line.Trim()).Last(line => line.Length > 40);
        foreach (var name in Directory.EnumerateFiles(desk.Core.Path, "*", SearchOption.AllDirectories))
        {
            Assert.DoesNotContain(secret, Encoding.Latin1.GetString(await File.ReadAllBytesAsync(name)), StringComparison.Ordinal);
        }

        await desk.Core.ReopenAsync();
    }

    [Fact]
    public async Task A_file_that_only_claims_to_be_anothers_private_key_keeps_them_out_until_staff_lift_it_and_not_again()
    {
        await using var desk = await Desk.CreateAsync();
        using var theirs = Desk.NewKey();
        var fingerprint = KeyFingerprint.Sha256(theirs.PublicKey.Blob.Span);
        var forged = Forged(theirs.PublicKey);
        Assert.True((await desk.Service.SubmitAsync(Desk.Form() with { KeyFile = forged }, Desk.Visitor)).Get().IsPrivateKey);

        // The customer's request comes through to staff, who read what happened and how it is mended.
        var reference = await desk.OpenAsync(Desk.Form(Desk.Line(theirs)));
        var view = await desk.ShowAsync(reference);
        Assert.Equal((fingerprint, false, (DateTimeOffset?)null), (view.RefusedKey!.Sha256, view.RefusedKey.IsProven, view.RefusedKey.Lifted));
        var stop = await desk.CheckAsync(reference, "key");
        Assert.Equal(CheckVerdict.Stop, stop.Verdict);
        Assert.Contains($"waybill key burnt lift {fingerprint}", stop.Words, StringComparison.Ordinal);
        (await desk.Service.ApproveAsync(reference, new Approval(), Desk.Ann)).Problem(ProblemKind.Refused);

        var burnt = desk.Core.Services.BurntKeys;
        Assert.Equal(fingerprint, Assert.Single((await burnt.ListAsync()).Items).Sha256);
        (await burnt.LiftAsync(fingerprint, " ", Desk.Ann)).Problem(ProblemKind.Invalid);
        (await burnt.LiftAsync("SHA256:short", "called", Desk.Ann)).Problem(ProblemKind.NotFound);
        Assert.Equal(("ann", "called, they sent nothing"), ((await burnt.LiftAsync(fingerprint, "called, they sent nothing", Desk.Ann)).Get() is { } lifted ? (lifted.LiftedBy, lifted.LiftedReason) : default));
        Assert.Equal("called, they sent nothing", desk.Core.Scalar("SELECT detail FROM audit WHERE action = 'key-burnt-lifted'"));
        Assert.Empty((await burnt.ListAsync()).Items);
        Assert.Single((await burnt.ListAsync(withLifted: true)).Items);

        // The same claim again changes nothing.
        Assert.True((await desk.Service.SubmitAsync(Desk.Form() with { KeyFile = forged }, Desk.Visitor)).Get().IsPrivateKey);
        (await desk.Service.ApproveAsync(reference, new Approval(), Desk.Ann)).Get();

        // The key itself does; the login that has it keeps it.
        var real = PrivateKeyFile.WriteOpenSsh(theirs, "ann");
        Assert.True((await desk.Service.SubmitAsync(Desk.Form() with { KeyFile = real }, Desk.Visitor)).Get().IsPrivateKey);
        Assert.Equal((true, "10042"), (await burnt.ListAsync()).Items is [{ IsProven: var proven, InstalledOn: [var on] }] ? (proven, on) : default);
        Assert.Null(Assert.Single((await desk.Core.Services.Keys.ListAsync("10042")).Get()).Revoked);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_private_key_that_works_on_a_login_is_told_to_staff_once_and_named_until_it_is_revoked(bool isProven)
    {
        await using var desk = await Desk.CreateAsync();
        using var key = Desk.NewKey();
        var fingerprint = KeyFingerprint.Sha256(key.PublicKey.Blob.Span);
        (await desk.Core.Services.Logins.AddAsync(new NewLogin(LoginKind.Customer) { Account = "10042" }, Desk.Ann)).Get();
        (await desk.Core.Services.Keys.AddAsync("10042", new NewKey(key.PublicKey), Desk.Ann)).Get();
        var file = isProven ? PrivateKeyFile.WriteOpenSsh(key, "ann") : Forged(key.PublicKey);
        for (var i = 0; i < 3; i++)
        {
            Assert.True((await desk.Service.SubmitAsync(Desk.Form() with { KeyFile = file }, Desk.Visitor)).Get().IsPrivateKey);
        }

        Assert.Equal(1L, desk.Core.Scalar($"SELECT count(*) FROM event WHERE topic = 'key-sent-in-use' AND account_id IS NULL AND json_extract(body, '$.key') = '{fingerprint}' AND json_extract(body, '$.installedOn') = '10042'"));
        Assert.StartsWith(
            isProven ? "The private half of a key reached us" : "A file under a passphrase reached us that claims", (string)desk.Core.Scalar("SELECT json_extract(body, '$.what') FROM event WHERE topic = 'key-sent-in-use'")!, StringComparison.Ordinal);
        Assert.Equal((isProven, "10042"), (await desk.Core.Services.BurntKeys.InUseAsync()) is [{ InstalledOn: [var on] } used] ? (used.IsProven, on) : default);
        Assert.Contains(fingerprint, await desk.Core.Services.BurntKeys.InUseAsync("10042"));
        var look = await desk.CheckAsync(await desk.OpenAsync(), "keys in use");
        Assert.Equal((CheckVerdict.Look, isProven), (look.Verdict, look.ToDo == "Revoke it there."));

        (await desk.Core.Services.Keys.RevokeAsync("10042", fingerprint, "sent by mail", Desk.Ann)).Get();
        Assert.Empty(await desk.Core.Services.BurntKeys.InUseAsync());
        Assert.Empty(await desk.Core.Services.BurntKeys.InUseAsync("10042"));
    }

    [Fact]
    public async Task A_private_key_whose_halves_do_not_belong_together_burns_nobodys_key()
    {
        await using var desk = await Desk.CreateAsync();
        using var theirs = Desk.NewKey();
        var submitted = (await desk.Service.SubmitAsync(Desk.Form() with { KeyFile = Forged(theirs.PublicKey, "none") }, Desk.Visitor)).Get();
        Assert.True(submitted.IsPrivateKey);
        Assert.Contains("It is damaged besides", Assert.Single(submitted.Problems).Message, StringComparison.Ordinal);
        Assert.Equal(0L, desk.Core.Scalar("SELECT count(*) FROM burnt_key"));
    }

    [Fact]
    public async Task Of_many_vendors_that_are_asked_for_at_once_only_so_many_are_invited_and_a_withdrawn_one_makes_room()
    {
        await using var desk = await Desk.CreateAsync();
        var asked = await Task.WhenAll(Enumerable.Range(0, OnboardingLimits.VendorInvitations + 20).Select(number => Task.Run(async () =>
            await desk.Service.AskForVendorAsync(new NewVendor("10042", $"v{number}", $"v{number}@vendor.example", "Vi Vendor"), Desk.Ann))));
        Assert.Equal(OnboardingLimits.VendorInvitations, asked.Count(static each => each.Succeeded));
        Assert.All(asked.Where(static each => !each.Succeeded), static each => Assert.Equal(ProblemKind.LimitReached, each.Problem?.Kind));

        var waiting = (await desk.Service.InvitationsAsync("10042")).Items;
        Assert.Equal(OnboardingLimits.VendorInvitations, waiting.Count);
        var token = await desk.TokenAsync("request-invitation");
        var newest = Assert.Single(waiting, each => each.Email == (string)desk.Core.Scalar("SELECT target FROM delivery ORDER BY id DESC LIMIT 1")!);
        Assert.Equal(newest.Email, (await desk.Service.WithdrawAsync(newest.Id, Desk.Bob)).Get());
        Assert.Null(await desk.Service.FindInvitationAsync(token));
        (await desk.Service.WithdrawAsync(newest.Id, Desk.Bob)).Problem(ProblemKind.NotFound);
        Assert.True((await desk.Service.AskForVendorAsync(new NewVendor("10042", "late", "late@vendor.example", "Vi Vendor"), Desk.Ann)).Succeeded);
    }

    /// <summary>What anybody can write who has the public key of another.</summary>
    private static byte[] Forged(SshPublicKey theirs, string encryption = "aes256-cbc") => Encoding.ASCII.GetBytes(
        $"PuTTY-User-Key-File-3: {theirs.KeyType}\nEncryption: {encryption}\nComment: x\nPublic-Lines: 1\n{Convert.ToBase64String(theirs.Blob.Span)}\nPrivate-Lines: 1\nAAAA\nPrivate-MAC: 00\n");

    [Fact]
    public async Task Of_two_private_keys_both_are_burnt()
    {
        await using var desk = await Desk.CreateAsync();
        using var directory = new TemporaryDirectory();
        var first = await MakeAsync(directory, "openssh");
        using var another = new TemporaryDirectory();
        var second = await MakeAsync(another, "ppk");
        Assert.True((await desk.Service.SubmitAsync(Desk.Form() with { KeyFile = first.File, SecondPrivate = second.File }, Desk.Visitor)).Get().IsPrivateKey);
        Assert.Equal(2L, desk.Core.Scalar($"SELECT count(*) FROM burnt_key WHERE sha256 IN ('{first.Fingerprint}', '{second.Fingerprint}')"));
    }

    [Theory]
    [InlineData("10042")]
    [InlineData("10042-acme")]
    [InlineData("nobody")]
    public async Task A_replacement_key_is_asked_for_whether_there_is_the_login_or_not_and_goes_the_way_of_the_mails(string user)
    {
        await using var desk = await Desk.CreateAsync(options => options with { CallBack = "Call the number in the contract." });
        (await desk.Core.Services.Logins.AddAsync(new NewLogin(LoginKind.Customer) { Account = "10042" }, Desk.Ann)).Get();
        (await desk.Core.Services.Logins.AddAsync(new NewLogin(LoginKind.Vendor) { Account = "10042", Vendor = "acme" }, Desk.Ann)).Get();
        var form = Desk.Form(change: details => details with { UserName = user, Company = null, Feeds = ["cdr"], Automation = true }) with { IsReplacement = true };
        var reference = await desk.OpenAsync(form);
        var view = await desk.ShowAsync(reference);
        Assert.Equal((RequestKind.Key, RequestState.Open, user, null), (view.Request.Kind, view.Request.State, view.Request.Login, view.Request.Details.UserName));
        Assert.Equal((true, "Call the number in the contract."), (view.NeedsVerification, view.CallBack));
        Assert.Empty(view.Request.Details.Feeds);
        Assert.Contains("Call the number in the contract.", (await desk.Service.ApproveAsync(reference, new Approval(), Desk.Ann)).Problem(ProblemKind.Refused).Message, StringComparison.Ordinal);
        var approved = await desk.Service.ApproveAsync(reference, new Approval { Verified = "called" }, Desk.Ann);
        if (user == "nobody")
        {
            Assert.Contains("There is no login nobody", approved.Problem(ProblemKind.Refused).Message, StringComparison.Ordinal);
            Assert.Equal(CheckVerdict.Stop, (await desk.CheckAsync(reference, "account")).Verdict);
        }
        else
        {
            Assert.Equal(view.Request.Key!.Sha256, Assert.Single((await desk.Core.Services.Keys.ListAsync(user)).Get()).Sha256);
            Assert.Contains($"new public key is installed for {user}", await desk.MailTextAsync("request-replaced"), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("a b")]
    [InlineData("10042-")]
    [InlineData("-acme")]
    [InlineData("10042-a-b")]
    public async Task A_replacement_key_is_for_a_user_name_that_could_be_one(string? user)
    {
        await using var desk = await Desk.CreateAsync();
        var submitted = (await desk.Service.SubmitAsync(Desk.Form(change: details => details with { UserName = user }) with { IsReplacement = true }, Desk.Visitor)).Get();
        Assert.Equal("userName", Assert.Single(submitted.Problems).Field);
        Assert.Equal(0L, desk.Core.Scalar("SELECT count(*) FROM access_request"));
    }

    /// <summary>A private key as the tools write it, its public line and its fingerprint.</summary>
    private static async Task<(byte[] File, string Line, string Fingerprint)> MakeAsync(TemporaryDirectory directory, string form)
    {
        var path = directory.Combine("key");
        await RunAsync("ssh-keygen", form == "pem"
            ? ["-q", "-t", "rsa", "-b", "2048", "-m", "PEM", "-N", "", "-C", "ann", "-f", path]
            : ["-q", "-t", "ed25519", "-N", form == "openssh-encrypted" ? "a passphrase" : "", "-C", "ann", "-f", path]);
        var line = await File.ReadAllTextAsync(path + ".pub");
        if (form == "ppk")
        {
            await RunAsync("puttygen", [path, "-O", "private", "-o", path + ".ppk", "--new-passphrase", directory.Write("passphrase", "a passphrase")]);
            path += ".ppk";
        }

        return (await File.ReadAllBytesAsync(path), line, KeyFingerprint.Sha256(PublicKeyFile.Read(Encoding.ASCII.GetBytes(line)).Key!.Blob.Span));

        static async Task RunAsync(string program, string[] words) => Assert.Equal(0, (await ExternalProcess.RunAsync(program, words, timeout: TimeSpan.FromSeconds(60))).ExitCode);
    }

    [Fact]
    public async Task Any_public_form_is_kept_as_one_line_with_type_bits_and_both_fingerprints()
    {
        await using var desk = await Desk.CreateAsync();
        using var rsa = SshPrivateKeys.GenerateRsa(2048);
        var base64 = Convert.ToBase64String(rsa.PublicKey.Blob.Span);
        var rfc4716 = $"---- BEGIN SSH2 PUBLIC KEY ----\r\nComment: \"rsa-key-20261121\"\r\n{string.Join("\r\n", base64.Chunk(64).Select(chunk => new string(chunk)))}\r\n---- END SSH2 PUBLIC KEY ----\r\n";
        foreach (var form in (string[])[$"ssh-rsa {base64} rsa-key-20261121", rfc4716])
        {
            var key = (await desk.Service.SubmitAsync(Desk.Form(form), Desk.Visitor)).Get().Key!;
            Assert.Equal(
                new RequestKey($"ssh-rsa {base64}", "ssh-rsa", 2048, KeyFingerprint.Sha256(rsa.PublicKey.Blob.Span), KeyFingerprint.Md5(rsa.PublicKey.Blob.Span), "rsa-key-20261121"), key);
        }
    }

    [Fact]
    public async Task One_source_has_so_many_tries_in_an_hour_whatever_becomes_of_them()
    {
        await using var desk = await Desk.CreateAsync();
        for (var i = 0; i < OnboardingLimits.TriesPerSource; i++)
        {
            (await desk.Service.SubmitAsync(Desk.Form("no key"), IPAddress.Parse($"2001:db8::{i + 1:x}"))).Get();
        }

        (await desk.Service.SubmitAsync(Desk.Form(), IPAddress.Parse("2001:db8::ffff"))).Problem(ProblemKind.LimitReached);
        (await desk.Service.SubmitAsync(Desk.Form(), IPAddress.Parse("2001:db8:0:1::1"))).Get();
        desk.Time.Advance(OnboardingLimits.SourceWindow);
        (await desk.Service.SubmitAsync(Desk.Form(), IPAddress.Parse("2001:db8::ffff"))).Get();
    }

    [Fact]
    public async Task All_sources_together_have_so_many_tries_in_an_hour()
    {
        await using var desk = await Desk.CreateAsync();
        desk.Core.Tamper($"INSERT INTO access_attempt (who, at) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {OnboardingLimits.TriesInAll - 1}) SELECT 'source 198.51.100.' || i, {desk.Time.GetUtcNow().ToUnixTimeMilliseconds()} FROM n");
        (await desk.Service.SubmitAsync(Desk.Form(), Desk.Visitor)).Get();
        (await desk.Service.SubmitAsync(Desk.Form(), IPAddress.Parse("203.0.113.9"))).Problem(ProblemKind.LimitReached);
    }

    [Fact]
    public async Task One_address_gets_so_many_mails_in_a_day_and_no_source_uses_up_those_of_another()
    {
        await using var desk = await Desk.CreateAsync();
        for (var i = 0; i < OnboardingLimits.TriesPerEmail; i++)
        {
            Assert.True((await desk.Service.SubmitAsync(Desk.Form(), Desk.Visitor)).Get().NeedsConfirmation);
        }

        Assert.Contains("mails went to this address today", (await desk.Service.SubmitAsync(Desk.Form(), Desk.Visitor)).Problem(ProblemKind.LimitReached).Message, StringComparison.Ordinal);
        Assert.Equal(OnboardingLimits.TriesPerEmail, (await desk.MailsAsync()).Count);
        for (var i = OnboardingLimits.TriesPerEmail; i < OnboardingLimits.TriesPerEmailInAll; i++)
        {
            (await desk.Service.SubmitAsync(Desk.Form(), IPAddress.Parse($"198.51.100.{i}"))).Get();
        }

        (await desk.Service.SubmitAsync(Desk.Form(), IPAddress.Parse("203.0.113.9"))).Problem(ProblemKind.LimitReached);
        Assert.Equal(OnboardingLimits.TriesPerEmailInAll, (await desk.MailsAsync()).Count);
        desk.Time.Advance(OnboardingLimits.EmailWindow);
        (await desk.Service.SubmitAsync(Desk.Form(), Desk.Visitor)).Get();
        Assert.Equal(OnboardingLimits.TriesPerEmailInAll + 1, (await desk.MailsAsync()).Count);
    }

    [Fact]
    public async Task The_oldest_unconfirmed_request_of_an_address_and_source_makes_room_and_that_of_another_source_does_not()
    {
        await using var desk = await Desk.CreateAsync();
        var theirs = (await desk.Service.SubmitAsync(Desk.Form(), Desk.Visitor)).Get().Reference!;
        var token = await desk.TokenAsync();
        List<string> junk = [];
        for (var i = 0; i <= OnboardingLimits.UnconfirmedPerEmail; i++)
        {
            junk.Add((await desk.Service.SubmitAsync(Desk.Form(), IPAddress.Parse("203.0.113.9"))).Get().Reference!);
        }

        (await desk.Service.ShowAsync(junk[0])).Problem(ProblemKind.NotFound);
        Assert.Equal(junk[0], desk.Core.Scalar("SELECT subject FROM audit WHERE action = 'requests-purged'"));
        Assert.Equal(OnboardingLimits.UnconfirmedPerEmail + 1L, desk.Core.Scalar("SELECT count(*) FROM access_request"));
        Assert.Equal(theirs, (await desk.Service.ConfirmEmailAsync(token, Desk.Visitor)).Get().Reference);
    }

    [Fact]
    public async Task An_address_has_so_many_requests_that_wait_and_its_holder_reads_that_at_the_confirmation()
    {
        await using var desk = await Desk.CreateAsync();
        for (var i = 0; i < OnboardingLimits.OpenPerEmail; i++)
        {
            await desk.OpenAsync();
        }

        (await desk.Service.SubmitAsync(Desk.Form(), Desk.Visitor)).Get();
        var token = await desk.TokenAsync();
        Assert.Contains("of your address wait for us already", (await desk.Service.ConfirmEmailAsync(token, Desk.Visitor)).Problem(ProblemKind.LimitReached).Message, StringComparison.Ordinal);
        (await desk.Service.RejectAsync((await desk.Service.ListAsync([RequestState.Open])).Items[0].Reference, "twice", Desk.Ann)).Get();
        (await desk.Service.ConfirmEmailAsync(token, Desk.Visitor)).Get();
    }

    [Fact]
    public async Task A_source_has_so_many_requests_that_wait_and_naming_an_account_shuts_nobody_out()
    {
        await using var desk = await Desk.CreateAsync();
        var stranger = IPAddress.Parse("203.0.113.9");
        for (var i = 0; i < OnboardingLimits.UndecidedPerSource; i++)
        {
            (await desk.Service.SubmitAsync(Form($"u{i}@example.org"), stranger)).Get();
            if (i % 2 == 0)
            {
                (await desk.Service.ConfirmEmailAsync(await desk.TokenAsync(), stranger)).Get();
            }

            desk.Time.Advance(TimeSpan.FromMinutes(3) + TimeSpan.FromSeconds(1));
        }

        Assert.Contains("from your network wait already", (await desk.Service.SubmitAsync(Form("one@example.org"), stranger)).Problem(ProblemKind.LimitReached).Message, StringComparison.Ordinal);
        Assert.Equal(RequestState.Open, (await desk.ShowAsync(await desk.OpenAsync())).Request.State);

        static RequestForm Form(string email) => Desk.Form(change: form => form with { Email = email });
    }

    [Fact]
    public async Task There_are_only_so_many_unconfirmed_requests_and_they_go_after_a_week()
    {
        await using var desk = await Desk.CreateAsync();
        var kept = await desk.OpenAsync(Desk.Form(change: form => form with { Email = "kept@example.com" }));
        var reference = (await desk.Service.SubmitAsync(Desk.Form(), Desk.Visitor)).Get().Reference!;
        desk.Core.Tamper(
            $"""
            INSERT INTO access_request (reference, kind, source, state, email, email_key, feeds, file_types, automation, allow_from, created_at, changed_at)
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {OnboardingLimits.Unconfirmed - 1})
            SELECT 'X' || i, 'login', 'form', 'unconfirmed', 'x', 'x' || i, '', '', 0, '', {desk.Time.GetUtcNow().ToUnixTimeMilliseconds()}, 0 FROM n
            """);

        // It says so, the same for everybody: nobody waits for a mail that does not come.
        var refused = (await desk.Service.SubmitAsync(Desk.Form(change: form => form with { Email = "late@example.com" }), Desk.Visitor)).Problem(ProblemKind.LimitReached);
        Assert.Equal($"No requests can be taken at the moment. Please write to {desk.Options.Notifications.SupportMail}.", refused.Message);

        desk.Time.Advance(OnboardingLimits.KeepUnconfirmed);
        Assert.Equal(0, (await desk.Service.PurgeAsync()).Get());
        desk.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(OnboardingLimits.Unconfirmed, (await desk.Service.PurgeAsync()).Get());
        (await desk.Service.ShowAsync(reference)).Problem(ProblemKind.NotFound);
        Assert.Equal(RequestState.Open, (await desk.ShowAsync(kept)).Request.State);
        Assert.Equal(0L, desk.Core.Scalar("SELECT count(*) FROM access_attempt"));
        Assert.Equal(OnboardingLimits.Unconfirmed / OnboardingLimits.PurgedTogether, await desk.AuditAsync(OnboardingActions.Purged));
    }

    [Fact]
    public async Task A_link_opens_for_its_time_and_the_newest_mail_always_works()
    {
        await using var desk = await Desk.CreateAsync();
        var reference = (await desk.Service.SubmitAsync(Desk.Form(), Desk.Visitor)).Get().Reference!;
        var old = await desk.TokenAsync();
        desk.Time.Advance(OnboardingLimits.KeepUnconfirmed - TimeSpan.FromMinutes(1));
        (await desk.Service.ResendAsync(reference, Desk.Ann)).Get();
        desk.Time.Advance(TimeSpan.FromMinutes(2));
        (await desk.Service.ConfirmEmailAsync(old, Desk.Visitor)).Problem(ProblemKind.NotFound);
        (await desk.Service.ConfirmEmailAsync(await desk.TokenAsync(), Desk.Visitor)).Get();
    }

    [Fact]
    public async Task An_invitation_fills_the_form_in_needs_no_confirmation_and_is_for_one_request()
    {
        await using var desk = await Desk.CreateAsync();
        var invitation = (await desk.Service.InviteAsync(new NewInvitation("10042", "ann@example.com") { FirstName = "Ann", Feeds = ["cdr"] }, Desk.Ann)).Get();
        var token = await desk.TokenAsync();
        Assert.DoesNotContain(token, invitation.ToString(), StringComparison.Ordinal);
        var found = (await desk.Service.FindInvitationAsync(token))!;
        Assert.Equal(("Example Telecom Ltd", "10042", "Ann", "ann"), (found.Details.Company, found.Details.Account, found.Details.FirstName, found.InvitedBy));
        Assert.Equal(["cdr"], found.Details.Feeds);

        // The account of the invitation stands, whatever the form says.
        var form = Desk.Form(change: form => form with { Account = "99999" });
        var submitted = (await desk.Service.SubmitAsync(form, Desk.Visitor, token)).Get();
        Assert.False(submitted.NeedsConfirmation);
        var request = (await desk.ShowAsync(submitted.Reference!)).Request;
        Assert.Equal((RequestState.Open, "10042", "ann"), (request.State, request.Details.Account, request.InvitedBy));
        Assert.Empty((await desk.Service.InvitationsAsync()).Items);
        (await desk.Service.SubmitAsync(form, Desk.Visitor, token)).Problem(ProblemKind.NotFound);
        Assert.Null(await desk.Service.FindInvitationAsync(token));
    }

    [Fact]
    public async Task An_invited_person_who_gives_another_address_confirms_it()
    {
        await using var desk = await Desk.CreateAsync();
        (await desk.Service.InviteAsync(new NewInvitation("10042", "boss@example.com"), Desk.Ann)).Get();
        var submitted = (await desk.Service.SubmitAsync(Desk.Form(), Desk.Visitor, await desk.TokenAsync())).Get();
        Assert.True(submitted.NeedsConfirmation);
        Assert.Equal(RequestState.Unconfirmed, (await desk.ShowAsync(submitted.Reference!)).Request.State);
    }

    [Fact]
    public async Task An_invitation_ends_and_is_for_accounts_that_are_there()
    {
        await using var desk = await Desk.CreateAsync();
        (await desk.Service.InviteAsync(new NewInvitation("99999", "ann@example.com"), Desk.Ann)).Problem(ProblemKind.NotFound);
        (await desk.Service.InviteAsync(new NewInvitation("10042", "ann"), Desk.Ann)).Problem(ProblemKind.Invalid);
        (await desk.Service.InviteAsync(new NewInvitation("10042", "ann@example.com") { Lifetime = TimeSpan.FromDays(91) }, Desk.Ann)).Problem(ProblemKind.Invalid);
        (await desk.Service.InviteAsync(new NewInvitation("10042", "ann@example.com"), Desk.Ann)).Get();
        var token = await desk.TokenAsync();
        desk.Time.Advance(OnboardingLimits.InvitationTime - TimeSpan.FromSeconds(1));
        Assert.NotNull(await desk.Service.FindInvitationAsync(token));
        desk.Time.Advance(TimeSpan.FromSeconds(1));
        (await desk.Service.SubmitAsync(Desk.Form(), Desk.Visitor, token)).Problem(ProblemKind.NotFound);
        desk.Time.Advance(TimeSpan.FromSeconds(1));
        (await desk.Service.PurgeAsync()).Get();
        Assert.Equal(0L, desk.Core.Scalar("SELECT count(*) FROM access_invitation"));
    }

    [Fact]
    public async Task A_hundred_submissions_by_one_invitation_at_once_make_one_request()
    {
        await using var desk = await Desk.CreateAsync();
        (await desk.Service.InviteAsync(new NewInvitation("10042", "ann@example.com"), Desk.Ann)).Get();
        var (token, form) = (await desk.TokenAsync(), Desk.Form());
        var results = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => Task.Run(async () => await desk.Service.SubmitAsync(form, IPAddress.Parse($"198.51.100.{i}"), token))));
        Assert.Single(results, result => result.Succeeded);
        Assert.Equal(1L, desk.Core.Scalar("SELECT count(*) FROM access_request"));
    }

    [Fact]
    public async Task A_mail_with_a_link_is_emptied_in_the_outbox_once_it_was_sent()
    {
        await using var desk = await Desk.CreateAsync();
        await desk.OpenAsync();
        (await desk.Service.SubmitAsync(Desk.Form(change: form => form with { Email = "bob@example.com" }), Desk.Visitor)).Get();
        var token = await desk.TokenAsync();
        var dispatcher = Waybill.Core.Notifications.NotificationDispatcher.Create(desk.Core.Services.Database, desk.Options.Notifications, desk.Time).Get();
        await using (dispatcher)
        {
            Assert.True((await dispatcher.RunAsync(CancellationToken.None, CancellationToken.None)).Succeeded);
        }

        Assert.Equal(0L, desk.Core.Scalar("SELECT count(*) FROM delivery WHERE topic = 'request-confirm' AND (text <> '' OR html IS NOT NULL OR state <> 'sent')"));
        Assert.Contains(
            Directory.EnumerateFiles(desk.Options.Notifications.MailFolder).Select(file => MailReader.Read(File.ReadAllBytes(file)).File!),
            mail => mail.Parts.Count == 2 && mail.Parts.All(part => part.Text(100_000).Contains(token, StringComparison.Ordinal)));
    }
}
