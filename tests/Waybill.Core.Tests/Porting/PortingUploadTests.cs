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
        core.Tamper("INSERT INTO porting_letter (order_id, name, size, sha256, content, added_at, added_by) SELECT id, 'a.pdf', 1, '', x'00', 0, 'ann' FROM porting_order");
        var rows = (await Service(core).SubmitUploadAsync("10042", orders[0].Upload!, Customer)).Get();
        Assert.Equal(PortingLimits.ImportRows, rows.Count(static row => row.Result == PortingSendingResult.Sent));
    }

    private static string Row(string number, string wanted) => $"{number},{number},single,S1 1AA,1 High Street,Other Telecom,A-1,yes,Ann Lee,{wanted}\n";

    private static async Task<IReadOnlyList<PortingOrder>> ImportAsync(TestCore core, string rows) =>
        await Service(core).ImportAsync("10042", PortingTable.Read(Encoding.UTF8.GetBytes(Head + rows)).Get(), Customer).GetAsync();
}
