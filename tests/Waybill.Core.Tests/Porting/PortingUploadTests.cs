using System.Text;
using Waybill.Core.Audit;
using Waybill.Core.Porting;
using static Waybill.Core.Tests.Porting.PortingServiceTests;

namespace Waybill.Core.Tests.Porting;

/// <summary>Orders that come in a table are sent together, and each row says what came of it.</summary>
public sealed class PortingUploadTests
{
    private const string Head = "main,numbers,line,postcode,address,losing_provider,losing_account,range_holder,signatory,wanted\n";

    [Fact]
    public async Task All_valid_drafts_of_a_table_are_sent_and_the_others_say_why_not()
    {
        await using var core = await CoreAsync();
        var porting = Service(core);
        await SentAsync(core, Form);
        var orders = await ImportAsync(
            core,
            Row("01632960100", "2026-12-14") + "\n" + Row("01632960101", "2026-12-14") + Row("01632960002", "2026-12-14") + Row("01632960103", "2026-11-24") + Row("01632960104", "2026-12-14")
            + Row("01632960105", "2026-12-14"));
        Assert.Equal([2, 4, 5, 6, 7, 8], orders.Select(static order => order.UploadLine!.Value));
        var upload = Assert.Single(orders.Select(static order => order.Upload).Distinct())!;

        // Line 5 wants a number that is in another order, line 6 a day that is too early, line 7 has no letter, and line 8 is not wanted any more.
        foreach (var order in orders.Where(static order => order.UploadLine != 7))
        {
            await porting.AddLetterAsync("10042", order.Reference, "letter", Letter, Customer).GetAsync();
        }

        await porting.CancelAsync("10042", orders[5].Reference, "not wanted", Customer).GetAsync();
        var rows = (await porting.SubmitUploadAsync("10042", upload, Customer)).Get();
        Assert.Equal(
            [
                (2, PortingSendingResult.Sent, PortingState.Submitted), (4, PortingSendingResult.Sent, PortingState.Submitted), (5, PortingSendingResult.Refused, PortingState.Draft),
                (6, PortingSendingResult.Refused, PortingState.Draft), (7, PortingSendingResult.Refused, PortingState.Draft), (8, PortingSendingResult.Left, PortingState.Cancelled),
            ],
            rows.Select(static row => (row.Line, row.Result, row.Order.State)));
        Assert.Equal(orders.Select(static order => order.Reference), rows.Select(static row => row.Order.Reference));
        foreach (var (index, rule) in ((int, string)[])[(2, "one-order"), (3, "lead-time"), (4, "letter")])
        {
            Assert.StartsWith($"The rule {rule} is broken: ", rows[index].Why, StringComparison.Ordinal);
        }

        Assert.Equal((null, "It was cancelled."), (rows[0].Why, rows[5].Why));

        // Once more: what was sent is left, what was put right is sent.
        await porting.AddLetterAsync("10042", orders[4].Reference, "letter", Letter, Customer).GetAsync();
        await porting.RejectAsync(orders[1].Reference, "02", "wrong", Staff).GetAsync();
        rows = (await porting.SubmitUploadAsync("10042", upload.ToLowerInvariant(), Customer)).Get();
        Assert.Equal(
            [PortingSendingResult.Left, PortingSendingResult.Left, PortingSendingResult.Refused, PortingSendingResult.Refused, PortingSendingResult.Sent, PortingSendingResult.Left],
            rows.Select(static row => row.Result));
        Assert.Equal(("It was sent before, and is submitted.", "It was rejected. Correct it, and send it by itself."), (rows[0].Why, rows[1].Why));
        Assert.Equal(4, (await core.Services.Audit.SearchAsync(new AuditQuery { Action = PortingActions.Submitted })).Items.Count);
    }

    [Fact]
    public async Task A_table_is_its_accounts_alone()
    {
        await using var core = await CoreAsync();
        await core.AddAccountAsync("20077");
        var upload = (await ImportAsync(core, Row("01632960100", "2026-12-14")))[0].Upload!;
        foreach (var (account, reference) in ((string, string)[])[("20077", upload), ("10042", "2222-2222"), ("10042", "x")])
        {
            (await Service(core).UploadAsync(account, reference)).Problem(ProblemKind.NotFound);
            Assert.Contains("There is no table", (await Service(core).SubmitUploadAsync(account, reference, Customer)).Problem(ProblemKind.NotFound).Message, StringComparison.Ordinal);
        }

        Assert.Single((await Service(core).UploadAsync(null, upload)).Get());
    }

