using Waybill.Core.Feeds;

namespace Waybill.Core.Tests.Feeds;

/// <summary>Files find their account by folder and name; what finds none stays where it is and is named.</summary>
public sealed class FeedRouteTests
{
    private static readonly FeedRoute[] Routes = [new("*_{account}_*.csv", "cdr"), new("INV-{account}-??.pdf", "invoice"), new("{account}.zip")];

    [Theory]
    [InlineData("*_{account}_*.csv", "daily_10042_20270101.csv", "10042")]
    [InlineData("*_{account}_*.csv", "10042_20270101.csv", "")]
    [InlineData("*_{account}_*.csv", "daily_cdr_10042_1.csv", "10042,cdr,cdr_10042")]
    [InlineData("*_{account}_*.CSV", "DAILY_AB.7_1.csv", "AB.7")]
    [InlineData("{account}.csv", "10042.csv", "10042")]
    [InlineData("INV{account}.csv", "INV10042.csv", "")]
    [InlineData("x-{account}-??.pdf", "x-10042-07.pdf", "10042")]
    [InlineData("x-{account}-??.pdf", "x-10042-007.pdf", "")]
    public void A_pattern_finds_whole_numbers_only(string pattern, string name, string expected) =>
        Assert.Equal(expected, string.Join(',', new FeedRoute(pattern).Candidates(name).Order(StringComparer.Ordinal)));

    [Fact]
    public void A_pattern_names_the_account_once_and_a_feed_that_there_is()
    {
        Assert.NotNull(new FeedRoute("*.csv").Check(FeedTypes.Default));
        Assert.NotNull(new FeedRoute("{account}_{account}.csv").Check(FeedTypes.Default));
        Assert.NotNull(new FeedRoute("a/{account}.csv").Check(FeedTypes.Default));
        Assert.NotNull(new FeedRoute("{account}.csv", "nothing").Check(FeedTypes.Default));
        Assert.Null(new FeedRoute("*_{account}_*.csv", "cdr").Check(FeedTypes.Default));
    }

    [Fact]
    public async Task Files_go_where_folder_and_name_say_and_nowhere_when_they_disagree()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync("10042");
        await core.AddVaultAsync("10043");
        await core.AddVaultAsync("cdr_10042");
        var plan = (await new FeedRouter(core.Services.Database, FeedTypes.Default, Routes).RouteAsync(
        [
            File("a_10043_1.csv"), File("INV-10042-07.pdf"), File("2027.pdf", "10042", "invoice"), File("2027.csv", "10042", "invoice"), File("x.csv", "report", "10043"),
            File("a_99999_1.csv"), File("a_10043_2.csv", "10042"), File("a_cdr_10042_1.csv"), File("10042.zip"), File("x.pdf", "10042", "cdr"), File("y.csv", "10042", "10043"),
        ], feed: null)).Get();

        Assert.Equal(
            ["10042 invoice 2027.pdf 2027.csv", "10042 invoice INV-10042-07.pdf", "10043 cdr a_10043_1.csv", "10043 report x.csv"],
            plan.Sets.Select(static set => $"{set.Account} {set.Feed} {string.Join(' ', set.Files.Select(static file => file.Name))}").Order(StringComparer.Ordinal));
        string[] expected =
        [
            "10042.zip: neither its folder", "a_10043_2.csv: its folder means account 10042 and its name 10043", "a_99999_1.csv: no account is named",
            "a_cdr_10042_1.csv: its name may mean", "x.pdf: the feed cdr carries", "y.csv: its folders name two accounts",
        ];
        var unrouted = plan.Unrouted.Select(static file => $"{file.Source}: {file.Reason}").Order(StringComparer.Ordinal).ToList();
        Assert.Equal(expected.Length, unrouted.Count);
        Assert.All(expected.Zip(unrouted), static pair => Assert.StartsWith(pair.First, pair.Second, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("CDR", "/cdr", "csv")]
    [InlineData("cdr", "cdr", "csv")]
    [InlineData("cdr", "/", "csv")]
    [InlineData("cdr", "/a/../b", "csv")]
    [InlineData("cdr", "/vendors/{vendor}", "csv")]
    [InlineData("cdr", "/cdr", ".csv")]
    [InlineData("cdr", "/cdr", "CSV")]
    public void A_feed_that_cannot_work_is_refused(string name, string folder, string fileType) => Assert.NotNull(new FeedTypes([new(name, folder, [fileType])]).Check());

    [Fact]
    public void There_is_a_limit_of_feeds_and_of_the_length_of_their_names()
    {
        Assert.Null(FeedTypes.Default.Check());
        var most = Enumerable.Range(0, FeedLimits.Types).Select(static i => new FeedType($"f{i}", $"/f{i}", ["csv"])).ToList();
        Assert.Null(new FeedTypes(most).Check());
        Assert.NotNull(new FeedTypes([.. most, new("one-more", "/m", ["csv"])]).Check());
        Assert.NotNull(new FeedTypes([most[0], most[0]]).Check());
        Assert.Null(new FeedTypes([new(new string('a', FeedLimits.NameLength), "/a", ["csv"])]).Check());
        Assert.NotNull(new FeedTypes([new(new string('a', FeedLimits.NameLength + 1), "/a", ["csv"])]).Check());
    }

    private static RoutableFile File(string name, params string[] folders) => new(name, name, folders, static () => new MemoryStream());
}
