using System.Text;
using System.Text.RegularExpressions;
using Waybill.Core.Keys.Generation;
using Waybill.Core.Keys.Handover;
using Waybill.Core.Notifications;
using Waybill.SshKeys.Keys;
using Waybill.TestKit;

namespace Waybill.Core.Tests.Keys;

/// <summary>A generated key reaches its customer: each part once, apart, and nobody else.</summary>
public sealed partial class HandoverTests
{
    private const string FileTo = "it@example.com";
    private const string PassphraseTo = "boss@example.com";

    [Fact]
    public async Task The_two_parts_travel_apart_and_open_together()
    {
        await using var core = await TestCore.CreateAsync();
        var login = await core.AddLoginAsync();
        var handovers = Open(core);
        var start = (await handovers.StartAsync(new HandoverPlan(login.UserName, new KeyRecipe(), FileTo, PassphraseTo), TestCore.Operator)).Get();
        Assert.Matches(@"^\d{4} \d{4}$", start.FileCode!);
        Assert.NotEqual(start.FileCode, start.PassphraseCode);
        Assert.Equal(start.Handover, Assert.Single(await handovers.ListAsync(login.UserName)));

        var (file, passphrase) = (Mail(core, FileTo), Mail(core, PassphraseTo));
        foreach (var (mail, code) in new[] { (file.Text, start.FileCode!), (passphrase.Text, start.PassphraseCode!) })
        {
            Assert.DoesNotContain(code, mail, StringComparison.Ordinal);
            Assert.DoesNotContain(code.Replace(" ", "", StringComparison.Ordinal), mail, StringComparison.Ordinal);
            Assert.Contains("https://files.example.com/l/", mail, StringComparison.Ordinal);
        }

        using var key = (await handovers.TakeAsync(file.Token, start.FileCode, KeyHandovers.NewAttempt(), "192.0.2.1")).Get();
        using var secret = (await handovers.TakeAsync(passphrase.Token, start.PassphraseCode!.Replace(' ', '-'), KeyHandovers.NewAttempt(), "192.0.2.2")).Get();
        Assert.Equal((HandoverPart.File, "waybill-" + login.UserName), (key.Part, key.FileName));
        using var folder = new TemporaryDirectory();
        var path = folder.Combine(key.FileName);
        await File.WriteAllBytesAsync(path, key.Content.ToArray());
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var opened = await ExternalProcess.RunAsync("ssh-keygen", ["-y", "-P", Encoding.ASCII.GetString(secret.Content.Span), "-f", path]);
        Assert.True(opened.ExitCode == 0, opened.ToString());
        Assert.Equal(Assert.Single((await core.Services.Keys.ListAsync(login.UserName)).Get()).Sha256, KeyFingerprint.Sha256(PublicKeyFile.Read(Encoding.ASCII.GetBytes(opened.Output)).Key!.Blob.Span));

        var view = Assert.Single(await handovers.ListAsync(all: true));
        Assert.Equal(HandoverEnd.Complete, view.How);
        Assert.Empty(await handovers.ListAsync());
        Assert.Equal(2L, core.Scalar("SELECT count(*) FROM audit WHERE action = 'handover-done'"));
        Assert.Equal(1L, core.Scalar($"SELECT count(*) FROM audit WHERE action = 'handover-done' AND address = '192.0.2.1' AND detail LIKE '%file of SHA256:%, by the link of {FileTo}'"));
    }

    [Fact]
    public async Task The_newest_thousand_handovers_are_listed()
    {
        await using var core = await TestCore.CreateAsync();
        var login = await core.AddLoginAsync();
        core.Tamper(
            $"""
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i <= {HandoverLimits.Listed})
            INSERT INTO key_handover (id, login_id, sha256, file_name, created_at, created_by, expires_at, ended_at, ended_how)
            SELECT i, {login.Id}, 'SHA256:x', 'x.key', i, 'tester', i, i, 'expired' FROM n;
            INSERT INTO key_handover_part (handover_id, part, wrong_codes) SELECT h.id, p.part, 0 FROM key_handover h, (SELECT 'file' AS part UNION SELECT 'passphrase') p
            """);
        var listed = await Open(core).ListAsync(all: true);
        Assert.Equal((HandoverLimits.Listed, HandoverLimits.Listed + 1, 2), (listed.Count, listed[0].Id, listed[^1].Id));
    }

