using System.Text;
using Waybill.Core.Onboarding;
using Waybill.SshKeys.Keys;
using Waybill.TestKit;

namespace Waybill.Core.Tests.Onboarding;

/// <summary>What customers send instead of filling in the form.</summary>
public sealed class MailIntakeTests
{
    private const string Fields = """
        1. First and Last Name: Ann Example
        2. Email: ann@example.com
        3. Phone: +44 20 7946 0000
        4. Company: Example Telecom
        5. Account Number: 10042
        6. FTP Username Requested: annftp
        8. Type of FTP Feed (Select all types that apply)
           [x] Call Detail Records
           [ ] Data Records
           [X] Invoice Data Records
        9. File Type (Select all that apply): CSV

        """;

    [Fact]
    public async Task A_mail_with_the_fields_of_the_form_and_an_attached_key_is_a_complete_request()
    {
        await using var desk = await Desk.CreateAsync();
        using var key = Desk.NewKey();
        var base64 = Convert.ToBase64String(key.PublicKey.Blob.Span);
        var rfc4716 = $"---- BEGIN SSH2 PUBLIC KEY ----\r\nComment: \"ann\"\r\n{base64[..40]}\r\n{base64[40..]}\r\n---- END SSH2 PUBLIC KEY ----\r\n";
        var mail = Desk.Mail(
            $"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{Fields}\r\n--b\r\nContent-Type: application/octet-stream; name=ann.pub\r\nContent-Disposition: attachment; filename=ann.pub\r\n"
            + $"Content-Transfer-Encoding: base64\r\n\r\n{Convert.ToBase64String(Encoding.ASCII.GetBytes(rfc4716))}\r\n--b--\r\n",
            more: "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n");
        var taken = await desk.TakeAsync(mail);
        Assert.Equal((IntakeOutcome.Added, RequestState.Open, RequestSource.Mail), (taken.Outcome, taken.Request.State, taken.Request.Source));
        var details = taken.Request.Details;
        Assert.Equal(("Ann", "Example", "ann@example.com", "+44 20 7946 0000"), (details.FirstName, details.LastName, details.Email, details.Phone));
        Assert.Equal(("Example Telecom", "10042", "annftp"), (details.Company, details.Account, details.UserName));
        Assert.Equal(["cdr", "invoice"], details.Feeds);
        Assert.Equal(["csv"], details.FileTypes);
        Assert.Equal($"ssh-ed25519 {base64}", taken.Request.Key!.Line);
        Assert.Equal(["request-received"], (await desk.MailsAsync()).Select(each => each.Topic));
        Assert.Equal(1L, desk.Core.Scalar("SELECT count(*) FROM event WHERE topic = 'request-open'"));

        // That a mail came from there proves nothing.
        Assert.Equal(CheckVerdict.Look, (await desk.CheckAsync(taken.Request.Reference, "confirmed")).Verdict);
    }

    [Theory]
    [InlineData("Account number: 10042")]
    [InlineData("> Account No. : #10042")]
    [InlineData("*Account Number*: 10042")]
    [InlineData("Account number\r\n10042")]
    [InlineData("Account Number:\r\n\r\n10042 (Example Telecom)")]
    [InlineData("| Account ID | 10042 |")]
    [InlineData("Customer number = 10042")]
    [InlineData("our account number is 10042, thank you.")]
    [InlineData("Please set up SFTP for account no. 10042.")]
    public async Task An_account_number_is_found_as_people_write_it(string line)
    {
        await using var desk = await Desk.CreateAsync();
        Assert.Equal("10042", (await desk.TakeAsync(Desk.Mail($"Hello,\r\n\r\n{line}\r\n\r\nregards\r\nAnn"))).Request.Details.Account);
    }

