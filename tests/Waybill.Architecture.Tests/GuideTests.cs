using System.Text.RegularExpressions;

namespace Waybill.Architecture.Tests;

/// <summary>The customers' guide quotes the server as it speaks.</summary>
public partial class GuideTests
{
    [Fact]
    public void Every_message_that_the_guide_says_the_server_gives_is_one_of_the_server()
    {
        var guide = File.ReadAllText(Path.Combine(RoomTests.Root, "src", "Waybill.Core", "Packs", "Templates", "guide.html"));
        var quotes = Quote().Matches(guide).Select(match => match.Groups[1].Value).ToList();
        var sources = RoomTests.Sources("src").Select(file => File.ReadAllText(Path.Combine(RoomTests.Root, file))).ToList();
        Assert.True(quotes.Count > 5, "the quotes were not found");
        Assert.DoesNotContain(quotes, quote => !sources.Exists(source => source.Contains(quote, StringComparison.Ordinal)));
    }

    [GeneratedRegex("<q class=\"server\">([^<]+)</q>")]
    private static partial Regex Quote();
}
