using Waybill.Core.Numbers;
using Waybill.Core.Porting;

namespace Waybill.Core.Tests.Porting;

/// <summary>Orders as people type them and tables carry them.</summary>
public sealed class PortingFormTests
{
    [Theory]
    [InlineData("01224000000", "01224000000", 1)]
    [InlineData(" 01224 000000 ,\n+44 1224 000001;", "01224000000, 01224000001", 2)]
    [InlineData("01224 000010 - 01224 000019, 01224-000-000", "01224000000, 01224000010-01224000019", 11)]
    [InlineData("01224000010..01224000019", "01224000010-01224000019", 10)]
    [InlineData("01224000010 to 01224000019", "01224000010-01224000019", 10)]
    [InlineData("01224000010–01224000010", "01224000010", 1)]
    [InlineData("", "", 0)]
    [InlineData(null, "", 0)]
    [InlineData("P1224000000", "01224000000", 1)]
    [InlineData("020 7946 0000-020 7946 0009", "02079460000-02079460009", 10)]
    public void Numbers_and_ranges_are_read_as_people_write_them(string? text, string shown, int count)
    {
        var spans = NumberSpans.Read(text).Get();
        Assert.Equal((shown, (long)count), (NumberSpans.Show(spans), NumberSpans.Count(spans)));
        Assert.Equal(spans, NumberSpans.Read(shown).Get());
        Assert.Equal(count, NumberSpans.Each(spans).Distinct().Count());
    }

    [Theory]
    [InlineData("01224")]
    [InlineData("01224000000 01224000001")]
    [InlineData("01224000009-01224000000")]
    [InlineData("01224000000-0122400001")]
    [InlineData("01224000000, 01224000000")]
    [InlineData("01224000000-01224000009, 01224000005")]
    [InlineData("anything")]
    public void What_is_no_number_and_no_range_is_refused(string text) => NumberSpans.Read(text).Problem(ProblemKind.Invalid);

    [Fact]
    public void An_order_names_so_many_numbers_and_no_more()
    {
        Assert.Equal(PortingLimits.Spans, NumberSpans.Read(Names(PortingLimits.Spans)).Get().Count);
        NumberSpans.Read(Names(PortingLimits.Spans + 1)).Problem(ProblemKind.LimitReached);
        Assert.Equal(PortingLimits.Numbers, NumberSpans.Count(NumberSpans.Read("01224000000-01224009999").Get()));
        NumberSpans.Read("01224000000-01224010000").Problem(ProblemKind.LimitReached);
        NumberSpans.Read("01224000000-01224009998, 01224010000-01224010001").Problem(ProblemKind.LimitReached);
        Assert.Single(NumberSpans.Read("01224000000".PadRight(PortingLimits.SpanText, '-')).Get());
        Assert.Contains("Put commas", NumberSpans.Read("01224000000".PadRight(PortingLimits.SpanText + 1, '-')).Problem(ProblemKind.Invalid).Message, StringComparison.Ordinal);
        Assert.Empty(NumberSpans.Read(new string(' ', PortingLimits.NumberText)).Get());
        NumberSpans.Read(new string(' ', PortingLimits.NumberText + 1)).Problem(ProblemKind.LimitReached);

        static string Names(int count) => string.Join(',', Enumerable.Range(0, count).Select(static index => $"0122400{index * 2:D4}"));
    }

    [Fact]
    public void A_form_is_read_and_shown_again_as_it_was()
    {
        var details = Full.Read().Get();
        Assert.Equal(new PhoneNumber(441224000000), details.Main);
        Assert.Equal("1 High Street, Aberdeen", details.Address);
        Assert.Equal((LineType.Ddi, Nation.Scotland, true, true), (details.Line!.Value, details.Nation, details.IsGeographic, details.IsRangeHolder!.Value));
        Assert.Equal(PortingForm.Of(details), PortingForm.Of(PortingForm.Of(details).Read().Get()));

        // A draft may say nothing yet.
        var empty = new PortingForm().Read().Get();
        Assert.Equal((null, true, null), (empty.Main, empty.MainPorts, empty.Wanted));
        Assert.Equal(new PortingForm { MainPorts = "yes" }, PortingForm.Of(empty));
    }

    [Theory]
    [InlineData("main")]
    [InlineData("numbers")]
    [InlineData("postcode")]
    [InlineData("line")]
    [InlineData("wanted")]
    [InlineData("mainports")]
    [InlineData("rangeholder")]
    [InlineData("address")]
    public void What_has_not_its_form_is_refused(string field) => (field switch
    {
        "main" => Full with { Main = "12" },
        "numbers" => Full with { Numbers = "x" },
        "postcode" => Full with { Postcode = "12345" },
        "line" => Full with { Line = "1" },
        "wanted" => Full with { Wanted = "31/01/2027" },
        "mainports" => Full with { MainPorts = "maybe" },
        "rangeholder" => Full with { RangeHolder = "1" },
        _ => Full with { Address = new string('a', 201) },
    }).Read().Problem(ProblemKind.Invalid);

