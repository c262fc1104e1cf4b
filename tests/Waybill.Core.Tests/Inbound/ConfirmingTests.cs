using Waybill.Core.Arrivals;
using Waybill.Core.Catalogue;
using Waybill.Core.Inbound;
using Waybill.Core.Tests.Vaults;
using Waybill.Core.Vaults;
using Waybill.Core.Vaults.Mounts;
using Waybill.Storage;
using Waybill.Storage.Local;

namespace Waybill.Core.Tests.Inbound;

/// <summary>A collector's script deletes what it has fetched, or moves it to /processed: that confirms it, and nothing of a sender's is lost by it.</summary>
public sealed class ConfirmingTests
{
    private static readonly VaultPath Seen = VaultPath.Parse("/inbound/10042/upload/a.csv");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_fetched_and_deleted_or_moved_is_processed_as_by_the_command(bool isMoved)
    {
        await using var session = await Session.OpenAsync();
        var file = await session.Core.OfferAsync("/upload/a.csv", "hello");
        await session.Core.FetchAsync("/upload/a.csv");
        var target = VaultPath.Parse("/processed/whatever.csv");
        Assert.Equal(StoreError.None, isMoved ? await session.Store.RenameAsync(Seen, target, replace: false) : await session.Store.RemoveAsync(Seen));

        // Its sender delivers the name anew before the session's own row of the removal.
        var next = await session.Core.OfferAsync("/upload/a.csv", "next");
        Assert.Equal(StoreError.None, await session.Journal.RecordAsync(isMoved ? new FileEvent(FileOperation.Rename, Seen, target) : new FileEvent(FileOperation.Remove, Seen)));

        var done = await session.Core.StateAsync(file);
        Assert.Equal((InboundState.Processed, "/processed/a.csv", "office", "office"), (done.State, done.Path, done.DecidedBy, done.Claimant));
        Assert.Equal(session.Core.Core.Time.GetUtcNow(), done.Decided);
        Assert.Equal("hello", await File.ReadAllTextAsync(session.Core.OnDisk("/processed/a.csv"), TestContext.Current.CancellationToken));
        Assert.Equal(
            "office 192.0.2.3 o1",
            session.Core.Core.Scalar("SELECT actor || ' ' || address || ' ' || connection FROM audit WHERE action = 'file-processed' AND subject = '/upload/a.csv'"));
        Assert.Equal(0L, session.Core.Core.Scalar("SELECT count(*) FROM audit WHERE action IN ('remove', 'rename')"));
        Assert.Equal([next], await session.Core.WaitingAsync());
        Assert.Equal("next", await session.Store.GetAsync(Seen.ToString()));
    }

    [Fact]
    public async Task A_vendors_file_goes_to_the_vendors_processed()
    {
        await using var session = await Session.OpenAsync();
        await session.Core.DeliverAsVendorAsync("/usage/u.csv");
        await session.Core.SettleAsync();
        await session.Core.FetchAsync("/vendors/acme/usage/u.csv");
        Assert.Equal(StoreError.None, await session.Store.RemoveAsync(VaultPath.Parse("/inbound/10042/vendors/acme/usage/u.csv")));
        Assert.True(File.Exists(session.Core.OnDisk("/vendors/acme/processed/u.csv")));
    }

