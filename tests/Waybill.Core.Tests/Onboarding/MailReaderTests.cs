using System.Text;
using Waybill.Core.Onboarding.Mail;

namespace Waybill.Core.Tests.Onboarding;

public sealed class MailReaderTests
{
    private const string Head = "From: Ann Example <ann@example.com>\nMessage-ID: <1@example.com>\nMIME-Version: 1.0\n";

    [Fact]
    public void A_plain_mail_has_one_part_with_its_text()
    {
        var mail = Read(Head + "Subject: access\n\nAccount number: 10042\n");
        Assert.Equal("access", mail.Header.Text("subject"));
        var part = Assert.Single(mail.Parts);
        Assert.Equal(("text/plain", false), (part.MediaType, part.IsAttachment));
        Assert.Equal("Account number: 10042\r\n", part.Text(1000));
    }

    [Fact]
    public void Lines_may_end_in_CRLF_in_LF_or_in_CR_and_a_folded_field_is_one()
    {
        foreach (var end in (string[])["\r\n", "\n", "\r"])
        {
            var mail = ReadRaw($"From: a@example.com{end}Subject: one{end} two{end}\tthree{end}{end}text{end}");
            Assert.Equal("one two\tthree", mail.Header.Text("Subject"));
            Assert.Equal("text" + end, Assert.Single(mail.Parts).Text(100));
        }
    }

    [Fact]
    public void Parts_in_parts_come_in_their_order_and_nothing_of_preamble_and_epilogue_does()
    {
        var mail = Read(Head + """
            Content-Type: multipart/mixed; boundary="outer"

            preamble
            --outer
            Content-Type: multipart/alternative; boundary=outerinner

            --outerinner

            one
            --outerinner
            Content-Type: text/html

            <p>two</p>
            --outerinner--
            not this
            --outer
            Content-Disposition: attachment; filename="three.txt"

            three
            --outer--
            epilogue

            """);
        Assert.Equal(["one", "<p>two</p>", "three"], mail.Parts.Select(part => part.Text(100)));
        Assert.Equal([false, false, true], mail.Parts.Select(part => part.IsAttachment));
        Assert.Equal("three.txt", mail.Parts[2].FileName);
    }

    [Fact]
    public void A_mail_in_a_mail_is_read_and_its_parts_say_whose_they_are()
    {
        var mail = Read(Head + """
            Content-Type: multipart/mixed; boundary=b

            --b

            please look
            --b
            Content-Type: message/rfc822

            From: customer@example.org
            Subject: inner

            hello
            --b--

            """);
        Assert.Equal("customer@example.org", Assert.Single(mail.Inner)["From"]);
        Assert.Equal([0, 1], mail.Parts.Select(part => part.Message));
    }

    [Theory]
    [InlineData("base64", "YWJj\r\nZGVm\r\n", "abcdef")]
    [InlineData("BASE64", "YW Jj!ZGVm", "abcdef")]
    [InlineData("base64", "YWI=YWI=", "ab")]
    [InlineData("quoted-printable", "a=3Db=\r\nc =\r\nd=20", "a=bc d ")]
    [InlineData("quoted-printable", "100=% =", "100=% ")]
    [InlineData("7bit", "as it is", "as it is")]
    [InlineData("x-unknown", "as it is", "as it is")]
    public void Encodings_for_the_way_are_undone(string encoding, string body, string expected) =>
        Assert.Equal(expected, Assert.Single(ReadRaw($"From: a@example.com\r\nSubject: x\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n{body}").Parts).Text(100));

