using Waybill.Core.Inbound;
using Waybill.Core.Tests.Arrivals;

namespace Waybill.Core.Tests.Inbound;

/// <summary>What programs of the back office list, in pages and by state.</summary>
public sealed class InboundListTests
{
    [Fact]
    public async Task What_was_never_offered_is_listed_by_its_state_too_in_pages()
    {
        await using var core = await DeliveringCore.CreateAsync();
        await core.SetRuleAsync("*.csv");
        List<long> rejected = [];
        for (var i = 0; i < 3; i++)
        {
            rejected.Add(await core.OfferAsync($"/upload/{i}.pdf"));
        }

        var partial = await core.OfferAsync("/upload/a.part");
        core.Live.Add("c1");
        var withdrawn = await core.DeliverAsync("/upload/b.csv");
        var arriving = await core.DeliverAsync("/upload/b.csv", "anew");
        foreach (var account in (string?[])[null, DeliveringCore.Account])
        {
            Assert.Equal([partial], await ListAsync(InboundState.Partial));
            Assert.Equal([withdrawn], await ListAsync(InboundState.Withdrawn));
            Assert.Equal([arriving], await ListAsync(InboundState.Arriving));
            Assert.Equal(rejected, await ListAsync(InboundState.Rejected));

            async Task<List<long>> ListAsync(InboundState state)
            {
                List<long> seen = [];
                InboundPage page;
                var cursor = 0L;
                do
                {
                    page = (await core.Services.Inbound.ListAsync(cursor, 2, state, account)).Get();
                    seen.AddRange(page.Items.Select(static file => file.Id));
                    cursor = page.Cursor;
                }
                while (page.More);
                return seen;
            }
        }
    }

    [Fact]
    public async Task The_list_comes_in_pages_without_a_gap_and_knows_accounts_and_states()
    {
        await using var core = await DeliveringCore.CreateAsync();
        await core.Core.AddAccountAsync("other");
        List<long> files = [];
        for (var i = 0; i < 5; i++)
        {
            files.Add(await core.OfferAsync($"/upload/{i}"));
        }

        (await core.ClaimAsync(files[1])).Get();
        List<long> seen = [];
        var cursor = 0L;
        bool more;
        do
        {
            var page = (await core.Services.Inbound.ListAsync(cursor, 2)).Get();
            seen.AddRange(page.Items.Select(file => file.Id));
            (cursor, more) = (page.Cursor, page.More);
        }
        while (more);

        Assert.Equal([files[0], files[2], files[3], files[4]], seen);
        Assert.Equal(cursor, (await core.Services.Inbound.ListAsync(cursor, 2)).Get().Cursor);
        Assert.Equal([files[1]], (await core.Services.Inbound.ListAsync(state: InboundState.Claimed)).Get().Items.Select(file => file.Id));
        Assert.Equal(5, (await core.Services.Inbound.ListAsync(state: null, account: DeliveringCore.Account)).Get().Items.Count);
        Assert.Empty((await core.Services.Inbound.ListAsync(account: "other")).Get().Items);
        (await core.Services.Inbound.ListAsync(account: "nobody")).Problem(ProblemKind.NotFound);
    }
}
