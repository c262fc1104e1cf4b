using Waybill.Storage.Local;
using Waybill.TestKit;
using static Waybill.Storage.Tests.Local.StoreCalls;

namespace Waybill.Storage.Tests.Local;

/// <summary>How long what a cut-off upload leaves is kept, how much of it, and under which names.</summary>
public sealed class PartialLimitTests
{
    private const string Boot = "0123456789ab";

    private readonly FakeTimeProvider _clock = new(TimeProvider.System.GetUtcNow());

    private LocalStoreOptions Options => new() { Durability = Durability.Rename, Boot = Boot, Time = _clock };

    [Fact]
    public async Task A_partial_is_gone_when_its_time_is_over_and_the_purge_frees_its_room()
    {
        await using var folder = new VaultFolder(Options);
        Directory.CreateDirectory(folder.OnDisk("dir"));
        await CutAsync(folder, "l1", "/dir/a", "half");
        Assert.Equal(0, folder.Vaults.SweepTemporaries(TestContext.Current.CancellationToken));
        var session = folder.OpenStore("/u1", owner: "l1");

        // No client makes it older or younger than it is.
        Assert.Equal(StoreError.NotFound, await session.SetAttributesAsync(P("/dir/a"), new AttributeChanges(ModificationTime: 0), true));
        File.SetLastWriteTimeUtc(folder.OnDisk("dir/.waybill-p-l1-a"), DateTime.UnixEpoch);
        _clock.Advance(TimeSpan.FromHours(23));
        Assert.Equal(0, folder.Vaults.PurgePartials(TestContext.Current.CancellationToken));
        Assert.Equal(4, (await session.StatAsync("/dir/a")).Size);
        _clock.Advance(TimeSpan.FromHours(2));
        Assert.Equal(StoreError.NotFound, await session.StatErrorAsync("/dir/a"));
        Assert.Equal(1, folder.Vaults.PurgePartials(TestContext.Current.CancellationToken));
        Assert.Empty(folder.NamesOnDisk("dir"));
        Assert.Equal(default, folder.Vaults.PartialsBelow(VaultPath.Root));
    }

    [Fact]
    public async Task A_partial_whose_directory_was_moved_is_purged_all_the_same()
    {
        await using var folder = new VaultFolder(Options);
        Directory.CreateDirectory(folder.OnDisk("dir"));
        await CutAsync(folder, "l1", "/dir/a", "half");
        folder.Vaults.SweepTemporaries(TestContext.Current.CancellationToken);
        Assert.Equal(StoreError.None, await folder.Store.RenameAsync(P("/dir"), P("/moved"), replace: false));
        Assert.Equal(4, (await folder.OpenStore("/u1", owner: "l1").StatAsync("/moved/a")).Size);
        _clock.Advance(TimeSpan.FromHours(25));
        Assert.Equal(1, folder.Vaults.PurgePartials(TestContext.Current.CancellationToken));
        Assert.Empty(folder.NamesOnDisk("moved"));
    }

    [Fact]
    public async Task The_oldest_partials_of_a_login_make_room_by_number_and_by_bytes()
    {
        await using var folder = new VaultFolder(Options with { MaximumPartials = 3, MaximumPartialBytes = 20 });
        foreach (var name in new[] { "/1", "/2", "/3", "/4" })
        {
            await CutAsync(folder, "l1", name, "four");
        }

        await CutAsync(folder, "l2", "/1", "other");
        Assert.Equal([".waybill-p-l1-2", ".waybill-p-l1-3", ".waybill-p-l1-4", ".waybill-p-l2-1"], folder.NamesOnDisk());
        await CutAsync(folder, "l1", "/5", "fifteen bytes !");
        Assert.Equal([".waybill-p-l1-4", ".waybill-p-l1-5", ".waybill-p-l2-1"], folder.NamesOnDisk());
        await CutAsync(folder, "l1", "/6", "more than twenty bytes");
        Assert.Equal([".waybill-p-l1-4", ".waybill-p-l1-5", ".waybill-p-l2-1"], folder.NamesOnDisk());
        Assert.Equal(new PartialUsage(3, 24), folder.Vaults.PartialsBelow(P("/u1")));
        Assert.Equal(default, folder.Vaults.PartialsBelow(P("/u")));
    }

    [Fact]
    public async Task Switched_off_nothing_is_kept_and_what_was_kept_goes()
    {
        await using var folder = new VaultFolder(Options with { KeepPartials = TimeSpan.Zero });
        await File.WriteAllTextAsync(folder.OnDisk(".waybill-p-l1-old"), "kept before", TestContext.Current.CancellationToken);
        await CutAsync(folder, "l1", "/a", "half");
        Assert.Equal([".waybill-p-l1-old"], folder.NamesOnDisk());
        Assert.Equal(StoreError.NotFound, await folder.OpenStore("/u1", owner: "l1").StatErrorAsync("/old"));
        Assert.Equal(1, folder.Vaults.SweepTemporaries(TestContext.Current.CancellationToken));
        Assert.Empty(folder.NamesOnDisk());
    }

    [Fact]
    public async Task Names_up_to_the_limit_can_be_gone_on_with_and_longer_ones_begin_anew()
    {
        await using var folder = new VaultFolder(Options);
        const string Owner = "l123456789012345";
        var session = folder.OpenStore("/u1", owner: Owner);
        foreach (var (length, kept) in new[] { (UploadNames.LongestName, true), (UploadNames.LongestName + 1, false), (VaultPath.MaximumNameLength, false) })
        {
            var path = "/" + new string('n', length);
            await CutAsync(folder, Owner, path, "half");
            Assert.Equal(kept ? StoreError.None : StoreError.NotFound, await session.StatErrorAsync(path));
            await session.PutAsync(path, "whole");
        }

        Assert.Throws<ArgumentException>(() => new UploadNames(Owner + "6", Boot));
        Assert.Throws<ArgumentException>(() => new UploadNames("l-1", Boot));
    }

    [Fact]
    public async Task A_session_remembers_only_the_newest_partials_that_it_was_shown()
    {
        await using var folder = new VaultFolder(Options with { MaximumPartials = LocalFileStore.RememberedPartials + 1 });
        var session = folder.OpenStore("/u1", owner: "l1");
        for (var i = 0; i <= LocalFileStore.RememberedPartials; i++)
        {
            await CutAsync(folder, "l1", $"/{i}", "x");
            await session.StatAsync($"/{i}");
        }

        foreach (var (name, expected) in new[] { ("0", StoreError.None), ("1", StoreError.Busy) })
        {
            File.Delete(folder.OnDisk(".waybill-p-l1-" + name));
            Assert.Equal(expected, await session.OpenErrorAsync("/" + name, OpenModes.Write | OpenModes.Create));
        }
    }
}