    [Theory]
    [InlineData("=?utf-8?Q?Ann_Ex=C3=A4mple?=", "Ann Exämple")]
    [InlineData("=?ISO-8859-1?q?Ex=E4mple?= Ltd", "Exämple Ltd")]
    [InlineData("=?utf-8?B?w6Q=?= =?utf-8?B?w7Y=?=", "äö")]
    [InlineData("=?utf-8?B?ww==?=\t=?utf-8?B?pA==?=", "ä")]
    [InlineData("=?windows-1252*en?Q?=80?= 5", "€ 5")]
    [InlineData("=?koi8-r?B?8NLJ18XU?=", "Привет")]
    [InlineData("=?gb2312?B?xOO6ww==?=", "你好")]
    [InlineData("=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "日本")]
    [InlineData("=?unknown-8bit?Q?=E4?=", "ä")]
    [InlineData("=?utf-7?Q?+AGE-?=", "+AGE-")]
    [InlineData("=?utf-8?X?abc?= =? =?=", "=?utf-8?X?abc?= =? =?=")]
    [InlineData("plain", "plain")]
    public void Encoded_words_of_headers_are_read(string field, string expected) => Assert.Equal(expected, EncodedWords.Decode(field));

    [Theory]
    [InlineData("attachment; filename=id.pub", "id.pub")]
    [InlineData("attachment; filename=\"my key; new.pub\"", "my key; new.pub")]
    [InlineData("attachment; filename*=utf-8''sch%C3%B6n.pub", "schön.pub")]
    [InlineData("attachment; filename*0*=iso-8859-1'de'sch%F6n;\r\n filename*1=\" er\";\r\n filename*2*=%2Epub", "schön er.pub")]
    [InlineData("attachment; filename=\"=?utf-8?Q?sch=C3=B6n.pub?=\"", "schön.pub")]
    [InlineData("attachment; filename=\"a\\\"b.pub\"", "a\"b.pub")]
    [InlineData("attachment; size=3", null)]
    public void Names_of_attachments_are_read(string disposition, string? expected) =>
        Assert.Equal(expected, Assert.Single(ReadRaw($"From: a@example.com\r\nSubject: x\r\nContent-Disposition: {disposition}\r\n\r\nx").Parts).FileName);

    [Theory]
    [InlineData("ann@example.com", "ann@example.com", "")]
    [InlineData("Ann <ann@example.com>", "ann@example.com", "Ann")]
    [InlineData("\"Example, Ann\" <ann@example.com>, other@example.com", "ann@example.com", "Example, Ann")]
    [InlineData("ann@example.com (Ann (the boss))", "ann@example.com", "Ann the boss")]
    [InlineData("=?utf-8?Q?=C3=84nn?= <ann@example.com>", "ann@example.com", "Änn")]
    [InlineData("Team: ann@example.com, bob@example.com;", "ann@example.com", "")]
    [InlineData("\"ann@example.com\" <ann@example.com>", "ann@example.com", "")]
    public void Senders_are_read(string field, string address, string name) => Assert.Equal(new MailSender(address, name), MailSender.Read(field));

    [Theory]
    [InlineData("Ann")]
    [InlineData("<>")]
    [InlineData("Ann <ann@exa mple.com>")]
    [InlineData("")]
    public void A_field_without_an_address_has_no_sender(string field) => Assert.Null(MailSender.Read(field));

    [Theory]
    [InlineData("Auto-Submitted: auto-replied", true)]
    [InlineData("Auto-Submitted: no", false)]
    [InlineData("Return-Path: <>", true)]
    [InlineData("Precedence: auto_reply", true)]
    [InlineData("Precedence: list", false)]
    [InlineData("List-Id: <x.example.com>", false)]
    [InlineData("Content-Type: multipart/report; report-type=delivery-status; boundary=b", true)]
    [InlineData("X-Nothing: 1", false)]
    public void What_a_machine_wrote_is_known(string field, bool expected) => Assert.Equal(expected, Read($"{Head}{field}\n\ntext\n").IsAutomatic);

    [Fact]
    public void The_text_of_a_page_has_its_lines_cells_and_characters()
    {
        var text = HtmlText.Of("<html><head><title>no</title><style>p { }</style></head><body><!-- <p>no --><p>Account&nbsp;number:\n 10042</p><table><tr><td>Company</td><td>A &amp; B</td></tr></table><script>no()</script>");
        Assert.Equal("\nAccount\u00a0number:  10042\n\n\nCompany\tA & B\t\n\n", text);
    }

    [Fact]
    public void Only_a_file_that_begins_with_a_header_is_a_mail()
    {
        Assert.Equal(MailMistake.NoMail, MailReader.Read(Encoding.ASCII.GetBytes("Account number: 10042\nFrom: nobody\n")).Mistake);
        Assert.Equal(MailMistake.NoMail, MailReader.Read(default).Mistake);
        Assert.Equal("a@example.com", ReadRaw("From a@example.com Sat Nov 21\nFrom: a@example.com\nDate: x\n\ntext").Header["From"]);
    }

    [Fact]
    public void A_mail_beyond_its_size_is_not_read()
    {
        var file = new byte[MailLimits.Size + 1];
        Encoding.ASCII.GetBytes("From: a@example.com\nDate: x\n\n").CopyTo(file, 0);
        Assert.Equal(MailMistake.TooLarge, MailReader.Read(file).Mistake);
        Assert.True(MailReader.Read(file.AsMemory(0, MailLimits.Size)).IsMail);
    }

    [Fact]
    public void A_mail_with_more_fields_or_a_longer_one_than_allowed_is_not_read()
    {
        Assert.True(Reading(Head + Fields(MailLimits.Fields - 3) + "\nx").IsMail);
        Assert.Equal(MailMistake.TooManyFields, Reading(Head + Fields(MailLimits.Fields - 2) + "\nx").Mistake);
        Assert.True(Reading($"{Head}X:{new string('y', MailLimits.Field - 2)}\n\nx").IsMail);
        Assert.Equal(MailMistake.FieldTooLong, Reading($"{Head}X:{new string('y', MailLimits.Field - 1)}\n\nx").Mistake);

        static string Fields(int count) => string.Concat(Enumerable.Repeat("X: y\n", count));
    }

    [Fact]
    public void A_mail_with_more_parts_or_deeper_ones_than_allowed_is_not_read()
    {
        // The mail itself counts.
        Assert.True(Reading(Parts(MailLimits.Parts - 1)).IsMail);
        Assert.Equal(MailMistake.TooManyParts, Reading(Parts(MailLimits.Parts)).Mistake);
        Assert.True(Reading(Depth(MailLimits.Depth)).IsMail);
        Assert.Equal(MailMistake.TooDeep, Reading(Depth(MailLimits.Depth + 1)).Mistake);

        static string Parts(int count) => $"{Head}Content-Type: multipart/mixed; boundary=b\n\n{string.Concat(Enumerable.Repeat("--b\n\nx\n", count))}--b--\n";
        static string Depth(int depth) => Head + string.Concat(Enumerable.Range(0, depth).Select(each => $"Content-Type: multipart/mixed; boundary=d{each}\n\n--d{each}\n")) + "\nx\n";
    }

    [Fact]
    public void Boundaries_parameters_and_decoded_parts_have_limits()
    {
        var boundary = new string('b', MailLimits.Boundary);
        Assert.Equal(["x"], Read($"{Head}Content-Type: multipart/mixed; boundary={boundary}\n\n--{boundary}\n\nx\n--{boundary}--\n").Parts.Select(part => part.Text(100)));

        // A longer one divides nothing, so the text is one part.
        Assert.StartsWith("--", Assert.Single(Read($"{Head}Content-Type: multipart/mixed; boundary={boundary}b\n\n--{boundary}b\n\nx\n--{boundary}b--\n").Parts).Text(100), StringComparison.Ordinal);

        var parameters = string.Concat(Enumerable.Range(0, MailLimits.Parameters - 1).Select(each => $"; p{each}=1"));
        Assert.Equal("late", ContentField.Read($"text/plain{parameters}; name=late")["name"]);
        Assert.Null(ContentField.Read($"text/plain; p=1{parameters}; name=late")["name"]);
        Assert.Equal(MailLimits.Decoded, Assert.Single(Read($"{Head}\n{new string('x', MailLimits.Decoded + 1)}").Parts).Decode(int.MaxValue).Length);
    }

    private static MailFile Read(string text) => ReadRaw(text.ReplaceLineEndings("\r\n"));

    private static MailReading Reading(string text) => MailReader.Read(Encoding.UTF8.GetBytes(text));

    private static MailFile ReadRaw(string text)
    {
        var reading = Reading(text);
        Assert.True(reading.IsMail, reading.Message);
        return reading.File;
    }
}
