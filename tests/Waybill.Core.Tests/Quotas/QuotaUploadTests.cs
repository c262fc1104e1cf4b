using Waybill.Core.Catalogue;
using Waybill.Core.Logins;
using Waybill.Core.Quotas;
using Waybill.Storage;
using Waybill.Storage.Local;
using Waybill.Storage.Quotas;

namespace Waybill.Core.Tests.Quotas;

/// <summary>Uploads through the real store, the journal and the catalogue, held to a quota.</summary>
public sealed class QuotaUploadTests : IAsyncLifetime
{
    private const int KiB = 1024;

    private TestCore _core = null!;
    private LocalVaults _vaults = null!;
    private QuotaLedger _ledger = null!;

    public async ValueTask InitializeAsync()
    {
        _core = await TestCore.CreateAsync();
        await _core.AddLoginAsync();
        await _core.Services.Logins.AddAsync(new NewLogin(LoginKind.Customer) { Account = "10042", UserName = "second" }, TestCore.Operator);
        Directory.CreateDirectory(Path.Combine(_core.Files.Vaults, "10042"));
        _vaults = new LocalVaults(_core.Files.Vaults, new LocalStoreOptions { Durability = Durability.Rename });
        _ledger = new QuotaLedger(_core.Services.Database, TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        _vaults.Dispose();
        await _core.DisposeAsync();
    }

    [Theory]
    [InlineData(90)]
    [InlineData(10)]
    public async Task An_overwrite_that_could_not_be_recorded_leaves_the_quota_as_it_was(int size)
    {
        await SetAsync(new QuotaLimits(100 * KiB, null));
        await using var session = Open();
        Assert.Equal(StoreError.None, await session.PutAsync("/a", 60 * KiB));
        session.CannotRecord = true;
        Assert.Equal(StoreError.InputOutput, await session.PutAsync("/a", size * KiB));
        session.CannotRecord = false;
        Assert.Equal(60 * KiB, new FileInfo(Path.Combine(_core.Files.Vaults, "10042", "a")).Length);
        Assert.Equal(60 * KiB, (await AccountAsync()).Stored.Bytes);
        Assert.Equal(StoreError.QuotaExceeded, await session.PutAsync("/b", (40 * KiB) + 1));
        Assert.Equal(StoreError.None, await session.PutAsync("/b", 40 * KiB));
        Assert.Equal(StoreError.QuotaExceeded, await session.PutAsync("/c", 1));
    }

    [Theory]
    [InlineData(1000, 100, 15)]
    [InlineData(1000, 100, 10)]
    [InlineData(990, 10, 1)]
    public async Task A_hundred_parallel_uploads_never_store_more_than_the_quota(int limit, int piece, int pieces)
    {
        await SetAsync(new QuotaLimits(limit * KiB, null));
        if (limit == 990)
        {
            // 99 percent are used.
            await using var first = Open();
            Assert.Equal(StoreError.None, await first.PutAsync("/filler", 980 * KiB));
        }

        using var stop = new CancellationTokenSource();
        var watching = Task.Run(async () =>
        {
            var most = 0L;
            while (!stop.IsCancellationRequested)
            {
                most = Math.Max(most, (await AccountAsync()).Stored.Bytes);
                await Task.Yield();
            }

            return most;
        });
        var results = await Task.WhenAll(Enumerable.Range(0, 100).Select(number => Task.Run(async () =>
        {
            await using var session = Open(number % 2 == 0 ? "10042" : "second");
            return await session.PutAsync($"/file{number}", (long)piece * pieces * KiB, piece * KiB);
        })));
        await stop.CancelAsync();

        Assert.All(results, error => Assert.True(error is StoreError.None or StoreError.QuotaExceeded, error.ToString()));
        var done = results.Count(error => error == StoreError.None);
        var size = (long)piece * pieces * KiB;
        var filler = limit == 990 ? 980 * KiB : 0;
        Assert.True(await watching <= limit * KiB);
        Assert.Equal(filler + (done * size), (await AccountAsync()).Stored.Bytes);
        Assert.Equal(filler + (done * size), Directory.EnumerateFiles(Path.Combine(_core.Files.Vaults, "10042")).Sum(file => new FileInfo(file).Length));
        Assert.True(filler + (done * size) <= limit * KiB);
        if (size > limit * KiB)
        {
            Assert.Equal(0, done);
        }

        // What the failed ones held is free again, to the last byte.
        await using var after = Open();
        var rest = (limit * KiB) - filler - (done * size);
        Assert.Equal(StoreError.None, await after.PutAsync("/rest", rest));
        Assert.Equal(StoreError.QuotaExceeded, await after.PutAsync("/more", 1));
        Assert.Equal(limit * KiB, (await AccountAsync()).Stored.Bytes);
    }

    [Fact]
    public async Task A_hundred_parallel_uploads_that_fit_exactly_are_all_taken()
    {
        await SetAsync(new QuotaLimits(100 * 10 * KiB, 100));
        var results = await Task.WhenAll(Enumerable.Range(0, 100).Select(number => Task.Run(async () =>
        {
            await using var session = Open();
            return await session.PutAsync($"/file{number}", 10 * KiB, 3 * KiB);
        })));
        Assert.All(results, error => Assert.Equal(StoreError.None, error));
        Assert.Equal(new QuotaAmount(100 * 10 * KiB, 100), (await AccountAsync()).Stored);
    }

    [Fact]
    public async Task Files_are_counted_while_they_are_being_written()
    {
        await SetAsync(new QuotaLimits(null, 2));
        await using var session = Open();
        await using var first = await session.OpenAsync("/1");
        Assert.Equal(StoreError.None, await session.PutAsync("/2", 0));
        Assert.Equal(StoreError.QuotaExceeded, await session.OpenErrorAsync("/3"));
        Assert.Equal(
            "The quota of account 10042 is 2 files, 2 are used. This does not fit, nothing was changed. Remove files that you no longer need, or ask for more room.",
            session.Store.Explain(StoreError.QuotaExceeded));
        await first.DisposeAsync();
        Assert.Equal(StoreError.None, await session.PutAsync("/3", 0));
        Assert.Equal(StoreError.None, await session.PutAsync("/3", 5));
        Assert.Equal(StoreError.None, await session.RemoveAsync("/3"));
        Assert.Equal(StoreError.None, await session.PutAsync("/4", 5));
    }

    [Fact]
    public async Task An_overwrite_counts_the_difference_and_a_refused_one_leaves_the_old_version()
    {
        await SetAsync(new QuotaLimits(100 * KiB, 1));
        await using var session = Open();
        Assert.Equal(StoreError.None, await session.PutAsync("/a", 60 * KiB));
        Assert.Equal(StoreError.None, await session.PutAsync("/a", 90 * KiB));
        Assert.Equal(StoreError.QuotaExceeded, await session.PutAsync("/a", 101 * KiB));
        Assert.Equal(90 * KiB, new FileInfo(Path.Combine(_core.Files.Vaults, "10042", "a")).Length);
        Assert.Single(Directory.EnumerateFileSystemEntries(Path.Combine(_core.Files.Vaults, "10042")));
        Assert.StartsWith("The quota of account 10042 is 100 KiB, 90 KiB are used. ", session.Store.Explain(StoreError.QuotaExceeded), StringComparison.Ordinal);
        Assert.Equal(StoreError.None, await session.PutAsync("/a", 100 * KiB));
        Assert.Equal(StoreError.None, await session.PutAsync("/a", 1));
        Assert.Equal(new QuotaAmount(1, 1), (await AccountAsync()).Stored);
    }

    [Fact]
    public async Task A_version_that_was_removed_meanwhile_gives_nothing_back_twice()
    {
        await using var session = Open();
        await using var other = Open();
        var file = await WriteAgainAsync(session);
        Assert.Equal(StoreError.None, await other.RemoveAsync("/a"));
        Assert.Equal(StoreError.None, await other.PutAsync("/b", 100 * KiB));
        Assert.Equal(StoreError.QuotaExceeded, await session.CloseAsync("/a", file));
        Assert.Equal(new QuotaAmount(100 * KiB, 1), (await AccountAsync()).Stored);
    }

    [Fact]
    public async Task Two_overwrites_of_one_file_give_it_back_once()
    {
        await using var session = Open();
        await using var other = Open();
        var file = await WriteAgainAsync(session);
        Assert.Equal(StoreError.None, await other.PutAsync("/a", 1));
        Assert.Equal(StoreError.None, await other.PutAsync("/b", 50 * KiB));
        Assert.Equal(StoreError.QuotaExceeded, await session.CloseAsync("/a", file));
        Assert.Equal(new QuotaAmount((50 * KiB) + 1, 2), (await AccountAsync()).Stored);
    }

    [Fact]
    public async Task A_writer_in_place_pays_only_for_what_it_adds()
    {
        await SetAsync(new QuotaLimits(100 * KiB, null));
        await using var session = Open();
        Assert.Equal(StoreError.None, await session.PutAsync("/a", 80 * KiB));
        var file = await session.OpenAsync("/a", OpenModes.Write);
        Assert.Equal(StoreError.None, await QuotaSession.WriteAsync(file, 80 * KiB, 20 * KiB));
        Assert.Equal(StoreError.QuotaExceeded, await QuotaSession.WriteAsync(file, 100 * KiB, 1));
        Assert.Equal(StoreError.QuotaExceeded, await session.CloseAsync("/a", file));

        file = await session.OpenAsync("/a", OpenModes.Write);
        Assert.Equal(StoreError.QuotaExceeded, await file.SetAttributesAsync(new AttributeChanges(Size: 101 * KiB)));
        await file.DisposeAsync();
        file = await session.OpenAsync("/a", OpenModes.Write);
        Assert.Equal(StoreError.None, await file.SetAttributesAsync(new AttributeChanges(Size: 10 * KiB)));
        Assert.Equal(StoreError.None, await session.CloseAsync("/a", file));
        Assert.Equal(10 * KiB, (await AccountAsync()).Stored.Bytes);
    }

    [Fact]
    public async Task A_size_that_is_set_by_path_is_held_to_the_quota()
    {
        await SetAsync(new QuotaLimits(100 * KiB, null));
        await using var session = Open();
        Assert.Equal(StoreError.None, await session.PutAsync("/a", 1));
        Assert.Equal(StoreError.QuotaExceeded, await session.SetSizeAsync("/a", 101 * KiB));
        Assert.Equal(1, (await AccountAsync()).Stored.Bytes);
        Assert.Equal(StoreError.None, await session.SetSizeAsync("/a", 100 * KiB));
        Assert.Equal(new QuotaAmount(100 * KiB, 1), (await AccountAsync()).Stored);
        Assert.Equal(StoreError.QuotaExceeded, await session.PutAsync("/b", 1));
        Assert.Equal(StoreError.None, await session.SetSizeAsync("/a", 99 * KiB));
        Assert.Equal(StoreError.None, await session.PutAsync("/b", 1));
    }

    [Fact]
    public async Task A_copy_on_the_server_is_held_to_the_quota_before_it_begins()
    {
        await SetAsync(new QuotaLimits(100 * KiB, null));
        await using var session = Open();
        Assert.Equal(StoreError.None, await session.PutAsync("/a", 60 * KiB));
        await using var source = await session.OpenAsync("/a", OpenModes.Read);
        await using var target = await session.OpenAsync("/b");
        Assert.Equal(StoreError.QuotaExceeded, await source.CopyToAsync(0, 0, target, 0, TestContext.Current.CancellationToken));
        Assert.Equal(0, (await target.GetAttributesAsync()).Value.Size);
        await using var small = await session.OpenAsync("/c");
        Assert.Equal(StoreError.None, await source.CopyToAsync(0, 40 * KiB, small, 0, TestContext.Current.CancellationToken));
        Assert.Equal(StoreError.None, await session.CloseAsync("/c", small));
        Assert.Equal(100 * KiB, (await AccountAsync()).Stored.Bytes);
    }

    [Fact]
    public async Task A_login_is_held_to_what_it_delivered_itself()
    {
        (await _core.Services.Quotas.SetForLoginAsync("second", _ => new QuotaLimits(50 * KiB, null), TestCore.Operator)).Get();
        await using var first = Open();
        await using var second = Open("second");
        Assert.Equal(StoreError.None, await first.PutAsync("/a", 200 * KiB));
        Assert.Equal(StoreError.None, await second.PutAsync("/b", 30 * KiB));
        Assert.Equal(StoreError.None, await second.PutAsync("/b", 50 * KiB));
        Assert.Equal(StoreError.QuotaExceeded, await second.PutAsync("/a", 1));
        Assert.StartsWith("The quota of login second is 50 KiB, 50 KiB are used.", second.Store.Explain(StoreError.QuotaExceeded), StringComparison.Ordinal);

        // The other one's version takes its place.
        Assert.Equal(StoreError.None, await first.PutAsync("/b", 10 * KiB));
        Assert.Equal(StoreError.None, await second.PutAsync("/a", 50 * KiB));
        Assert.Equal(new QuotaAmount(60 * KiB, 2), (await AccountAsync()).Stored);
    }

    [Fact]
    public async Task A_quota_counts_in_open_sessions_and_for_what_others_put_into_the_catalogue()
    {
        await using var session = Open();
        Assert.Equal(StoreError.None, await session.PutAsync("/a", 10 * KiB));
        await SetAsync(new QuotaLimits(100 * KiB, null));

        // As the provider's billing does it, in another process.
        _core.Tamper(
            """
            INSERT INTO file (account_id, path, size, arrived_at, protocol) SELECT id, '/cdr/x', 81920, 0, 'publish' FROM account WHERE number = '10042'
            """);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var number = 0;
        while (await session.PutAsync($"/b{number++}", 0) == StoreError.None && await session.PutAsync("/big", 50 * KiB) == StoreError.None)
        {
            deadline.Token.ThrowIfCancellationRequested();
            Assert.Equal(StoreError.None, await session.RemoveAsync("/big"));
        }

        Assert.Equal(StoreError.None, await session.PutAsync("/small", 10 * KiB));
        Assert.Equal(StoreError.QuotaExceeded, await session.PutAsync("/over", 1));
    }

    [Fact]
    public async Task A_refusal_does_not_wait_for_ever_for_uploads_that_are_being_recorded()
    {
        await SetAsync(new QuotaLimits(100 * KiB, null));
        await using var never = Open();
        await using var file = await never.OpenAsync("/a");
        Assert.Equal(StoreError.None, await QuotaSession.WriteAsync(file, 0, 100 * KiB));
        Assert.Equal(StoreError.None, await file.CommitAsync());

        // In place and never recorded: it counts all the same.
        await using var session = Open();
        Assert.Equal(StoreError.QuotaExceeded, await session.PutAsync("/b", 1));
    }

    [Fact]
    public async Task What_a_session_leaves_behind_is_free_again()
    {
        await SetAsync(new QuotaLimits(100 * KiB, 1));
        await using (var lost = Open())
        {
            var file = await lost.OpenAsync("/a");
            Assert.Equal(StoreError.None, await QuotaSession.WriteAsync(file, 0, 100 * KiB));
        }

        await using var session = Open();
        Assert.Equal(StoreError.None, await session.PutAsync("/a", 100 * KiB));
    }

    [Fact]
    public async Task Room_is_shown_as_the_quota_has_it()
    {
        await using var session = Open();
        var disk = (await session.Store.GetUsageAsync(VaultPath.Root)).Value;
        Assert.False(disk.ByQuota);
        await SetAsync(new QuotaLimits(1024 * KiB, 10));
        Assert.Equal(StoreError.None, await Open().PutAsync("/a", 256 * KiB));
        await using var later = Open();
        var usage = (await later.Store.GetUsageAsync(VaultPath.Root)).Value;
        Assert.Equal((1024UL * KiB / usage.BlockSize, 768UL * KiB / usage.BlockSize), (usage.Blocks, usage.FreeBlocks));
        Assert.Equal((10UL, 9UL, true), (usage.Files, usage.FreeFiles, usage.ByQuota));
        await using var file = await later.OpenAsync("/a", OpenModes.Read);
        Assert.Equal(usage, (await file.GetUsageAsync()).Value);
    }

    /// <summary>An overwrite of /a that is written and not closed: both versions have all that the quota allows.</summary>
    private async Task<IOpenFile> WriteAgainAsync(QuotaSession session)
    {
        await SetAsync(new QuotaLimits(100 * KiB, null));
        Assert.Equal(StoreError.None, await session.PutAsync("/a", 100 * KiB));
        var file = await session.OpenAsync("/a");
        Assert.Equal(StoreError.None, await QuotaSession.WriteAsync(file, 0, 100 * KiB));
        return file;
    }

    private QuotaSession Open(string login = "10042") => QuotaSession.Open(_core, _vaults, _ledger, login);

    private async Task SetAsync(QuotaLimits limits) => (await _core.Services.Quotas.SetForAccountAsync("10042", _ => limits, TestCore.Operator)).Get();

    private async Task<Quota> AccountAsync() => (await _core.Services.Quotas.OfAccountAsync("10042")).Get()[0];
}
