using System.Text;
using Waybill.Ntsapi.Commands;
using Waybill.Ntsapi.Control;

namespace Waybill.Ntsapi.Tests.Control;

/// <summary>Lines become commands, or say why they are none.</summary>
public sealed class ParsingTests
{
    [Theory]
    [InlineData("STAT 01224000000", "STAT 01224000000")]
    [InlineData("  stat   01224000000  ", "STAT 01224000000")]
    [InlineData("STAT 0800123456", "STAT 0800123456")]
    [InlineData("STAT P2012345678", "STAT P2012345678")]
    [InlineData("STAT +441224000000", "STAT 01224000000")]
    [InlineData("SET 01224000000 1 S:441224000000@sip.example", "SET 01224000000 1/S:441224000000@sip.example")]
    [InlineData("AUTH u p", "AUTH u/p")]
    [InlineData("AUTH u p with  blanks", "AUTH u/p with  blanks")]
    [InlineData("AUTH u secretQUIT", "AUTH u/secretQUIT")]
    [InlineData("INFO 01224000000 GEN Example Ltd, 1  High St", "INFO 01224000000 GEN/Example Ltd, 1  High St")]
    [InlineData("INFO 01224000000 GEN ASSET FINANCE LTD", "INFO 01224000000 GEN/ASSET FINANCE LTD")]
    [InlineData("INFO 01224000000 GEN ASSET 24 LTD, RESET 0", "INFO 01224000000 GEN/ASSET 24 LTD, RESET 0")]
    [InlineData("INFO P2012345678 999 NAME Smith", "INFO P2012345678 999/NAME Smith")]
    [InlineData("HELP", "HELP")]
    [InlineData("HELP STAT", "HELP STAT")]
    [InlineData("QUIT", "QUIT")]
    [InlineData("ALLO 01224______", "ALLO 01224______")]
    [InlineData("ALLO +441224", "ALLO 01224")]
    [InlineData("ALLO _1_2_", "ALLO 01_2_")]
    [InlineData("ALLO 0", "ALLO 0")]
    [InlineData("BLKACTI 01224 10", "BLKACTI 01224 10")]
    [InlineData("FEAT 01224000000 D N", "FEAT 01224000000 D/N")]
    public void A_line_that_is_a_command_is_read(string line, string read)
    {
        Assert.Null(Parse(line, out var request));
        var number = request.Command.Number == NumberKind.Absent ? "" : request.Pattern.Length > 0 ? request.Pattern : request.Number.ToString();
        Assert.Equal(read, string.Join(' ', new[] { request.Command.Verb, number, string.Join('/', request.Words) }.Where(static part => part.Length > 0)));
    }

    [Theory]
    [InlineData("exit")]
    [InlineData("STATUS 01224000000")]
    [InlineData("STA")]
    [InlineData("   ")]
    [InlineData("RESERVE 01224000000")]
    public void A_verb_that_is_none_is_told(string line) => Refused(line, RequestParser.Unknown);

    [Theory]
    [InlineData("STAT")]
    [InlineData("STAT 01224000000 1")]
    [InlineData("SET 01224000000 1")]
    [InlineData("SET 01224000000 1 S:a@b c")]
    [InlineData("AUTH")]
    [InlineData("AUTH u")]
    [InlineData("QUIT now")]
    [InlineData("HELP a b")]
    [InlineData("INFO 01224000000 GEN")]
    [InlineData("BLKACTI 01224")]
    [InlineData("FEAT 01224000000 D Y Y")]
    public void A_command_with_too_little_or_too_much_is_told_how_it_is_written(string line) =>
        Refused(line, $"It is written {NtsapiCommands.Find(line.Split(' ')[0])!.Verb} {NtsapiCommands.Find(line.Split(' ')[0])!.Usage}".TrimEnd());

    [Theory]
    [InlineData("STAT 1224000000")]
    [InlineData("STAT 012240000001")]
    [InlineData("STAT 012240000")]
    [InlineData("STAT 01224______")]
    [InlineData("STAT 0122400000a")]
    [InlineData("STAT p2012345678")]
    [InlineData("STAT P02012345678")]
    [InlineData("STAT +4401224000000")]
    [InlineData("STAT 441224000000")]
    [InlineData("DEAC 01224_00000")]
    public void What_is_no_number_is_told(string line) => Refused(line, RequestParser.NoNumber);

    [Theory]
    [InlineData("ALLO 1224")]
    [InlineData("ALLO 01224_______")]
    [InlineData("ALLO 01224x")]
    [InlineData("ALIST P2012345678 5")]
    [InlineData("ALLO +44")]
    [InlineData("ALLO 441224______")]
    public void What_is_no_pattern_is_told(string line) => Refused(line, RequestParser.NoPattern);

    [Theory]
    [InlineData("ACTI P2012345678")]
    [InlineData("DEAC P2012345678")]
    [InlineData("FEAT P2012345678")]
    [InlineData("BLKINFO P2012345678")]
    public void Most_commands_take_no_number_that_was_ported_in(string line) => Refused(line, RequestParser.PortedIn);