    [Fact]
    public async Task The_longest_table_is_sent_at_once()
    {
        await using var core = await CoreAsync();
        var orders = await ImportAsync(core, string.Concat(Enumerable.Range(0, PortingLimits.ImportRows).Select(static index => Row($"01632961{index:000}", "2026-12-14"))));
        var signed = (await Service(core).AddLetterToUploadAsync("10042", orders[0].Upload!, "a", Letter, Customer)).Get();
        Assert.Equal(PortingLimits.ImportRows, signed.Count(static order => order.Letters.Count == 1));
        var rows = (await Service(core).SubmitUploadAsync("10042", orders[0].Upload!, Customer)).Get();
        Assert.Equal(PortingLimits.ImportRows, rows.Count(static row => row.Result == PortingSendingResult.Sent));
    }

    [Fact]
    public async Task One_letter_counts_for_each_draft_of_a_table_and_is_kept_once_until_the_last_of_them_is_over()
    {
        await using var core = await CoreAsync();
        var porting = Service(core);
        var orders = await ImportAsync(core, Row("01632960100", "2026-12-14") + Row("01632960101", "2026-12-14") + Row("01632960102", "2026-12-14", "ann lee") + Row("01632960103", "2026-12-14", ""));
        var upload = orders[0].Upload!;
        await porting.CancelAsync("10042", orders[2].Reference, "not wanted", Customer).GetAsync();
        var signed = (await porting.AddLetterToUploadAsync("10042", upload.ToLowerInvariant(), "C:\\signed letter.exe", Letter, Customer)).Get();
        Assert.Equal([1, 1, 0, 1], signed.Select(static order => order.Letters.Count));
        Assert.Equal((1L, (long)Letter.Length), (core.Scalar("SELECT count(*) FROM porting_letter_file"), core.Scalar("SELECT sum(length(content)) FROM porting_letter_file")));
        var recorded = (await core.Services.Audit.SearchAsync(new AuditQuery { Action = PortingActions.LetterAdded })).Items;
        Assert.Equal(
            [orders[3].Reference, orders[1].Reference, orders[0].Reference],
            recorded.Select(static row => row.Subject));
        Assert.All(recorded, row => Assert.Matches($"^signed_letter.pdf, {Letter.Length} bytes, SHA-256 [0-9a-f]{{64}}; for all drafts of table {upload}$", row.Detail));

        // Each order hands it out as its own.
        Assert.Equal(3, signed.SelectMany(static order => order.Letters).DistinctBy(static letter => letter.Id).Count());
        var (letter, content) = (await porting.FetchLetterAsync("10042", orders[1].Reference, signed[1].Letters[0].Id, Customer)).Get();
        Assert.Equal("signed_letter.pdf", letter.Name);
        Assert.Equal(Letter, content);
        (await porting.FetchLetterAsync("10042", orders[0].Reference, signed[1].Letters[0].Id, Customer)).Problem(ProblemKind.NotFound);
        Assert.Equal(
            [PortingSendingResult.Sent, PortingSendingResult.Sent, PortingSendingResult.Left, PortingSendingResult.Refused],
            (await porting.SubmitUploadAsync("10042", upload, Customer)).Get().Select(static row => row.Result));

        // What was never sent loses it in the night; the last order has it for a year.
        await porting.CancelAsync("10042", orders[3].Reference, "no", Customer).GetAsync();
        await porting.CancelAsync("10042", orders[0].Reference, "no", Customer).GetAsync();
        Assert.Equal(1, (await porting.RemoveLettersAsync()).Get());
        core.Time.Advance(TimeSpan.FromDays(10));
        await porting.CancelAsync("10042", orders[1].Reference, "no", Customer).GetAsync();
        core.Time.Advance(TimeSpan.FromDays(357));
        Assert.Equal(1, (await porting.RemoveLettersAsync()).Get());
        Assert.Empty((await porting.ShowAsync(null, orders[0].Reference)).Get().Letters);
        Assert.Equal(Letter, (await porting.FetchLetterAsync(null, orders[1].Reference, signed[1].Letters[0].Id, Staff)).Get().Content);
        core.Time.Advance(TimeSpan.FromDays(10));
        Assert.Equal(1, (await porting.RemoveLettersAsync()).Get());
        Assert.Equal(0L, core.Scalar("SELECT count(*) FROM porting_letter_file"));
        Assert.Equal(3, (await core.Services.Audit.SearchAsync(new AuditQuery { Action = PortingActions.LetterRemoved })).Items.Count);
    }