    [Theory]
    [InlineData(null, null, "hello", false)]
    [InlineData(0L, 3L, "hello", false)]
    [InlineData(2L, 5L, "hello", false)]
    [InlineData(0L, 5L, "hello", true)]
    [InlineData(null, null, "", true)]
    public async Task What_was_not_fetched_to_its_end_stays(long? from, long? to, string content, bool isTaken)
    {
        await using var session = await Session.OpenAsync();
        var file = await session.Core.OfferAsync("/upload/a.csv", content);
        if (from is { } start)
        {
            await session.Core.FetchAsync("/upload/a.csv", from: start, to: to);
        }

        // Another login has all of it; this one may not delete it for that.
        await session.Core.FetchAsync("/upload/a.csv", Actor.Login("other", null, "x"));
        var outcome = await session.Store.RemoveAsync(Seen);
        Assert.Equal(isTaken ? StoreError.None : StoreError.PermissionDenied, outcome);
        Assert.Equal(isTaken ? InboundState.Processed : InboundState.Waiting, (await session.Core.StateAsync(file)).State);
        if (!isTaken)
        {
            Assert.Contains("has not fetched all of this file", session.Store.Explain(outcome), StringComparison.Ordinal);
            Assert.Null(session.Store.Explain(outcome));
            Assert.True(File.Exists(session.Core.OnDisk("/upload/a.csv")));
        }
    }

    [Fact]
    public async Task Pieces_that_cover_a_file_are_the_file()
    {
        await using var session = await Session.OpenAsync();
        await session.Core.OfferAsync("/upload/a.csv", "0123456789");
        await session.Core.FetchAsync("/upload/a.csv", from: 6, to: 10);
        await session.Core.FetchAsync("/upload/a.csv", from: 0, to: 4);
        await session.Core.FetchAsync("/upload/a.csv", from: 0, to: 2);
        Assert.Equal(StoreError.PermissionDenied, await session.Store.RemoveAsync(Seen));
        await session.Core.FetchAsync("/upload/a.csv", from: 3, to: 7);
        Assert.Equal(StoreError.None, await session.Store.RemoveAsync(Seen));
    }