    [Fact]
    public async Task Opening_a_link_and_submitting_it_without_the_code_uses_nothing_up()
    {
        await using var core = await TestCore.CreateAsync();
        var (handovers, start) = await StartAsync(core);
        var token = Mail(core, FileTo).Token;
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(new HandoverOffer(HandoverPart.File, start.Handover.UserName, start.Handover.Expires, HandoverLimits.WrongCodes, IsRepeat: false), await handovers.FindAsync(token));
        }

        // The links are forgotten once the mails are sent.
        Assert.Equal(2L, core.Scalar($"SELECT count(*) FROM delivery WHERE target IN ('{FileTo}', '{PassphraseTo}') AND holds_secret = 1"));

        // A mail scanner that submits the form has no code.
        for (var i = 0; i < HandoverLimits.WrongCodes - 1; i++)
        {
            (await handovers.TakeAsync(token, "", KeyHandovers.NewAttempt(), null)).Problem(ProblemKind.Refused);
        }

        Assert.Equal(1, (await handovers.FindAsync(token))!.TriesLeft);
        (await handovers.TakeAsync(token, start.FileCode, KeyHandovers.NewAttempt(), null)).Get().Dispose();
        Assert.Null(await handovers.FindAsync(token));
    }

    [Fact]
    public async Task A_link_ends_with_the_last_wrong_code_however_many_are_tried_at_once_and_staff_can_renew_it()
    {
        await using var core = await TestCore.CreateAsync();
        await using var beside = (await CoreServices.OpenAsync(core.Path, core.Time)).Get();
        var (handovers, start) = await StartAsync(core);
        var other = Open(core, beside);
        var token = Mail(core, FileTo).Token;
        var wrong = start.FileCode == "0000 0000" ? "00000001" : "0000 0000";
        var tries = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => Task.Run(async () =>
            await (i % 2 == 0 ? handovers : other).TakeAsync(token, wrong, KeyHandovers.NewAttempt(), "192.0.2.9"))));
        Assert.DoesNotContain(tries, each => each.Succeeded);
        Assert.Equal((long)HandoverLimits.WrongCodes, core.Scalar("SELECT wrong_codes FROM key_handover_part WHERE part = 'file'"));
        Assert.Equal((long)HandoverLimits.WrongCodes, core.Scalar("SELECT count(*) FROM audit WHERE action = 'handover-refused'"));
        (await handovers.TakeAsync(token, start.FileCode, KeyHandovers.NewAttempt(), null)).Problem(ProblemKind.NotFound);
        Assert.True(Assert.Single(await handovers.ListAsync()).File.IsLocked);
        Assert.Equal(1L, core.Scalar("SELECT count(*) FROM event WHERE topic = 'handover-locked'"));

        var renewed = (await handovers.RenewAsync(start.Handover.Id, HandoverPart.File, TestCore.Operator)).Get();
        Assert.Null(renewed.PassphraseCode);
        var next = Mail(core, FileTo).Token;
        Assert.NotEqual(token, next);
        Assert.Null(await handovers.FindAsync(token));
        (await handovers.TakeAsync(next, renewed.FileCode, KeyHandovers.NewAttempt(), null)).Get().Dispose();
        (await handovers.RenewAsync(start.Handover.Id, HandoverPart.File, TestCore.Operator)).Problem(ProblemKind.Refused);
    }

    [Fact]
    public async Task Of_a_hundred_redemptions_at_once_over_two_processes_exactly_one_is_handed_the_key()
    {
        await using var core = await TestCore.CreateAsync();
        await using var beside = (await CoreServices.OpenAsync(core.Path, core.Time)).Get();
        var (handovers, start) = await StartAsync(core);
        var other = Open(core, beside);
        var token = Mail(core, FileTo).Token;
        using var go = new SemaphoreSlim(0);
        var calls = Enumerable.Range(0, 100).Select(i => Task.Run(async () =>
        {
            await go.WaitAsync();
            return await (i % 2 == 0 ? handovers : other).TakeAsync(token, start.FileCode, KeyHandovers.NewAttempt(), null);
        })).ToList();
        go.Release(100);
        var results = await Task.WhenAll(calls).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Single(results, static result => result.Succeeded);
        Assert.All(results.Where(static result => !result.Succeeded), static result => result.Problem(ProblemKind.NotFound));
        Assert.Equal(1L, core.Scalar("SELECT count(*) FROM audit WHERE action = 'handover-done'"));
    }

    [Fact]
    public async Task A_broken_download_is_repeated_for_fifteen_minutes_by_the_browser_that_had_it_and_by_no_other()
    {
        await using var core = await TestCore.CreateAsync();
        var (handovers, start) = await StartAsync(core);
        var token = Mail(core, FileTo).Token;
        var attempt = KeyHandovers.NewAttempt();
        using var first = (await handovers.TakeAsync(token, start.FileCode, attempt, null)).Get();
        core.Time.Advance(HandoverLimits.Repeat - TimeSpan.FromSeconds(1));
        (await handovers.PurgeAsync()).Get();
        Assert.Equal(new HandoverOffer(HandoverPart.File, start.Handover.UserName, core.Time.GetUtcNow() + TimeSpan.FromSeconds(1), HandoverLimits.WrongCodes, IsRepeat: true), await handovers.FindAsync(token, attempt));
        using var again = (await handovers.TakeAsync(token, start.FileCode, attempt, null)).Get();
        Assert.Equal(first.Content.ToArray(), again.Content.ToArray());
        (await handovers.TakeAsync(token, start.FileCode, KeyHandovers.NewAttempt(), null)).Problem(ProblemKind.NotFound);
        (await handovers.TakeAsync(token, "1", attempt, null)).Problem(ProblemKind.Refused);

        core.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await handovers.FindAsync(token, attempt));
        (await handovers.TakeAsync(token, start.FileCode, attempt, null)).Problem(ProblemKind.NotFound);
        (await handovers.PurgeAsync()).Get();
        Assert.Equal(0L, core.Scalar("SELECT count(*) FROM key_handover_part WHERE part = 'file' AND sealed IS NOT NULL"));
        Assert.Equal(1L, core.Scalar("SELECT count(*) FROM key_handover_part WHERE part = 'passphrase' AND sealed IS NOT NULL"));
    }

    [Fact]
    public async Task What_nobody_takes_in_72_hours_is_removed_and_staff_are_told()
    {
        await using var core = await TestCore.CreateAsync();
        var (handovers, start) = await StartAsync(core);
        var (file, passphrase) = (Mail(core, FileTo).Token, Mail(core, PassphraseTo).Token);
        (await handovers.TakeAsync(passphrase, start.PassphraseCode, KeyHandovers.NewAttempt(), null)).Get().Dispose();
        core.Time.Advance(HandoverLimits.Lifetime);
        Assert.Null(await handovers.FindAsync(file));
        (await handovers.TakeAsync(file, start.FileCode, KeyHandovers.NewAttempt(), null)).Problem(ProblemKind.NotFound);
        (await handovers.PurgeAsync()).Get();
        Assert.Equal(0L, core.Scalar("SELECT count(*) FROM key_handover_part WHERE sealed IS NOT NULL"));
        Assert.Empty(Directory.GetFiles(KeysOf(core)));
        Assert.Equal(HandoverEnd.Expired, Assert.Single(await handovers.ListAsync(all: true)).How);
        Assert.Equal("file", core.Scalar("SELECT json_extract(body, '$.notTaken') FROM event WHERE topic = 'handover-expired'"));
        Assert.Equal(1L, core.Scalar("SELECT count(*) FROM audit WHERE action = 'handover-expired'"));

        core.Time.Advance(HandoverLimits.Remembered + TimeSpan.FromSeconds(1));
        (await handovers.PurgeAsync()).Get();
        Assert.Empty(await handovers.ListAsync(all: true));
    }

    [Fact]
    public async Task A_handover_that_is_cancelled_leaves_no_link_no_secret_and_no_key_that_works()
    {
        await using var core = await TestCore.CreateAsync();
        var (handovers, start) = await StartAsync(core);
        var token = Mail(core, FileTo).Token;
        Assert.Equal(HandoverEnd.Cancelled, (await handovers.CancelAsync(start.Handover.Id, "wrong address", TestCore.Operator)).Get().How);
        Assert.Null(await handovers.FindAsync(token));
        Assert.Equal(0L, core.Scalar("SELECT count(*) FROM key_handover_part WHERE sealed IS NOT NULL"));
        Assert.Empty(Directory.GetFiles(KeysOf(core)));
        Assert.Equal("wrong address", Assert.Single((await core.Services.Keys.ListAsync(start.Handover.UserName)).Get()).RevokedReason);
        (await handovers.CancelAsync(start.Handover.Id, "again", TestCore.Operator)).Problem(ProblemKind.Refused);
        (await handovers.CancelAsync(99, "again", TestCore.Operator)).Problem(ProblemKind.NotFound);
    }

    [Fact]
    public async Task Staff_read_the_passphrase_out_where_that_was_chosen_and_each_time_is_recorded()
    {
        await using var core = await TestCore.CreateAsync();
        var (handovers, start) = await StartAsync(core, passphraseTo: null);
        Assert.Null(start.PassphraseCode);
        Assert.Equal(1L, core.Scalar("SELECT count(*) FROM delivery"));
        var words = new List<string>();
        for (var i = 0; i < 2; i++)
        {
            using var parcel = (await handovers.ReadOutAsync(start.Handover.Id, TestCore.Operator)).Get();
            words.Add(Encoding.ASCII.GetString(parcel.Content.Span));
        }

        Assert.Equal(KeyPassphrase.Length, words[0].Length);
        Assert.Equal(words[0], words[1]);
        Assert.Equal(2L, core.Scalar("SELECT count(*) FROM audit WHERE action = 'handover-done' AND actor = 'tester' AND detail LIKE '%passphrase of %read out by staff'"));
        core.Time.Advance(HandoverLimits.Repeat);
        (await handovers.ReadOutAsync(start.Handover.Id, TestCore.Operator)).Problem(ProblemKind.Refused);

        var linked = (await handovers.StartAsync(new HandoverPlan(start.Handover.UserName, new KeyRecipe(), FileTo, PassphraseTo), TestCore.Operator)).Get();
        (await handovers.ReadOutAsync(linked.Handover.Id, TestCore.Operator)).Problem(ProblemKind.Refused);
    }

    [Fact]
    public async Task The_database_holds_neither_file_nor_passphrase_nor_code_and_each_part_has_a_key_of_its_own_beside_it()
    {
        await using var core = await TestCore.CreateAsync();
        var (handovers, start) = await StartAsync(core, passphraseTo: null);
        using var file = (await handovers.TakeAsync(Mail(core, FileTo).Token, start.FileCode, KeyHandovers.NewAttempt(), null)).Get();
        using var passphrase = (await handovers.ReadOutAsync(start.Handover.Id, TestCore.Operator)).Get();
        var keys = Directory.GetFiles(KeysOf(core));
        Assert.Equal(["1-file", "1-passphrase"], keys.Select(static path => Path.GetFileName(path)[..^21]).Order());
        Assert.All(keys, path => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path)));
        Assert.NotEqual(File.ReadAllBytes(keys[0]), File.ReadAllBytes(keys[1]));

        await core.Services.DisposeAsync();
        var everything = Encoding.Latin1.GetString(await File.ReadAllBytesAsync(core.Files.Database));
        Assert.DoesNotContain(Encoding.Latin1.GetString(file.Content.Span[40..200]), everything, StringComparison.Ordinal);
        Assert.DoesNotContain(Encoding.Latin1.GetString(passphrase.Content.Span), everything, StringComparison.Ordinal);
        Assert.DoesNotContain(start.FileCode!.Replace(" ", "", StringComparison.Ordinal), everything, StringComparison.Ordinal);
        await core.ReopenAsync();
    }

    [Fact]
    public async Task Once_it_is_over_nothing_opens_what_free_pages_and_backups_of_the_database_still_hold()
    {
        await using var core = await TestCore.CreateAsync();
        var (handovers, over) = await StartAsync(core, passphraseTo: null);
        var (token, attempt) = (Mail(core, FileTo).Token, KeyHandovers.NewAttempt());
        var waits = (await handovers.StartAsync(new HandoverPlan(over.Handover.UserName, new KeyRecipe(), "late@example.com", null), TestCore.Operator)).Get();
        core.Tamper("CREATE TABLE kept AS SELECT * FROM key_handover_part");
        (await handovers.TakeAsync(token, over.FileCode, attempt, null)).Get().Dispose();
        (await handovers.ReadOutAsync(over.Handover.Id, TestCore.Operator)).Get().Dispose();

        // While it can be repeated the keys are there, and a purge leaves them.
        (await handovers.PurgeAsync()).Get();
        Assert.Equal(4, Directory.GetFiles(KeysOf(core)).Length);
        var backup = Directory.GetFiles(KeysOf(core)).ToDictionary(static path => Path.GetFileName(path), File.ReadAllBytes);
        core.Time.Advance(HandoverLimits.Repeat);
        (await handovers.PurgeAsync()).Get();
        var left = Directory.GetFiles(KeysOf(core));
        Assert.Equal(2, left.Length);
        Assert.All(left, path => Assert.StartsWith($"{waits.Handover.Id}-", Path.GetFileName(path), StringComparison.Ordinal));

        // The old row is back, as from a backup or a page of the file: it opens nothing, and the other handover goes on.
        core.Tamper("UPDATE key_handover_part SET sealed = (SELECT sealed FROM kept k WHERE k.handover_id = 1 AND k.part = key_handover_part.part), taken_at = NULL WHERE handover_id = 1");
        (await handovers.ReadOutAsync(over.Handover.Id, TestCore.Operator)).Problem(ProblemKind.Unusable);
        (await handovers.ReadOutAsync(waits.Handover.Id, TestCore.Operator)).Get().Dispose();

        // It was the key that was missing, and nothing else.
        foreach (var (name, key) in backup)
        {
            await File.WriteAllBytesAsync(Path.Combine(KeysOf(core), name), key);
        }

        (await handovers.ReadOutAsync(over.Handover.Id, TestCore.Operator)).Get().Dispose();
    }

    [Fact]
    public async Task A_key_whose_handover_was_never_begun_goes_with_the_next_purge()
    {
        await using var core = await TestCore.CreateAsync();
        var (handovers, _) = await StartAsync(core);
        await File.WriteAllBytesAsync(Path.Combine(KeysOf(core), "9-file-0011223344556677.key"), new byte[32]);
        (await handovers.PurgeAsync()).Get();
        Assert.Equal(2, Directory.GetFiles(KeysOf(core)).Length);
    }

    [Fact]
    public async Task What_was_sealed_for_another_handover_or_under_another_key_does_not_open_and_uses_nothing_up()
    {
        await using var core = await TestCore.CreateAsync();
        var (handovers, one) = await StartAsync(core);
        var token = Mail(core, FileTo).Token;
        await handovers.StartAsync(new HandoverPlan(one.Handover.UserName, new KeyRecipe(), "x@example.com", null), TestCore.Operator);
        core.Tamper("UPDATE key_handover_part SET sealed = (SELECT sealed FROM key_handover_part WHERE handover_id = 2 AND part = 'file') WHERE handover_id = 1 AND part = 'file'");
        (await handovers.TakeAsync(token, one.FileCode, KeyHandovers.NewAttempt(), null)).Problem(ProblemKind.Unusable);
        Assert.NotNull(await handovers.FindAsync(token));
        Assert.Null(Assert.Single(await handovers.ListAsync(), view => view.Id == 1).File.Taken);

        // After a restore the keys are not there: backups hold none.
        Directory.Delete(KeysOf(core), recursive: true);
        (await handovers.ReadOutAsync(2, TestCore.Operator)).Problem(ProblemKind.Unusable);
    }

    [Fact]
    public async Task Addresses_and_the_number_of_open_handovers_have_limits_and_what_is_refused_leaves_no_key()
    {
        await using var core = await TestCore.CreateAsync();
        var login = await core.AddLoginAsync();
        var handovers = Open(core);
        foreach (var (file, passphrase) in ((string, string?)[])[("nobody", null), (FileTo, "no address"), (FileTo, "IT@example.com"), ("a@b\nBcc: c@d", null)])
        {
            (await handovers.StartAsync(new HandoverPlan(login.UserName, new KeyRecipe(), file, passphrase), TestCore.Operator)).Problem(ProblemKind.Invalid);
        }

        (await handovers.StartAsync(new HandoverPlan("nobody", new KeyRecipe(), FileTo, null), TestCore.Operator)).Problem(ProblemKind.NotFound);
        (await handovers.StartAsync(new HandoverPlan(login.UserName, new KeyRecipe(KeyKind.Rsa) { Bits = 1024 }, FileTo, null), TestCore.Operator)).Problem(ProblemKind.Invalid);
        for (var i = 0; i < HandoverLimits.OpenForLogin; i++)
        {
            (await handovers.StartAsync(new HandoverPlan(login.UserName, new KeyRecipe(), FileTo, null), TestCore.Operator)).Get();
        }

        (await handovers.StartAsync(new HandoverPlan(login.UserName, new KeyRecipe(), FileTo, null), TestCore.Operator)).Problem(ProblemKind.LimitReached);
        Assert.Equal(HandoverLimits.OpenForLogin, (await core.Services.Keys.ListAsync(login.UserName)).Get().Count);
        Assert.Equal((long)HandoverLimits.OpenForLogin, core.Scalar("SELECT count(*) FROM delivery"));
    }

    [Fact]
    public async Task Strange_tokens_and_codes_open_nothing()
    {
        await using var core = await TestCore.CreateAsync();
        var (handovers, start) = await StartAsync(core);
        var token = Mail(core, FileTo).Token;
        foreach (var strange in (string?[])[null, "", "x", token + "x", new string('A', 100_000)])
        {
            Assert.Null(await handovers.FindAsync(strange, KeyHandovers.NewAttempt()));
            (await handovers.TakeAsync(strange, start.FileCode, KeyHandovers.NewAttempt(), null)).Problem(ProblemKind.NotFound);
        }

        foreach (var attempt in (string?[])[null, "", "x", new string('A', 44)])
        {
            (await handovers.TakeAsync(token, start.FileCode, attempt, null)).Problem(ProblemKind.NotFound);
        }

        var digits = start.FileCode!.Replace(" ", "", StringComparison.Ordinal);
        (await handovers.TakeAsync(token, digits + new string(' ', HandoverLimits.TypedCode), KeyHandovers.NewAttempt(), null)).Problem(ProblemKind.Refused);
        Assert.Equal(HandoverLimits.CodeDigits, digits.Length);
        (await handovers.TakeAsync(token, $" {digits[..3]}-{digits[3..]} ", KeyHandovers.NewAttempt(), null)).Get().Dispose();
    }

    private static async Task<(KeyHandovers Handovers, HandoverStart Start)> StartAsync(TestCore core, string? passphraseTo = PassphraseTo)
    {
        var login = await core.AddLoginAsync();
        var handovers = Open(core);
        return (handovers, (await handovers.StartAsync(new HandoverPlan(login.UserName, new KeyRecipe(), FileTo, passphraseTo), TestCore.Operator)).Get());
    }

    private static string KeysOf(TestCore core) => Path.Combine(core.Path, "handovers");

    private static KeyHandovers Open(TestCore core, CoreServices? services = null)
    {
        services ??= core.Services;
        var options = new NotificationOptions { MailFolder = Path.Combine(core.Path, "mail"), TemplateFolder = Path.Combine(core.Path, "templates") };
        return KeyHandovers.Create(
            services.Database, services.Audit, services.Keys, services.KeyGeneration, services.Links, options, KeysOf(core), "https://files.example.com/", core.Time).Get();
    }

    /// <summary>The newest mail to an address, and the token of its link.</summary>
    private static (string Text, string Token) Mail(TestCore core, string target)
    {
        var text = (string)core.Scalar($"SELECT text FROM delivery WHERE target = '{target}' ORDER BY id DESC LIMIT 1")!;
        return (text, Token().Match(text).Groups[1].Value);
    }

    [GeneratedRegex("/l/([A-Za-z0-9_-]{43})")]
    private static partial Regex Token();
}