    [Theory]
    [InlineData("SET 01224000000 1 S:44@server1SET 01224000000 1 S:44@server1")]
    [InlineData("SET 01224000000 1 S:441224000000@sip.exampleQUIT")]
    [InlineData("STAT 01224000000STAT 01224000001")]
    [InlineData("STAT 01224000000QUIT")]
    [InlineData("STAT 01224000000STAT 01224000001STAT 01224000002")]
    [InlineData("AUTH u pSTAT 01224000000")]
    [InlineData("AUTH u pALLO 01224______")]
    [InlineData("INFO 01224000000 GEN Example Ltd, AB10 1AASTAT 01224000000")]
    [InlineData("INFO 01224000000 GEN Example Ltd, AB10 1AAQUIT")]
    [InlineData("QUITAUTH u p")]
    [InlineData("HELPQUIT")]
    [InlineData("exitQUIT")]
    [InlineData("ALLO 01224______ACTI 01224000000")]
    [InlineData("ALIST 01224 5STAT P2012345678")]
    public void Two_commands_in_one_are_refused_and_never_guessed(string line) => Refused(line, RequestParser.Glued);

    /// <summary>A text may have any words, in capitals too: what stands behind a blank is no seam.</summary>
    [Theory]
    [InlineData("INFO 01224000000 GEN PLEASE HELP")]
    [InlineData("INFO 01224000000 GEN HELP")]
    [InlineData("INFO 01224000000 GEN THEY WILL NOT QUIT")]
    [InlineData("INFO 01224000000 GEN SEE STAT 01224000001")]
    [InlineData("INFO 01224000000 GEN MOVED FROM, STAT 01224000001 QUIT")]
    [InlineData("INFO 01224000000 GEN SELFHELP GROUP")]
    [InlineData("INFO 01224000000 GEN ACQUIT.")]
    [InlineData("INFO 01224000000 999 NAME THE HELP")]
    [InlineData("AUTH u HELP")]
    [InlineData("AUTH u pHELP")]
    [InlineData("AUTH u my QUIT")]
    public void A_text_may_end_in_a_word_that_is_a_verb(string line)
    {
        Assert.Null(Parse(line, out var request));
        Assert.Equal(line[(line.LastIndexOf(request.Words[^1], StringComparison.Ordinal))..], request.Words[^1]);
    }

    /// <summary>Without the blank it may be two commands, and is never guessed.</summary>
    [Theory]
    [InlineData("INFO 01224000000 GEN PLEASEHELP")]
    [InlineData("INFO 01224000000 GEN ACQUIT")]
    [InlineData("INFO 01224000000 GEN HELPQUIT")]
    [InlineData("INFO 01224000000 GEN PLEASE HELPSTAT 01224000001")]
    [InlineData("INFO 01224000000 999 NAME SmithQUIT")]
    [InlineData("SET 01224000000 1 -QUIT")]
    public void A_text_that_runs_into_a_verb_is_refused(string line) => Refused(line, RequestParser.Glued);

    [Theory]
    [InlineData("STAT\t01224000000")]
    [InlineData("INFO 01224000000 GEN Caf\u00e9")]
    [InlineData("\u00ff\u00fbSTAT 01224000000")]
    [InlineData("STAT 01224000000\0")]
    [InlineData("\u001b[A")]
    public void What_is_no_printable_ASCII_is_told(string line) => Refused(line, RequestParser.NotAscii);

    [Fact]
    public void Replies_are_a_digit_a_blank_a_text_and_one_line_feed()
    {
        Assert.Equal("0 Number updated OK\n", Written(NtsapiReply.Done("Number updated OK")));
        Assert.Equal("0 a\n0 b\n1 End of list\n", Written(new NtsapiReply(1, "End of list") { Lines = ["a", "b"] }));
        Assert.Equal("4 a??b ?\n", Written(NtsapiReply.Refused("a\r\nb \u00ff")));
    }

    [Fact]
    public void The_table_has_each_verb_once_and_help_for_it()
    {
        Assert.Equal(NtsapiCommands.All.Count, NtsapiCommands.All.Select(static row => row.Verb).Distinct().Count());
        Assert.All(NtsapiCommands.All, static row => Assert.InRange(row.Help.Length, 5, 200));
        Assert.All(NtsapiCommands.All, static row => Assert.Equal(row.EndsInText, row.Verb is "AUTH" or "INFO" or "ORDE"));
    }

    private static void Refused(string line, string words)
    {
        var reply = Parse(line, out _);
        Assert.Equal((ReplyDigit.Refused, words), (reply?.Digit ?? 0, reply?.Text));
    }

    private static NtsapiReply? Parse(string line, out NtsapiRequest request) => RequestParser.TryParse(Encoding.Latin1.GetBytes(line), out request);

    private static string Written(NtsapiReply reply) => Encoding.Latin1.GetString(ReplyWriter.Write(reply));
}
