using Waybill.Core.Onboarding;

namespace Waybill.Core.Tests.Onboarding;

/// <summary>The queue as staff work on it.</summary>
public sealed class QueueTests
{
    [Fact]
    public async Task What_waits_comes_open_first_and_oldest_first_what_is_decided_newest_first_and_pages_leave_nothing_out()
    {
        await using var desk = await Desk.CreateAsync();
        List<string> ids = [];
        for (var i = 0; i < 7; i++)
        {
            ids.Add(await desk.OpenAsync(Form(i)));
        }

        (await desk.Service.SubmitAsync(Form(7), Desk.Visitor)).Get();
        await AskAsync(0);
        await RejectAsync(2);
        await RejectAsync(4);
        await AskAsync(5);
        var waiting = await AllAsync(desk, new RequestQuery { Size = 2 });
        Assert.Equal([ids[1], ids[3], ids[6], ids[0], ids[5]], waiting.Take(5));
        Assert.Equal(6, waiting.Count);
        Assert.Equal([ids[4], ids[2]], await AllAsync(desk, new RequestQuery { State = RequestState.Rejected, Size = 1 }));
        Assert.Equal([ids[1], ids[3], ids[6]], await AllAsync(desk, new RequestQuery { State = RequestState.Open, Size = 1 }));
        Assert.Empty(await AllAsync(desk, new RequestQuery { State = RequestState.Approved }));
        Assert.Equal((3, (await desk.ShowAsync(ids[1])).Request.Created), await OnboardingService.WaitingAsync(desk.Core.Services.Database));

        async Task AskAsync(int i) => (await desk.Service.AskAsync(ids[i], "Which?", Desk.Ann)).Get();

        async Task RejectAsync(int i) => (await desk.Service.RejectAsync(ids[i], "No.", Desk.Ann)).Get();
    }

    [Fact]
    public async Task Requests_of_anybody_do_not_hide_those_of_an_accounts_vendors()
    {
        await using var desk = await Desk.CreateAsync();
        var vendor = await desk.OpenAsync(Named(0));
        desk.Core.Tamper($"UPDATE access_request SET user_name = '10042-acme' WHERE reference = '{vendor}'");
        var decided = await desk.OpenAsync(Named(1));
        desk.Core.Tamper($"UPDATE access_request SET user_name = '10042-other' WHERE reference = '{decided}'");
        (await desk.Service.RejectAsync(decided, "No.", Desk.Ann)).Get();
        for (var i = 2; i < 5; i++)
        {
            await desk.OpenAsync(Named(i));
        }

        Assert.Equal(vendor, Assert.Single(await desk.Service.WaitingVendorsAsync("10042", 2)).Reference);
        Assert.Empty(await desk.Service.WaitingVendorsAsync("20042", 2));

        static RequestForm Named(int i) => Desk.Form(change: details => details with { Email = $"p{i}@example.com" });
    }

    [Fact]
    public async Task What_people_name_finds_requests_in_every_state_by_beginnings_of_so_many_characters()
    {
        await using var desk = await Desk.CreateAsync();
        List<string> ids = [];
        for (var i = 0; i < 3; i++)
        {
            ids.Add(await desk.OpenAsync(Form(i)));
        }

        (await desk.Service.RejectAsync(ids[1], "No.", Desk.Ann)).Get();
        foreach (var (text, found) in ((string, int[])[])
            [
                (ids[1].ToLowerInvariant().Replace("-", " ", StringComparison.Ordinal), [1]), ("p2@EXAMPLE.com", [2]), ("COMPANY 1", [1]), ("company", [2, 1, 0]), (" acct.2 ", [2]), ("ACCT.2", [2]),
                ("compan%", []), ("ompany", []), ("p1", []), ("p1@", [1]), ("nothing", []),
            ])
        {
            Assert.Equal(found.Select(i => ids[i]), await AllAsync(desk, new RequestQuery { Text = text, Size = 1 }));
        }

        Assert.Equal(OnboardingLimits.SearchLength, "p1@".Length);
        Assert.Equal([ids[1]], await AllAsync(desk, new RequestQuery { Text = "company", State = RequestState.Rejected }));
        Assert.Equal([ids[2]], await AllAsync(desk, new RequestQuery { Text = "company", Account = "ACCT.2" }));
        Assert.Equal([ids[2]], await AllAsync(desk, new RequestQuery { Account = "acct.2" }));
    }

    [Fact]
    public async Task What_changed_since_somebody_looked_is_not_approved()
    {
        await using var desk = await Desk.CreateAsync();
        var id = await desk.OpenAsync();
        var seen = (await desk.ShowAsync(id)).Request.Changed;
        desk.Time.Advance(TimeSpan.FromSeconds(1));
        (await desk.Service.AskAsync(id, "Which?", Desk.Ann)).Get();
        var refused = await desk.Service.ApproveAsync(id, new Approval { Seen = seen }, Desk.Ann);
        Assert.Equal(ProblemKind.Refused, refused.Problem?.Kind);
        Assert.Contains("has changed since you looked", refused.Problem!.Message, StringComparison.Ordinal);
        Assert.NotNull((await desk.Service.ApproveAsync(id, new Approval { Seen = (await desk.ShowAsync(id)).Request.Changed }, Desk.Ann)).Get().Login);
    }

    private static RequestForm Form(int i) => Desk.Form(change: details => details with { Email = $"p{i}@example.com", Company = $"Company {i} % Ltd", Account = $"acct.{i}" });

    private static async Task<List<string>> AllAsync(Desk desk, RequestQuery query)
    {
        List<string> all = [];
        for (var after = (string?)""; after is not null;)
        {
            var page = await desk.Service.SearchAsync(query with { After = after.Length == 0 ? null : after });
            Assert.True(page.Items.Count <= query.Size);
            all.AddRange(page.Items.Select(static request => request.Reference));
            after = page.Next;
        }

        return all;
    }
}