    [Fact]
    public async Task One_letter_counts_for_no_table_of_several_signatories_of_another_account_or_without_a_draft()
    {
        await using var core = await CoreAsync();
        await core.AddAccountAsync("20077");
        var porting = Service(core);
        var mixed = await ImportAsync(core, Row("01632960100", "2026-12-14") + Row("01632960101", "2026-12-14", "Bob Ray") + Row("01632960102", "2026-12-14", "Cat Dee"));
        Assert.Contains(
            "line 2 of table " + mixed[0].Upload + " names Ann Lee, line 3 Bob Ray.", (await LetterAsync("10042", mixed[0].Upload!, Letter)).Problem(ProblemKind.Refused).Message, StringComparison.Ordinal);
        (await LetterAsync("20077", mixed[0].Upload!, Letter)).Problem(ProblemKind.NotFound);
        (await LetterAsync("10042", "2222-2222", Letter)).Problem(ProblemKind.NotFound);
        (await LetterAsync("10042", mixed[0].Upload!, "MZ"u8.ToArray())).Problem(ProblemKind.Invalid);
        await porting.CancelAsync("10042", mixed[0].Reference, "no", Customer).GetAsync();
        await porting.CancelAsync("10042", mixed[1].Reference, "no", Customer).GetAsync();
        Assert.Equal(1, (await LetterAsync("10042", mixed[0].Upload!, Letter)).Get().Sum(static order => order.Letters.Count));

        // All drafts get it, or none.
        var two = await ImportAsync(core, Row("01632960103", "2026-12-14") + Row("01632960104", "2026-12-14"));
        for (var more = 0; more < PortingLimits.Letters; more++)
        {
            await porting.AddLetterAsync("10042", two[1].Reference, "a", Letter, Customer).GetAsync();
        }

        Assert.Contains($"Order {two[1].Reference} has 10 letters", (await LetterAsync("10042", two[0].Upload!, Letter)).Problem(ProblemKind.LimitReached).Message, StringComparison.Ordinal);
        Assert.Empty((await porting.ShowAsync(null, two[0].Reference)).Get().Letters);
        foreach (var order in two)
        {
            await porting.CancelAsync("10042", order.Reference, "no", Customer).GetAsync();
        }

        Assert.Contains("is a draft any more", (await LetterAsync("10042", two[0].Upload!, Letter)).Problem(ProblemKind.Refused).Message, StringComparison.Ordinal);

        ValueTask<Result<IReadOnlyList<PortingOrder>>> LetterAsync(string account, string upload, byte[] content) => porting.AddLetterToUploadAsync(account, upload, "a", content, Customer);
    }

    [Fact]
    public async Task The_letter_of_a_table_takes_its_size_once_of_what_the_account_may_have()
    {
        await using var core = await CoreAsync();
        var orders = await ImportAsync(core, Row("01632960100", "2026-12-14") + Row("01632960101", "2026-12-14"));
        (await Service(core).AddLetterToUploadAsync("10042", orders[0].Upload!, "a", Letter, Customer)).Get();
        core.Tamper($"UPDATE porting_letter SET size = {PortingLimits.LettersOfAccount - Letter.Length}");
        (await Service(core).AddLetterToUploadAsync("10042", orders[0].Upload!, "a", Letter, Customer)).Get();
        (await Service(core).AddLetterToUploadAsync("10042", orders[0].Upload!, "a", Letter, Customer)).Problem(ProblemKind.LimitReached);
    }

    private static string Row(string number, string wanted, string signatory = "Ann Lee") => $"{number},{number},single,S1 1AA,1 High Street,Other Telecom,A-1,yes,{signatory},{wanted}\n";

    private static async Task<IReadOnlyList<PortingOrder>> ImportAsync(TestCore core, string rows) =>
        await Service(core).ImportAsync("10042", PortingTable.Read(Encoding.UTF8.GetBytes(Head + rows)).Get(), Customer).GetAsync();
}
