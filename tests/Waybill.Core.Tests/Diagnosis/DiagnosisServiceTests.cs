using Waybill.Core.Audit;
using Waybill.Core.Diagnosis;
using Waybill.Core.Keys;
using Waybill.Core.Logins;
using Waybill.TestKit;

namespace Waybill.Core.Tests.Diagnosis;

public sealed class DiagnosisServiceTests
{
    [Fact]
    public async Task What_keeps_a_login_out_comes_first_with_what_to_do()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddLoginAsync();
        var key = TestKey.Create();
        Assert.Equal(
            [(DiagnosisVerdict.Stop, "key add 10042 FILE"), (DiagnosisVerdict.Look, null)], Verdicts(await core.ExplainAsync("10042")));

        await core.Services.Keys.AddAsync("10042", new NewKey(key), TestCore.Operator);
        Assert.Equal([(DiagnosisVerdict.Look, null), (DiagnosisVerdict.Ok, null)], Verdicts(await core.ExplainAsync("10042")));

        await core.Services.Keys.RevokeAsync("10042", key.Sha256, "laptop stolen", TestCore.Operator);
        await core.Services.Logins.SuspendAsync("10042", "unpaid", TestCore.Operator);
        await core.Services.Accounts.SuspendAsync("10042", "unpaid", TestCore.Operator);
        var found = await core.ExplainAsync(" 10042 ");
        Assert.Equal(
            ["account resume 10042", "login resume 10042", "key add 10042 FILE"],
            found.Findings.Where(finding => finding.Verdict == DiagnosisVerdict.Stop).Select(finding => finding.Command));
        Assert.Contains("laptop stolen", found.Findings[2].What, StringComparison.Ordinal);
        Assert.Contains("unpaid", found.Findings[1].What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_was_offered_is_named_with_the_command_that_installs_it()
    {
        await using var core = await TestCore.CreateAsync();
        var login = await core.AddLoginAsync();
        var key = TestKey.Create();
        await OfferedKeysTests.OfferAsync(core, login.Id, "192.0.2.1", "FileZilla 3.63", key);

        var found = await core.ExplainAsync("10042");
        var offer = Assert.Single(found.Findings, finding => finding.Command == $"key add 10042 --offered {key.Sha256}");
        Assert.StartsWith($"1 connection offered ssh-ed25519 256 {key.Sha256}, which is not installed: last on ", offer.What, StringComparison.Ordinal);
        Assert.Contains("192.0.2.1 with FileZilla 3.63", offer.What, StringComparison.Ordinal);
        Assert.Equal("FileZilla 3.63 offered keys that are not installed", Assert.Single(found.Refused).Words);
    }

    [Fact]
    public async Task An_address_that_is_not_allowed_can_be_allowed_beside_the_others()
    {
        await using var core = await TestCore.CreateAsync();
        var login = await core.AddLoginAsync();
        await core.Services.Logins.SetAllowedNetworksAsync("10042", ["192.0.2.0/24"], TestCore.Operator);
        await OfferedKeysTests.OfferAsync(core, login.Id, "192.0.2.9", "x");
        Assert.DoesNotContain(await FindingsAsync(), finding => finding.Command?.StartsWith("login allow", StringComparison.Ordinal) == true);

        await OfferedKeysTests.OfferAsync(core, login.Id, "198.51.100.7", "x");
        var stop = Assert.Single(await FindingsAsync(), finding => finding.Command?.StartsWith("login allow", StringComparison.Ordinal) == true);
        Assert.Equal((DiagnosisVerdict.Stop, "login allow 10042 --from 192.0.2.0/24 --from 198.51.100.7"), (stop.Verdict, stop.Command));

        async Task<IReadOnlyList<DiagnosisFinding>> FindingsAsync() => (await core.ExplainAsync("10042")).Findings;
    }

    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7", "192.0.2.7")]
    [InlineData("::ffff:192.0.2.7", "192.0.2.7", "192.0.2.7")]
    [InlineData("2001:db8::1:2", "2001:db8::/64", "2001:db8::")]
    public async Task A_source_that_is_refused_for_a_while_is_named_for_its_address_and_for_the_login(string address, string source, string forgiven)
    {
        await using var core = await TestCore.CreateAsync();
        var login = await core.AddLoginAsync();
        await OfferedKeysTests.OfferAsync(core, login.Id, address, "x");
        foreach (var subject in new[] { address, "10042" })
        {
            var stop = Assert.Single((await core.ExplainAsync(subject, new SourcePenalty(source, 12.4), new SourcePenalty("203.0.113.1", 5))).Findings,
                finding => finding.Command?.StartsWith("penalties", StringComparison.Ordinal) == true);
            Assert.Equal((DiagnosisVerdict.Stop, $"penalties clear {forgiven}"), (stop.Verdict, stop.Command));
            Assert.Contains("another 12 seconds", stop.What, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_address_says_who_got_in_from_it_and_what_was_refused()
    {
        await using var core = await TestCore.CreateAsync();
        var login = await core.AddLoginAsync();
        var nothing = await core.ExplainAsync("192.0.2.1");
        Assert.Contains("Nothing has come from 192.0.2.1", Assert.Single(nothing.Findings).What, StringComparison.Ordinal);

        await OfferedKeysTests.OfferAsync(core, login.Id, "192.0.2.1", "x");
        Assert.Contains("Nobody has logged in", Assert.Single((await core.ExplainAsync("192.0.2.1")).Findings).What, StringComparison.Ordinal);

        Assert.True((await core.Services.Audit.AppendAsync(new AuditEntry(AuditActions.LogIn, Actor.Login("10042", "192.0.2.1", "C9")))).Succeeded);
        var found = await core.ExplainAsync("192.0.2.1");
        Assert.Contains("10042 logged in from 192.0.2.1", Assert.Single(found.Findings).What, StringComparison.Ordinal);
        Assert.Equal("10042", Assert.Single(found.Refused).User);
    }

    [Fact]
    public async Task The_last_login_from_an_address_is_looked_for_among_the_newest_logins_and_the_answer_says_how_far_back_they_go()
    {
        await using var core = await TestCore.CreateAsync();
        Assert.True((await core.Services.Audit.AppendAsync(new AuditEntry(AuditActions.LogIn, Actor.Login("10042", "192.0.2.1", "C9")))).Succeeded);
        core.Time.Advance(TimeSpan.FromHours(1));
        var others = core.Time.GetUtcNow().ToUnixTimeMilliseconds();
        AddOthers(DiagnosisService.LoginsRead - 1);
        Assert.Contains("10042 logged in from 192.0.2.1", Assert.Single((await core.ExplainAsync("192.0.2.1")).Findings).What, StringComparison.Ordinal);

        AddOthers(1);
        var found = Assert.Single((await core.ExplainAsync("192.0.2.1")).Findings).What;
        Assert.StartsWith($"Nothing has come from 192.0.2.1 since {KeyService.Format(core.Time.GetUtcNow())}", found, StringComparison.Ordinal);
        Assert.Contains("50000 logins", found, StringComparison.Ordinal);

        void AddOthers(int count) => core.Tamper(
            $"""
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
            INSERT INTO audit (sequence, time, actor_kind, actor, address, action, outcome, previous, hash)
            SELECT (SELECT max(sequence) FROM audit) + i, {others}, 'login', 'other', '198.51.100.9', 'login', 'done', zeroblob(32), zeroblob(32) FROM n
            """);
    }

    [Fact]
    public async Task A_reference_leads_to_its_connection_and_its_login()
    {
        await using var core = await TestCore.CreateAsync();
        var login = await core.AddLoginAsync();
        await OfferedKeysTests.OfferAsync(core, login.Id, "192.0.2.1", "first");
        core.Time.Advance(TimeSpan.FromMinutes(1));
        await OfferedKeysTests.OfferAsync(core, login.Id, "192.0.2.1", "second");
        var reference = (await core.ExplainAsync("10042")).Refused[1].Reference!;

        var found = await core.ExplainAsync(reference);
        Assert.Equal((reference, "10042", "10042"), (found.Subject, found.UserName, found.Account));
        Assert.StartsWith("first", Assert.Single(found.Refused).Words, StringComparison.Ordinal);
        Assert.Equal("key add 10042 FILE", found.Findings[0].Command);
    }

    [Fact]
    public async Task A_user_name_that_no_login_has_shows_what_was_tried_with_it_in_any_case()
    {
        await using var core = await TestCore.CreateAsync();
        Assert.Contains("no login", (await core.Services.Diagnosis.ExplainAsync("Acme", [])).Problem(ProblemKind.NotFound).Message, StringComparison.Ordinal);
        await RefuseAsync(core, "ACME");
        var found = await core.ExplainAsync("Acme");
        Assert.Null(found.UserName);
        Assert.Equal("There is no login Acme.", found.Findings[0].What);
        Assert.Equal("ACME", Assert.Single(found.Refused).User);
    }

    [Fact]
    public async Task The_last_twenty_of_thirty_days_are_shown()
    {
        await using var core = await TestCore.CreateAsync();
        await RefuseAsync(core, "acme");
        core.Time.Advance(DiagnosisService.Memory + TimeSpan.FromSeconds(1));
        for (var i = 0; i < DiagnosisService.MaximumRefused + 1; i++)
        {
            await RefuseAsync(core, "acme");
        }

        var refused = (await core.ExplainAsync("acme")).Refused;
        Assert.Equal(DiagnosisService.MaximumRefused, refused.Count);
        core.Time.Advance(DiagnosisService.Memory + TimeSpan.FromSeconds(1));
        Assert.Equal(ProblemKind.NotFound, (await core.Services.Diagnosis.ExplainAsync("acme", [])).Problem?.Kind);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\u001b[2Jb")]
    public async Task What_no_one_can_have_read_aloud_is_refused(string subject)
    {
        await using var core = await TestCore.CreateAsync();
        Assert.Equal(ProblemKind.Invalid, (await core.Services.Diagnosis.ExplainAsync(subject, [])).Problem?.Kind);
    }

    [Fact]
    public async Task Staff_read_which_policy_would_let_a_program_in_by_login_by_address_and_by_reference()
    {
        await using var core = await TestCore.CreateAsync();
        var login = await core.AddLoginAsync();
        const string Old = "libssh2 1.10.0 offered no encrypt-then-MAC, only hmac-sha2-256; this listener has hmac-sha2-256-etm@openssh.com; policy `compat` would let it in";
        const string Oldest = "PuTTY 0.58 offered no ciphers of this listener, only 3des-cbc; this listener has aes256-ctr; no policy would let it in: it needs a newer version of the program";
        string[] kinds = [Old, Oldest, .. Enumerable.Range(0, AlgorithmFindings.Shown).Select(static i => Old.Replace("1.10.0", $"1.9.{i}", StringComparison.Ordinal))];
        foreach (var (address, reference, words) in ((string, string, string)[])
            [("192.0.2.1", "C0", Old), ("192.0.2.1", "C1", Old), ("198.51.100.7", "C2", Oldest), .. kinds.Select(static (words, i) => ("192.0.2.77", $"D{i}", words))])
        {
            Assert.True((await core.Services.Audit.AppendAsync(
                new AuditEntry(AuditActions.LogInRefused, Actor.System with { Address = address, Connection = reference }) { Outcome = AuditOutcome.Refused, Detail = words })).Succeeded);
        }

        // The same program twice is one finding.
        var found = await core.ExplainAsync("192.0.2.1");
        var stop = Assert.Single(found.Findings, static finding => finding.Remedy is not null);
        Assert.Equal((DiagnosisVerdict.Stop, new Remedy(RemedyKind.ChangePolicy, "compat")), (stop.Verdict, stop.Remedy));
        Assert.Contains("libssh2 1.10.0 offered no encrypt-then-MAC", stop.What, StringComparison.Ordinal);
        Assert.Contains("the policy `compat` for such programs alone (Ssh:ListenCompat=ADDRESS:PORT", stop.Next, StringComparison.Ordinal);
        Assert.Equal(stop with { What = "" }, Assert.Single((await core.ExplainAsync("C0")).Findings) with { What = "" });
        Assert.Equal(AlgorithmFindings.Shown, (await core.ExplainAsync("192.0.2.77")).Findings.Count(static finding => finding.What.StartsWith("A program", StringComparison.Ordinal)));

        var hopeless = Assert.Single((await core.ExplainAsync("C2")).Findings);
        Assert.Equal((DiagnosisVerdict.Stop, null), (hopeless.Verdict, hopeless.Remedy));
        Assert.Contains("newer version of the program: there is no setting", hopeless.Next, StringComparison.Ordinal);

        // By login, what came from where it may come from: it may be another program, so a person has to judge.
        Assert.DoesNotContain((await core.ExplainAsync(login.UserName)).Findings, static finding => finding.Remedy?.Kind == RemedyKind.ChangePolicy);
        await core.Services.Logins.SetAllowedNetworksAsync(login.UserName, ["192.0.2.1"], TestCore.Operator);
        found = await core.ExplainAsync(login.UserName);
        Assert.Equal(DiagnosisVerdict.Look, Assert.Single(found.Findings, static finding => finding.Remedy?.Kind == RemedyKind.ChangePolicy).Verdict);
        Assert.Equal(["C1", "C0"], found.Refused.Select(static each => each.Reference));
        core.Time.Advance(DiagnosisService.Memory + TimeSpan.FromMilliseconds(1));
        Assert.Empty((await core.ExplainAsync(login.UserName)).Refused);
    }

    private static List<(DiagnosisVerdict Verdict, string? Command)> Verdicts(ConnectionDiagnosis found) =>
        [.. found.Findings.Select(finding => (finding.Verdict, finding.Command))];

    [Fact]
    public async Task The_people_of_a_login_see_what_came_without_a_user_name_from_their_own_places_and_from_no_other()
    {
        await using var core = await TestCore.CreateAsync();
        var login = await core.AddLoginAsync();
        const string Old = "JSch 0.1 offered no key exchange methods of this listener, only diffie-hellman-group1-sha1; this listener has mlkem768x25519-sha256; policy `compat` would let it in";
        foreach (var (address, reference, words) in ((string, string, string)[])
            [("192.0.2.1", "C1", Old), ("198.51.100.7", "C2", "this is the SSH port; the client spoke HTTP"), ("203.0.113.5", "C3", "the client left before it said who it was"), ("192.0.2.99", "C4", Old)])
        {
            Assert.True((await core.Services.Audit.AppendAsync(
                new AuditEntry(AuditActions.LogInRefused, Actor.System with { Address = address, Connection = reference }) { Outcome = AuditOutcome.Refused, Detail = words })).Succeeded);
        }

        await RefuseAsync(core, login.UserName, "C5");
        var seen = await SeenAsync("::ffff:192.0.2.1");
        Assert.Equal([("C5", true, RefusalCause.Other), ("C1", false, RefusalCause.Algorithms)], seen);
        Assert.Equal([("C5", true, RefusalCause.Other), ("C2", false, RefusalCause.OtherProtocol)], await SeenAsync("198.51.100.7"));
        Assert.Equal([("C5", true, RefusalCause.Other)], await SeenAsync("198.51.100.8"));

        // From where it may come, and each once.
        login = (await core.Services.Logins.SetAllowedNetworksAsync(login.UserName, ["203.0.113.0/24", "192.0.2.1", "198.0.0.0/8"], TestCore.Operator)).Get();
        Assert.Equal([("C5", true, RefusalCause.Other), ("C3", false, RefusalCause.Other), ("C1", false, RefusalCause.Algorithms)], await SeenAsync("192.0.2.1"));
        core.Time.Advance(DiagnosisService.UnnamedMemory + TimeSpan.FromMilliseconds(1));
        Assert.Equal([("C5", true, RefusalCause.Other)], await SeenAsync("192.0.2.1"));

        async Task<List<(string?, bool, RefusalCause)>> SeenAsync(string from) => [.. (await core.Services.Diagnosis.ExplainOwnAsync(login, System.Net.IPAddress.Parse(from))).Get()
            .Attempts.Select(static attempt => (attempt.Reference, attempt.IsNamed, attempt.Cause))];
    }

    private static async Task RefuseAsync(TestCore core, string user, string reference = "C1") => Assert.True((await core.Services.Audit.AppendAsync(
        new AuditEntry(AuditActions.LogInRefused, Actor.System with { Address = "192.0.2.1", Connection = reference }) { Subject = user, Outcome = AuditOutcome.Refused })).Succeeded);
}

internal static class DiagnosisCalls
{
    public static async Task<ConnectionDiagnosis> ExplainAsync(this TestCore core, string subject, params SourcePenalty[] penalties) =>
        (await core.Services.Diagnosis.ExplainAsync(subject, penalties)).Get();
}
