using Waybill.Core.Audit;
using Waybill.Core.Porting;
using static Waybill.Core.Tests.Porting.PortingServiceTests;

namespace Waybill.Core.Tests.Porting;

/// <summary>What the audit says of an order: who changed what from what to what.</summary>
public sealed class PortingAuditTests
{
    [Fact]
    public async Task A_change_names_each_field_with_what_stood_and_stands_in_it()
    {
        await using var core = await CoreAsync();
        var order = await DraftAsync(core, Form with { Signatory = null, RangeHolder = null }, withLetter: false);
        Assert.Equal(
            "main number: '01632960000'; main number is ported: 'yes'; numbers: '01632960000-01632960004'; line: 'ddi'; address: '1 High Street, Sheffield'; postcode: 'S1 1AA'; "
            + "losing provider: 'Other Telecom'; account number there: given; wanted day: '2026-12-07'",
            await DetailAsync(core, PortingActions.Created));
        await ChangeAsync(Form with { Numbers = "01632960000-01632960003, 01632960009", Postcode = "S2 2BB", LosingAccount = "A-2", Signatory = "Ann 'x'; line: 'single'", RangeHolder = "no" });
        Assert.Equal(
            "numbers: '01632960000-01632960004' → '01632960000-01632960003, 01632960009'; postcode: 'S1 1AA' → 'S2 2BB'; account number there: changed; range holder: not known → another; "
            + "signatory: none → 'Ann ''x''; line: ''single'''",
            await DetailAsync(core, PortingActions.Changed));
        await ChangeAsync(Form with { Numbers = "01632960000-01632960003, 01632960009", Postcode = "S2 2BB", LosingAccount = null, MainPorts = "no", Signatory = null, Wanted = null, RangeHolder = "yes" });
        Assert.Equal(
            "main number is ported: 'yes' → 'no'; account number there: taken out; range holder: another → the losing provider; signatory: 'Ann ''x''; line: ''single''' → none; wanted day: '2026-12-07' → none",
            await DetailAsync(core, PortingActions.Changed));
        await ChangeAsync(PortingForm.Of((await Service(core).ShowAsync(null, order.Reference)).Get().Details));
        Assert.Equal("nothing is otherwise", await DetailAsync(core, PortingActions.Changed));

        async Task ChangeAsync(PortingForm form) => await Service(core).ChangeAsync("10042", order.Reference, form.Read().Get(), Customer).GetAsync();
    }

    [Theory]
    [InlineData("yes", null, "range holder: the losing provider")]
    [InlineData("yes", false, "range holder: the losing provider → another")]
    [InlineData(null, true, "range holder: not known → the losing provider")]
    [InlineData(null, null, "range holder: not known")]
    public async Task Whoever_accepts_an_order_says_who_holds_the_range(string? before, bool? now, string words)
    {
        await using var core = await CoreAsync();
        var order = await SentAsync(core, Form with { RangeHolder = before, Wanted = "2026-12-14" });
        await Service(core).TakeAsync(order.Reference, Staff).GetAsync();
        await Service(core).AcceptAsync(order.Reference, now, Staff).GetAsync();
        Assert.Equal(words, await DetailAsync(core, PortingActions.Accepted));
    }

    [Fact]
    public async Task Letters_stand_in_it_by_name_size_and_hash()
    {
        await using var core = await CoreAsync();
        var order = await DraftAsync(core, Form);
        await Service(core).FetchLetterAsync(null, order.Reference, order.Letters[0].Id, Staff).GetAsync();
        await Service(core).CancelAsync(null, order.Reference, "no", Staff).GetAsync();
        await Service(core).RemoveLettersAsync().GetAsync();
        var words = $"signed_letter.pdf, {Letter.Length} bytes, SHA-256 {Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Letter))}";
        foreach (var action in (string[])[PortingActions.LetterAdded, PortingActions.LetterFetched, PortingActions.LetterRemoved])
        {
            Assert.Equal(words, await DetailAsync(core, action));
        }
    }

    [Fact]
    public async Task The_largest_order_stands_in_it_whole()
    {
        await using var core = await CoreAsync();
        var marks = new string('\'', Words.MaximumLength);
        var numbers = string.Join(", ", Enumerable.Range(0, PortingLimits.Spans).Select(static index => $"0{1632960000L + (index * 3)}-0{1632960001L + (index * 3)}"));
        var order = await DraftAsync(core, Form with { Numbers = numbers, Address = marks, LosingProvider = marks, Signatory = marks }, withLetter: false);
        await Service(core).ChangeAsync("10042", order.Reference, (Form with { Numbers = numbers.Replace("01632", "01732", StringComparison.Ordinal) }).Read().Get(), Customer).GetAsync();
        Assert.EndsWith($"signatory: '{marks}{marks}' → 'Ann Lee'", await DetailAsync(core, PortingActions.Changed), StringComparison.Ordinal);
    }

    /// <summary>What the latest row of an action says.</summary>
    private static async Task<string?> DetailAsync(TestCore core, string action) =>
        (await core.Services.Audit.SearchAsync(new AuditQuery { Action = action })).Items.MaxBy(static row => row.Sequence)?.Detail;
}