    [Fact]
    public async Task A_page_as_mail_and_a_key_in_its_text_are_read()
    {
        await using var desk = await Desk.CreateAsync();
        var line = Desk.KeyLine().Trim();
        var taken = await desk.TakeAsync(Desk.Mail(
            $"<html><body><table><tr><td>Account&nbsp;Number</td><td>10042</td></tr><tr><td>Company</td><td>A &amp; B</td></tr></table><p>Public SSH key: {line}</p></body></html>",
            more: "Content-Type: text/html; charset=utf-8\r\n"));
        Assert.Equal(("10042", "A & B"), (taken.Request.Details.Account, taken.Request.Details.Company));
        Assert.StartsWith(taken.Request.Key!.Line, line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_missing_is_asked_back_with_a_link_to_the_filled_in_form()
    {
        await using var desk = await Desk.CreateAsync();
        var taken = await desk.TakeAsync(Desk.Mail("Hello, we need SFTP access.\r\nCompany: Example Telecom"));
        Assert.Equal(RequestState.Asked, taken.Request.State);
        var text = await desk.MailTextAsync("request-question");
        Assert.Contains("account number", text, StringComparison.Ordinal);
        Assert.Contains("public SSH key", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Your company", text, StringComparison.Ordinal);

        var token = await desk.TokenAsync();
        var view = (await desk.Service.FindForAnswerAsync(token))!;
        Assert.Equal(["account", "key"], view.Missing.Select(field => field.Field));
        Assert.Equal("Example Telecom", view.Request.Details.Company);
        var incomplete = (await desk.Service.AnswerAsync(token, new RequestForm(new RequestDetails { Account = "10042" }), Desk.Visitor)).Get();
        Assert.Equal("key", Assert.Single(incomplete.Problems).Field);

        // The address of the link cannot be changed by its page, and it is confirmed by the answer.
        var answered = (await desk.Service.AnswerAsync(
            token, new RequestForm(new RequestDetails { Account = "10042", Email = "eve@example.org" }) { KeyFile = Encoding.ASCII.GetBytes(Desk.KeyLine()) }, Desk.Visitor)).Get();
        Assert.Equal(taken.Request.Reference, answered.Reference);
        var request = (await desk.ShowAsync(answered.Reference!)).Request;
        Assert.Equal((RequestState.Open, "ann@example.com", "Ann"), (request.State, request.Details.Email, request.Details.FirstName));
        Assert.NotNull(request.Confirmed);
        (await desk.Service.AnswerAsync(token, Desk.Form(), Desk.Visitor)).Problem(ProblemKind.NotFound);
    }

    [Fact]
    public async Task The_same_mail_twice_is_one_request()
    {
        await using var desk = await Desk.CreateAsync();
        var first = await desk.TakeAsync(Desk.Mail(Fields + Desk.KeyLine()));
        var second = await desk.TakeAsync(Desk.Mail(Fields + Desk.KeyLine()));
        Assert.Equal((IntakeOutcome.AlreadyThere, first.Request.Reference), (second.Outcome, second.Request.Reference));
        Assert.Single(await desk.MailsAsync());

        // Without an id of its own it is known by what it says.
        var without = "From: bob@example.com\r\nSubject: x\r\n\r\n" + Fields + Desk.KeyLine();
        Assert.Equal(IntakeOutcome.Added, (await desk.TakeAsync(without)).Outcome);
        Assert.Equal(IntakeOutcome.AlreadyThere, (await desk.TakeAsync(without)).Outcome);
    }

    [Fact]
    public async Task A_reply_to_a_question_goes_to_its_request_when_it_is_of_the_same_address()
    {
        await using var desk = await Desk.CreateAsync();
        var asked = (await desk.TakeAsync(Desk.Mail(Fields))).Request;
        var ours = (await desk.MailsAsync("request-question"))[0].MessageId;
        var foreign = await desk.TakeAsync(Desk.Mail(Desk.KeyLine(), "3@example.com", "Eve <eve@example.org>", $"In-Reply-To: {ours}\r\n"));
        Assert.Equal(IntakeOutcome.Added, foreign.Outcome);
        Assert.Null((await desk.ShowAsync(asked.Reference)).Request.Key);

        var answer = await desk.TakeAsync(Desk.Mail($"Here it is:\r\n\r\n{Desk.KeyLine()}", "2@example.com", more: $"In-Reply-To: {ours}\r\n"));
        Assert.Equal((IntakeOutcome.Answered, asked.Reference, RequestState.Open), (answer.Outcome, answer.Request.Reference, answer.Request.State));
        Assert.NotNull(answer.Request.Key);
        Assert.Contains((await desk.ShowAsync(asked.Reference)).History, each => each.What == "mail-in");
    }

    [Fact]
    public async Task A_private_key_in_a_mail_is_burnt_and_its_sender_told_plainly()
    {
        await using var desk = await Desk.CreateAsync();
        using var key = Desk.NewKey();
        var file = Encoding.ASCII.GetString(PrivateKeyFile.WriteOpenSsh(key, "ann"));
        var taken = await desk.TakeAsync(Desk.Mail(
            $"--b\r\n\r\n{Fields}\r\n--b\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=id\r\n\r\n{file}\r\n--b\r\nContent-Disposition: attachment; filename=id.pub\r\n\r\n"
            + $"{Desk.Line(key)}\r\n--b--\r\n", more: "Content-Type: multipart/mixed; boundary=b\r\n"));
        Assert.Equal(RequestState.Asked, taken.Request.State);
        Assert.Null(taken.Request.Key);
        Assert.Contains("PRIVATE", Assert.Single(taken.Notes), StringComparison.Ordinal);
        Assert.Equal(KeyFingerprint.Sha256(key.PublicKey.Blob.Span), desk.Core.Scalar("SELECT sha256 FROM burnt_key"));
        var text = await desk.MailTextAsync("request-private-key");
        Assert.Contains("you have sent us your PRIVATE key", text, StringComparison.Ordinal);
        Assert.Contains("Do not use this key pair any more", text, StringComparison.Ordinal);

        // The same pair again, by the link: refused. Another one: taken.
        var token = await desk.TokenAsync();
        var again = (await desk.Service.AnswerAsync(token, new RequestForm(new()) { KeyFile = Encoding.ASCII.GetBytes(Desk.Line(key)) }, Desk.Visitor)).Get();
        Assert.Contains("refused for good", Assert.Single(again.Problems).Message, StringComparison.Ordinal);
        Assert.Empty((await desk.Service.AnswerAsync(token, new RequestForm(new()) { KeyFile = Encoding.ASCII.GetBytes(Desk.KeyLine()) }, Desk.Visitor)).Get().Problems);
    }

    [Fact]
    public async Task Two_keys_and_a_damaged_one_are_asked_about_in_words()
    {
        await using var desk = await Desk.CreateAsync();
        await desk.TakeAsync(Desk.Mail(Fields + Desk.KeyLine() + "\r\n" + Desk.KeyLine("bob")));
        Assert.Contains("more than one key", await desk.MailTextAsync(), StringComparison.Ordinal);
        await desk.TakeAsync(Desk.Mail(Fields + Desk.KeyLine()[..50] + "\r\n", "2@example.com", "bob@example.com"));
        Assert.Contains("cut off", await desk.MailTextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_staff_fill_in_by_hand_stands_before_what_the_mail_says()
    {
        await using var desk = await Desk.CreateAsync();
        using var key = Desk.NewKey();
        var taken = await desk.TakeAsync(new NewRequest
        {
            File = Encoding.UTF8.GetBytes(Desk.Mail("hello")), KeyFile = Encoding.ASCII.GetBytes(Desk.Line(key)),
            Details = new RequestDetails { Account = "10042", Company = "Example", UserName = "annftp", Feeds = ["cdr"], AllowFrom = ["192.0.2.0/24"], Automation = true },
        });
        Assert.Equal(RequestState.Open, taken.Request.State);
        Assert.Equal(("10042", "Ann", true), (taken.Request.Details.Account, taken.Request.Details.FirstName, taken.Request.Details.Automation));
        Assert.Equal(KeyFingerprint.Sha256(key.PublicKey.Blob.Span), taken.Request.Key!.Sha256);
        Assert.Equal(ProblemKind.Invalid, (await desk.Service.AddAsync(new NewRequest { Details = new RequestDetails { Email = "ann" } }, Desk.Ann)).Problem!.Kind);
    }

    [Fact]
    public async Task A_text_file_or_a_key_alone_need_an_address_by_hand()
    {
        await using var desk = await Desk.CreateAsync();
        (await desk.Service.AddAsync(new NewRequest { File = Encoding.ASCII.GetBytes(Desk.KeyLine()) }, Desk.Ann)).Problem(ProblemKind.Invalid);
        var taken = await desk.TakeAsync(Desk.KeyLine(), new RequestDetails { Email = "ann@example.com" });
        Assert.Equal((RequestSource.Command, RequestState.Asked), (taken.Request.Source, taken.Request.State));
        Assert.NotNull(taken.Request.Key);
        var text = await desk.TakeAsync($"{Fields}Public SSH Key: {Desk.KeyLine()}");
        Assert.Equal((RequestState.Open, "ann@example.com"), (text.Request.State, text.Request.Details.Email));
    }

    [Fact]
    public async Task A_mail_that_support_forwards_is_its_customers()
    {
        await using var desk = await Desk.CreateAsync();
        var attached = await desk.TakeAsync(Desk.Mail(
            $"--b\r\n\r\nplease set up\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n{Desk.Mail(Fields + Desk.KeyLine(), "9@example.com")}\r\n--b--\r\n", from: "Clerk <clerk@provider.test>",
            more: "Content-Type: multipart/mixed; boundary=b\r\n"));
        Assert.Equal("ann@example.com", attached.Request.Details.Email);
        var inline = await desk.TakeAsync(Desk.Mail(
            $"see below\r\n\r\n---------- Forwarded message ---------\r\nFrom: Bob Example <bob@example.com>\r\nSubject: key\r\n\r\n{Desk.KeyLine()}", "2@provider.test", "clerk@provider.test"));
        Assert.Equal(("bob@example.com", "Bob"), (inline.Request.Details.Email, inline.Request.Details.FirstName));
        var list = await desk.TakeAsync(Desk.Mail(
            Fields + Desk.KeyLine(), "3@provider.test", "'Carl' via Support <support@provider.test>", "X-Original-From: Carl Example <carl@example.com>\r\nList-Id: <support.provider.test>\r\n"));
        Assert.Equal(("carl@example.com", RequestState.Open), (list.Request.Details.Email, list.Request.State));
    }

    [Fact]
    public async Task Mails_of_programs_are_answered_with_nothing()
    {
        await using var desk = await Desk.CreateAsync();
        var outcome = await desk.Service.AddAsync(new NewRequest { File = Encoding.UTF8.GetBytes(Desk.Mail("I am away", more: "Auto-Submitted: auto-replied\r\n")) }, Desk.Ann);
        outcome.Problem(ProblemKind.Refused);
        Assert.Empty(await desk.MailsAsync());
    }

    [Fact]
    public async Task A_bounce_is_noted_at_the_mail_that_did_not_arrive()
    {
        await using var desk = await Desk.CreateAsync();
        var asked = (await desk.TakeAsync(Desk.Mail("hello"))).Request;
        var ours = (await desk.MailsAsync())[0].MessageId;
        var bounce = "From: MAILER-DAEMON@example.com\r\nSubject: failed\r\nMessage-ID: <b@example.com>\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nsorry\r\n"
            + "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.com\r\n\r\nFinal-Recipient: rfc822; ann@example.com\r\nAction: failed\r\nStatus: 5.1.1\r\n"
            + $"Diagnostic-Code: smtp; 550 5.1.1 no such user\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {ours}\r\nSubject: x\r\n--b--\r\n";
        var taken = await desk.TakeAsync(bounce);
        Assert.Equal((IntakeOutcome.Bounced, asked.Reference), (taken.Outcome, taken.Request.Reference));
        Assert.Equal("550 5.1.1 no such user", (await desk.ShowAsync(asked.Reference)).History.Single(each => each.What == "mail").Mail!.Bounce);
        (await desk.Service.AddAsync(new NewRequest { File = Encoding.UTF8.GetBytes(bounce.Replace(ours, "<other@x>", StringComparison.Ordinal)) }, Desk.Ann)).Problem(ProblemKind.NotFound);
        Assert.Single((await desk.Service.ListAsync([])).Items);
    }

    [Fact]
    public async Task What_a_mail_says_cannot_break_lines_or_turn_text()
    {
        await using var desk = await Desk.CreateAsync();
        var taken = await desk.TakeAsync(Desk.Mail($"Company: Exa\u202emple\u0007 {new string('x', 300)}\r\nAccount number: ../../etc\r\nUsername: a-b\r\nIP: 10.0.0.1/8\r\n"));
        Assert.Equal(OnboardingLimits.Field, taken.Request.Details.Company!.Length);
        Assert.DoesNotContain(taken.Request.Details.Company, each => char.IsControl(each) || each == '\u202e');
        Assert.Null(taken.Request.Details.UserName);
        Assert.Empty(taken.Request.Details.AllowFrom);
    }

    [Fact]
    public async Task What_ssh_keygen_writes_of_a_public_key_is_read_out_of_mails_in_every_transfer_encoding()
    {
        await using var desk = await Desk.CreateAsync();
        using var directory = new TemporaryDirectory();
        (string Type, string Bits)[] kinds = [("ed25519", "256"), ("rsa", "2048"), ("rsa", "3072"), ("ecdsa", "256"), ("ecdsa", "384"), ("ecdsa", "521")];
        var count = 0;
        foreach (var (type, bits) in kinds)
        {
            var path = directory.Combine($"{type}{bits}");
            await RunAsync("ssh-keygen", "-q", "-t", type, "-b", bits, "-N", "", "-C", "ann", "-f", path);
            var line = await File.ReadAllTextAsync(path + ".pub");
            List<string> forms = [line, (await RunAsync("ssh-keygen", "-e", "-m", "RFC4716", "-f", path + ".pub")).Output];
            if (type != "ed25519")
            {
                forms.Add((await RunAsync("ssh-keygen", "-e", "-m", "PKCS8", "-f", path + ".pub")).Output);
            }

            foreach (var form in forms)
            {
                foreach (var encoding in (string[])["7bit", "base64", "quoted-printable"])
                {
                    var body = encoding switch
                    {
                        "base64" => Convert.ToBase64String(Encoding.ASCII.GetBytes(form), Base64FormattingOptions.InsertLineBreaks),
                        "quoted-printable" => string.Join("=\r\n", form.Replace("=", "=3D", StringComparison.Ordinal).Chunk(70).Select(chunk => new string(chunk))),
                        _ => form,
                    };
                    var taken = await desk.TakeAsync(Desk.Mail(body, $"{++count}@example.com", $"u{count}@example.com", $"Content-Transfer-Encoding: {encoding}\r\n"));
                    Assert.StartsWith(taken.Request.Key?.Line ?? "no key", line, StringComparison.Ordinal);
                }
            }
        }

        static async Task<ProcessOutcome> RunAsync(string program, params string[] words)
        {
            var outcome = await ExternalProcess.RunAsync(program, words, timeout: TimeSpan.FromSeconds(60));
            Assert.True(outcome.ExitCode == 0, outcome.ToString());
            return outcome;
        }
    }
}