    [Fact]
    public async Task Of_a_fetch_that_was_cut_off_counts_what_the_next_one_went_on_behind()
    {
        await using var session = await Session.OpenAsync();
        await session.Core.OfferAsync("/upload/a.csv", "0123456789");
        await session.Core.FetchAsync("/upload/a.csv", isCut: true);
        Assert.Equal(StoreError.PermissionDenied, await session.Store.RemoveAsync(Seen));
        await session.Core.FetchAsync("/upload/a.csv", from: 4, to: 9, isCut: true);
        Assert.Equal(StoreError.PermissionDenied, await session.Store.RemoveAsync(Seen));
        await session.Core.FetchAsync("/upload/a.csv", from: 7);
        Assert.Equal(StoreError.None, await session.Store.RemoveAsync(Seen));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public async Task A_file_is_put_together_of_so_many_pieces_and_no_more(int more, bool isTaken)
    {
        await using var session = await Session.OpenAsync();
        var pieces = InboundLimits.Pieces + more;
        var file = await session.Core.OfferAsync("/upload/a.csv", new string('x', pieces));
        session.Core.Core.Tamper(
            $"""
            WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {pieces})
            INSERT INTO fetch (file_id, login, protocol, address, fetched_at, bytes, whole, identity, read_from, read_to)
            SELECT {file}, 'office', 'sftp', NULL, 0, 1, 0, {unchecked((long)await session.Core.IdentityAsync("/upload/a.csv"))}, i, i + 1 FROM n
            """);
        Assert.Equal(isTaken ? StoreError.None : StoreError.PermissionDenied, await session.Store.RemoveAsync(Seen));
    }

    [Fact]
    public async Task A_version_that_took_the_name_while_the_old_one_was_read_is_not_confirmed()
    {
        await using var session = await Session.OpenAsync();
        await session.Core.OfferAsync("/upload/a.csv", "old");
        var read = await session.Core.IdentityAsync("/upload/a.csv");
        await using var held = File.OpenRead(session.Core.OnDisk("/upload/a.csv"));
        var next = await session.Core.OfferAsync("/upload/a.csv", "new");

        // The handle is closed only now; its row is the new version's, by its name.
        await session.Core.FetchAsync("/upload/a.csv", identity: read);
        Assert.Equal(StoreError.PermissionDenied, await session.Store.RemoveAsync(Seen));
        Assert.Equal([next], await session.Core.WaitingAsync());
    }

    [Fact]
    public async Task What_another_has_claimed_is_not_deleted_until_its_lease_is_over()
    {
        await using var session = await Session.OpenAsync();
        var file = await session.Core.OfferAsync("/upload/a.csv");
        (await session.Core.ClaimAsync(file, "billing")).Get();
        await session.Core.FetchAsync("/upload/a.csv");
        Assert.Equal(StoreError.PermissionDenied, await session.Store.RemoveAsync(Seen));
        Assert.Contains("is claimed by billing until", session.Store.Explain(StoreError.PermissionDenied), StringComparison.Ordinal);
        Assert.Equal(InboundState.Claimed, (await session.Core.StateAsync(file)).State);

        session.Core.Core.Time.Advance(DeliveringCore.Lease);
        Assert.Equal(StoreError.None, await session.Store.RemoveAsync(Seen));
        Assert.Contains("already, by office", (await session.Core.ConfirmAsync(file, "billing")).Problem(ProblemKind.Refused).Message, StringComparison.Ordinal);
        Assert.Equal("office", (await session.Core.StateAsync(file)).DecidedBy);
    }

    [Fact]
    public async Task What_was_claimed_under_the_logins_name_is_its_own()
    {
        await using var session = await Session.OpenAsync();
        var file = await session.Core.OfferAsync("/upload/a.csv");
        (await session.Core.ClaimAsync(file, "office")).Get();
        await session.Core.FetchAsync("/upload/a.csv");
        Assert.Equal(StoreError.None, await session.Store.RemoveAsync(Seen));
    }

    [Fact]
    public async Task Of_eight_collectors_that_have_fetched_a_file_one_confirms_it()
    {
        await using var session = await Session.OpenAsync();
        var file = await session.Core.OfferAsync("/upload/a.csv");
        var collectors = Enumerable.Range(0, 8).Select(each => Actor.Login($"office{each}", null, $"c{each}")).ToList();
        foreach (var collector in collectors)
        {
            await session.Core.FetchAsync("/upload/a.csv", collector);
        }

        var results = await Task.WhenAll(collectors.Select(collector => Task.Run(() => session.Core.ConfirmFetchedAsync("/upload/a.csv", collector).AsTask())));
        var winner = Assert.Single(results, result => result.Succeeded).Value!;
        Assert.Equal(winner.DecidedBy, (await session.Core.StateAsync(file)).DecidedBy);
        Assert.Equal(1L, session.Core.Core.Scalar("SELECT count(*) FROM audit WHERE action = 'file-processed'"));
        Assert.Equal(StoreError.NotFound, await session.Store.RemoveAsync(Seen));
        Assert.Contains("it was confirmed already", session.Store.Explain(StoreError.NotFound), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_still_arrives_or_nobody_knows_is_refused_and_nothing_else_is_renamed()
    {
        await using var session = await Session.OpenAsync();
        session.Core.Live.Add("c1");
        await session.Core.DeliverAsync("/upload/a.csv");
        await session.Core.SettleAsync();
        await session.Core.FetchAsync("/upload/a.csv");
        Assert.Equal(StoreError.PermissionDenied, await session.Store.RemoveAsync(Seen));
        Assert.Contains("still being delivered", session.Store.Explain(StoreError.PermissionDenied), StringComparison.Ordinal);

        await File.WriteAllTextAsync(session.Core.OnDisk("/upload/by-hand.csv"), "x", TestContext.Current.CancellationToken);
        Assert.Equal(StoreError.PermissionDenied, await session.Store.RemoveAsync(VaultPath.Parse("/inbound/10042/upload/by-hand.csv")));
        Assert.Equal(StoreError.NotFound, await session.Store.RemoveAsync(VaultPath.Parse("/inbound/10042/upload/nothing.csv")));
        Assert.Equal(StoreError.NotFound, await session.Store.RemoveAsync(VaultPath.Parse("/inbound/10099/upload/a.csv")));
        Directory.CreateDirectory(session.Core.OnDisk("/upload/sub"));
        Assert.Equal(StoreError.PermissionDenied, await session.Store.RemoveAsync(VaultPath.Parse("/inbound/10042/upload/sub")));
        Assert.Contains("Only files", session.Store.Explain(StoreError.PermissionDenied), StringComparison.Ordinal);

        session.Core.Live.Clear();
        await session.Core.SettleAsync();
        foreach (var target in (string[])["/inbound/10042/upload/b.csv", "/inbound/10042/a.csv", "/processed", "/processed/sub/a.csv", "/a.csv"])
        {
            Assert.Equal(StoreError.PermissionDenied, await session.Store.RenameAsync(Seen, VaultPath.Parse(target), replace: true));
        }

        Assert.True(File.Exists(session.Core.OnDisk("/upload/a.csv")));
        Assert.Equal(StoreError.None, await session.Store.RemoveAsync(Seen));
    }

    [Fact]
    public async Task What_is_not_whole_by_its_name_or_not_judged_yet_is_not_shown()
    {
        await using var session = await Session.OpenAsync();
        (await session.Core.Services.ArrivalRules.SetAsync(new ArrivalRule(DeliveringCore.Account, "/upload/checked", "*.csv"), TestCore.Operator)).Get();
        session.Core.Live.Add("c1");
        await session.Core.DeliverAsync("/upload/part.csv.filepart");
        await session.Core.DeliverAsync("/upload/plain.csv");
        await session.Core.DeliverAsync("/upload/checked/good.csv");
        await session.Core.DeliverAsync("/upload/checked/bad.txt");
        await File.WriteAllTextAsync(session.Core.OnDisk("/upload/checked/by-hand.csv"), "x", TestContext.Current.CancellationToken);
        await session.Core.SettleAsync();

        Assert.Equal(["checked", "plain.csv"], (await session.Store.ListAsync("/inbound/10042/upload", batch: 3)).Order(StringComparer.Ordinal));
        Assert.Empty(await session.Store.ListAsync("/inbound/10042/upload/checked", batch: 1));
        foreach (var hidden in (string[])["part.csv.filepart", "checked/good.csv", "checked/bad.txt", "checked/by-hand.csv"])
        {
            Assert.Equal("NotFound", await session.Store.GetAsync("/inbound/10042/upload/" + hidden));
            Assert.Equal(StoreError.NotFound, (await session.Store.GetAttributesAsync(VaultPath.Parse("/inbound/10042/upload/" + hidden), followLink: true)).Error);
        }

        session.Core.Live.Clear();
        await session.Core.SettleAsync();
        Assert.Equal(["good.csv"], await session.Store.ListAsync("/inbound/10042/upload/checked"));
        Assert.Equal("content", await session.Store.GetAsync("/inbound/10042/upload/checked/good.csv"));
    }

    [Fact]
    public async Task A_directory_longer_than_what_is_read_ahead_is_listed_to_its_end()
    {
        await using var session = await Session.OpenAsync();
        Directory.CreateDirectory(session.Core.OnDisk("/upload/many"));
        for (var i = 0; i < InboundLimits.Listed + 5; i++)
        {
            await using var file = File.Create(session.Core.OnDisk($"/upload/many/{i:D5}{(i % 5 == 0 ? ".tmp" : "")}"));
        }

        Assert.Equal((InboundLimits.Listed + 5) * 4 / 5, (await session.Store.ListAsync("/inbound/10042/upload/many", batch: 100)).Distinct().Count());
    }

    [Fact]
    public async Task A_listing_keeps_no_set_waiting_while_the_database_is_asked()
    {
        await using var session = await Session.OpenAsync();
        Directory.CreateDirectory(session.Core.OnDisk("/upload/many"));
        for (var i = 0; i < InboundLimits.Listed / 2; i++)
        {
            await using var file = File.Create(session.Core.OnDisk($"/upload/many/a-name-that-is-longer-than-most-{i:D5}"));
        }

        await using var listing = (await session.Store.OpenDirectoryAsync(VaultPath.Parse("/inbound/10042/upload/many"))).Value!;
        Assert.Equal(10, (await listing.ReadAsync(new DirectoryEntry[10])).Value);
        await using var staging = session.Core.Services.Stores.OpenStaging(DeliveringCore.Account).Value!;
        var free = staging.LockAsync(VaultPath.Parse("/upload/many"));
        Assert.True(free.IsCompleted);
        (await free)!.Dispose();
    }

    [Fact]
    public async Task Of_more_fetches_than_count_the_newest_do()
    {
        await using var session = await Session.OpenAsync();
        var file = await session.Core.OfferAsync("/upload/a.csv", "0123456789");
        session.Core.Core.Tamper(
            $"""
            WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {2 * InboundLimits.Pieces})
            INSERT INTO fetch (file_id, login, protocol, address, fetched_at, bytes, whole, identity, read_from, read_to, cut)
            SELECT {file}, 'office', 'sftp', NULL, 0, 1, 0, {unchecked((long)await session.Core.IdentityAsync("/upload/a.csv"))}, 0, 5, 1 FROM n
            """);
        Assert.Equal(StoreError.PermissionDenied, await session.Store.RemoveAsync(Seen));
        await session.Core.FetchAsync("/upload/a.csv", from: 4);
        Assert.Equal(StoreError.None, await session.Store.RemoveAsync(Seen));
    }

    [Fact]
    public async Task The_place_to_move_to_is_an_empty_directory_beside_the_accounts()
    {
        await using var session = await Session.OpenAsync();
        Assert.Equal(["inbound", "processed"], (await session.Store.ListAsync("/")).Order(StringComparer.Ordinal));
        Assert.Empty(await session.Store.ListAsync("/processed"));
        Assert.Equal(FileKind.Directory, (await session.Store.GetAttributesAsync(VaultPath.Parse("/processed"), followLink: true)).Value.Kind);
        Assert.Equal(StoreError.NotFound, (await session.Store.GetAttributesAsync(VaultPath.Parse("/processed/a.csv"), followLink: true)).Error);
        Assert.Equal(FileRights.List, ProviderVaults.Collector.RightsAt(VaultPath.Parse("/processed")));
        Assert.Equal(FileRights.List | FileRights.Rename, ProviderVaults.Collector.RightsAt(VaultPath.Parse("/processed/a.csv")));
        Assert.Equal(FileRights.None, ProviderVaults.Collector.RightsAt(VaultPath.Parse("/processed/sub/a.csv")));
        Assert.Equal(FileRights.None, ProviderVaults.Publisher.RightsAt(VaultPath.Parse("/processed/a.csv")));
    }

    private sealed class Session : IAsyncDisposable
    {
        private readonly LocalVaults _vaults;

        private Session(DeliveringCore core)
        {
            Core = core;
            _vaults = new LocalVaults(core.Core.Files.Vaults);
            var view = new AccountsView(ProviderVaults.Collector, core.Services.Accounts);
            var confirming = new Confirming(core.Services.Inbound, view, DeliveringCore.Collector);
            Store = confirming.Wrap(new MountedStore(ProviderVaults.Collector, core.Services.Accounts, (root, rules) => _vaults.OpenStore(root, rules), core.Core.Time));
            Journal = confirming.Wrap(new FileJournal(core.Services.Audit, DeliveringCore.Collector, DeliveryProtocol.Sftp, view, core.Core.Time));
        }

        public DeliveringCore Core { get; }

        public IFileStore Store { get; }

        public IFileJournal Journal { get; }

        public static async Task<Session> OpenAsync() => new(await DeliveringCore.CreateAsync());

        public async ValueTask DisposeAsync()
        {
            await Store.DisposeAsync();
            _vaults.Dispose();
            await Core.DisposeAsync();
        }
    }
}
