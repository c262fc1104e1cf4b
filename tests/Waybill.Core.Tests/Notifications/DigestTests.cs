using System.Text.Json.Nodes;
using Waybill.Core.Accounts;
using Waybill.Core.Events;
using Waybill.Core.Notifications;

namespace Waybill.Core.Tests.Notifications;

/// <summary>One mail for many events, at the time of the day of whoever gets it.</summary>
public sealed class DigestTests
{
    private static readonly TopicRule[] Daily = [new("*", Telling.Digest, Telling.Digest)];

    [Fact]
    public async Task Many_events_of_a_day_are_one_mail_at_seven_in_the_time_zone_of_the_account()
    {
        await using var outbox = await Outbox.CreateAsync(0, "America/New_York", Daily);
        outbox.Options = outbox.Options with { SupportMail = null };
        await outbox.RaiseAsync("file-unfetched", new JsonObject { ["path"] = "/cdr/a.csv" });
        await outbox.RunAsync();
        outbox.Time.Advance(TimeSpan.FromHours(5));
        await outbox.RaiseAsync("file-unfetched", new JsonObject { ["path"] = "/cdr/<b>.csv" });
        await outbox.RunAsync();
        Assert.Empty(await outbox.ListAsync());

        // Seven in New York is noon in UTC; the clock stood at noon of the day before.
        outbox.Time.Advance(TimeSpan.FromHours(19) - TimeSpan.FromMinutes(1));
        await outbox.RunAsync();
        Assert.Empty(await outbox.ListAsync());
        outbox.Time.Advance(TimeSpan.FromMinutes(1));
        await outbox.RunAsync();

        var digest = Assert.Single(await outbox.ListAsync());
        Assert.Equal((Outbox.Customer, "digest", "10042"), (digest.Target, digest.Topic, digest.Account));
        Assert.Equal("Example Telecom: 2 notices of 2026-01-16", digest.Subject);
        var text = (string)outbox.Core.Scalar("SELECT text FROM delivery")!;
        Assert.Contains("2026-01-15 07:00 -05:00  Account 10042: nobody has fetched /cdr/a.csv\n", text, StringComparison.Ordinal);
        Assert.Contains("America/New_York", text, StringComparison.Ordinal);
        Assert.Contains("&lt;b&gt;", (string)outbox.Core.Scalar("SELECT html FROM delivery")!, StringComparison.Ordinal);
        Assert.Equal(0L, outbox.Core.Scalar("SELECT count(*) FROM digest_item"));
    }

    [Fact]
    public async Task One_person_of_two_accounts_in_one_zone_gets_one_digest_and_of_two_zones_two()
    {
        await using var outbox = await Outbox.CreateAsync(0, "Europe/London", Daily);
        outbox.Options = outbox.Options with { SupportMail = null };
        foreach (var (number, zone) in new[] { ("10043", "Europe/London"), ("10044", "Asia/Tokyo") })
        {
            (await outbox.Core.Services.Accounts.AddAsync(new NewAccount(number, "Other") { Email = Outbox.Customer.ToUpperInvariant(), TimeZone = zone }, TestCore.Operator)).Get();
        }

        (await outbox.Core.Services.Database.WriteAsync<int>(transaction =>
        {
            for (var account = 1; account <= 3; account++)
            {
                EventSql.Raise(transaction.Connection, "file-held", account, [], outbox.Time.GetUtcNow());
            }

            return 0;
        })).Get();
        await outbox.RunAsync();
        outbox.Time.Advance(TimeSpan.FromDays(1));
        await outbox.RunAsync();
        Assert.Equal(["Example Telecom: 1 notices of 2026-01-16", "Example Telecom: 2 notices of 2026-01-16"], (await outbox.ListAsync()).Select(each => each.Subject).Order());
    }

    [Fact]
    public async Task A_digest_lists_200_events_and_counts_the_rest()
    {
        await using var outbox = await Outbox.CreateAsync(0, null, new TopicRule("*", Telling.None, Telling.Digest));
        await outbox.RaiseAsync("something-new", count: NotificationLimits.EventsInDigest + 5);
        await outbox.RunAsync();
        outbox.Time.Advance(TimeSpan.FromDays(1));
        await outbox.RunAsync();
        var text = (string)outbox.Core.Scalar("SELECT text FROM delivery")!;
        Assert.Equal(NotificationLimits.EventsInDigest, text.Split('\n').Count(line => line.Contains("something-new", StringComparison.Ordinal)));
        Assert.Contains("and 5 more", text, StringComparison.Ordinal);
        Assert.Single(await outbox.ListAsync());
    }

    [Fact]
    public async Task What_is_told_is_configured_by_topic_and_nothing_that_is_not_named_goes_to_customers()
    {
        await using var outbox = await Outbox.CreateAsync(0, null, new TopicRule("file-held", Telling.Now, Telling.None));
        await outbox.RaiseAsync("file-held");
        await outbox.RaiseAsync("something-new");
        await outbox.RaiseAsync("retention-trouble");
        await outbox.RunAsync();
        Assert.Equal([("file-held", Outbox.Customer), ("retention-trouble", Outbox.Support)], (await outbox.ListAsync()).Select(each => (each.Topic, each.Target)).Order());
        outbox.Time.Advance(TimeSpan.FromDays(1));
        await outbox.RunAsync();
        Assert.Equal(Outbox.Support, Assert.Single(await outbox.ListAsync(), each => each.Topic == "digest").Target);
    }

    [Theory]
    [InlineData("2026-03-29T00:59:00Z", "2026-03-29T01:30:00Z")] // 02:30 is left out in Berlin: an hour later it is 03:30.
    [InlineData("2026-10-24T23:00:00Z", "2026-10-25T00:30:00Z")] // 02:30 comes twice: the first one.
    [InlineData("2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z")] // And not the second one too.
    public void The_clocks_of_Berlin_change_and_each_day_has_its_half_past_two(string after, string next) => Assert.Equal(
        DateTimeOffset.Parse(next, System.Globalization.CultureInfo.InvariantCulture),
        LocalTimes.Next(
            DateTimeOffset.Parse(after, System.Globalization.CultureInfo.InvariantCulture), new TimeOnly(2, 30), TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin")));
}