    [Fact]
    public void A_table_makes_an_order_of_each_row_or_says_which_is_wrong()
    {
        var orders = PortingTable.Read("main,numbers,line,postcode,wanted,range_holder\n01224000000,01224000000,single,ab101aa,2027-01-29,yes\n0800000000,\"0800000000, 0800000001\",multi,,,\n"u8).Get();
        Assert.Equal((2, 2, true, 3, false), (orders.Count, orders[0].Line, orders[0].Details.IsGeographic, orders[1].Line, orders[1].Details.IsGeographic));
        Assert.StartsWith("Line 3: 'x' is neither", PortingTable.Read("main,numbers,line,postcode\n,,,\n,x,,\n"u8).Problem(ProblemKind.Invalid).Message, StringComparison.Ordinal);
        PortingTable.Read("main,numbers,line,postcode\n"u8).Problem(ProblemKind.Invalid);
        var most = "main,numbers,line,postcode\n" + string.Concat(Enumerable.Repeat("01224000000,,,\n", PortingLimits.ImportRows));
        Assert.Equal(PortingLimits.ImportRows, PortingTable.Read(System.Text.Encoding.ASCII.GetBytes(most)).Get().Count);
        PortingTable.Read(System.Text.Encoding.ASCII.GetBytes(most + "01224000000,,,\n")).Problem(ProblemKind.LimitReached);
    }

    [Theory]
    [InlineData("25504446 2D312E37", "C:\\letters\\Acme & Co.exe", "Acme___Co.pdf")]
    [InlineData("89504E470D0A1A0A", "../../etc/passwd", "passwd.png")]
    [InlineData("FFD8FFE0", ".htaccess", "htaccess.jpg")]
    [InlineData("49492A00", null, "letter.tif")]
    [InlineData("4D4D002A", "\r\nSet-Cookie: x", "Set-Cookie__x.tif")]
    public void A_letter_is_kept_under_a_name_that_says_what_it_is(string first, string? name, string kept) =>
        Assert.Equal(kept, LetterFile.NameOf(name, Convert.FromHexString(first.Replace(" ", "", StringComparison.Ordinal))).Get());

    [Theory]
    [InlineData("3C68746D6C3E")]
    [InlineData("4D5A9000")]
    [InlineData("504B0304")]
    [InlineData("")]
    public void What_is_neither_PDF_nor_image_is_no_letter(string first) => LetterFile.NameOf("letter.pdf", Convert.FromHexString(first)).Problem(ProblemKind.Invalid);

    [Fact]
    public void A_letter_has_so_many_bytes_and_a_name_so_many_characters()
    {
        var letter = new byte[PortingLimits.LetterSize + 1];
        "%PDF-"u8.CopyTo(letter);
        Assert.Equal(new string('a', PortingLimits.LetterName) + ".pdf", LetterFile.NameOf(new string('a', PortingLimits.LetterName + 1), letter.AsSpan(0, PortingLimits.LetterSize)).Get());
        LetterFile.NameOf("a", letter).Problem(ProblemKind.LimitReached);
    }

    [Theory]
    [InlineData("ab101aa", "AB10 1AA", Nation.Scotland)]
    [InlineData("SW1A 1AA", "SW1A 1AA", Nation.England)]
    [InlineData("bt1 5gs", "BT1 5GS", Nation.NorthernIreland)]
    [InlineData("g1 1xq", "G1 1XQ", Nation.Scotland)]
    [InlineData("GL50 1AA", "GL50 1AA", Nation.England)]
    [InlineData("TD15 1AA", "TD15 1AA", Nation.England)]
    [InlineData("TD1 1AA", "TD1 1AA", Nation.Scotland)]
    [InlineData(" CF10  1EP ", "CF10 1EP", Nation.England)]
    public void A_postcode_says_where_a_place_is(string typed, string text, Nation nation)
    {
        Assert.True(Postcode.TryParse(typed, out var postcode));
        Assert.Equal((text, nation), (postcode.Text, postcode.Nation));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("AB10")]
    [InlineData("AB10 1A")]
    [InlineData("ABC1 1AA")]
    [InlineData("A1 1CC")]
    [InlineData("12345")]
    [InlineData("AB10 1AA 1AA")]
    [InlineData("AB10 1AA\n")]
    [InlineData("GIR 0AA\n")]
    [InlineData("AB1٠ 1AA")]
    public void What_is_no_postcode_is_none(string? typed) => Assert.False(Postcode.TryParse(typed, out _));

    private static PortingForm Full => new()
    {
        Main = "01224 000000", MainPorts = "Yes", Numbers = "01224 000000-01224 000009", Address = " 1 High Street,\r\nAberdeen ", Postcode = "ab101aa", LosingProvider = "Other Telecom",
        LosingAccount = "A-1", Line = "DDI", RangeHolder = "yes", Signatory = "Ann Lee", Wanted = "2027-01-29",
    };
}
