using Waybill.Storage.Local;
using Waybill.TestKit;
using static Waybill.Storage.Tests.Local.StoreCalls;

namespace Waybill.Storage.Tests.Local;

/// <summary>Promise D7: what a cut-off upload leaves is kept for its login, and for nobody else.</summary>
public sealed class PartialTests
{
    private const string Boot = "0123456789ab";
    private const OpenModes Append = OpenModes.Write | OpenModes.Create | OpenModes.Append;
    private const OpenModes AtOffset = OpenModes.Write | OpenModes.Create;
    private const OpenModes OnlyWrite = OpenModes.Write;

    private readonly FakeTimeProvider _clock = new(TimeProvider.System.GetUtcNow());

    private LocalStoreOptions Options => new() { Durability = Durability.Rename, Boot = Boot, Time = _clock };

    [Theory]
    [InlineData(Append, 0)]
    [InlineData(OpenModes.Write | OpenModes.Append, 0)]
    [InlineData(AtOffset, 4)]
    [InlineData(OnlyWrite, 4)]
    [InlineData(OpenModes.Read | OpenModes.Write, 4)]
    public async Task The_same_login_goes_on_with_what_came_and_commits_the_whole(OpenModes modes, long offset)
    {
        await using var folder = new VaultFolder(Options);
        await CutAsync(folder, "l1", "/a.csv", "half");
        var session = folder.OpenStore("/u1", owner: "l1");
        Assert.Equal(4, (await session.StatAsync("/a.csv")).Size);
        Assert.True((await session.StatAsync("/a.csv", followLink: false)).IsUnfinished);
        var file = await session.OpenedAsync("/a.csv", modes);
        Assert.Equal(4, (await file.GetAttributesAsync()).Value.Size);
        Assert.Equal(StoreError.None, await file.WriteAsync(offset, Bytes(" and half")));
        Assert.Equal(4, file.ResumedAt);
        Assert.Equal(StoreError.None, await file.CommitAsync());
        Assert.Equal("half and half", await folder.OpenStore("/u1").GetAsync("/a.csv"));
        Assert.Equal(["a.csv"], folder.NamesOnDisk());
        Assert.Equal(default, folder.Vaults.PartialsBelow(VaultPath.Root));
    }

    [Fact]
    public async Task A_size_that_is_set_by_path_publishes_no_cut_off_upload()
    {
        await using var folder = new VaultFolder(Options);
        await CutAsync(folder, "l1", "/a.csv", "half");
        var session = folder.OpenStore("/u1", owner: "l1");
        Assert.Equal(StoreError.NotFound, await session.SetAttributesAsync(P("/a.csv"), new AttributeChanges(Size: 2), followLink: true));
        Assert.Equal(StoreError.NotFound, await folder.OpenStore("/u1").StatErrorAsync("/a.csv"));
        Assert.Equal(4, (await session.StatAsync("/a.csv")).Size);
    }

    [Theory]
    [InlineData(Append, 0, false)]
    [InlineData(AtOffset, 4, false)]
    [InlineData(OnlyWrite, 4, true)]
    public async Task A_client_that_does_not_say_the_length_has_the_last_byte_left_to_send(OpenModes modes, long offset, bool isKilled)
    {
        await using var folder = new VaultFolder(Options);
        var session = folder.OpenStore("/u1", owner: "l1", saysLength: false);
        if (isKilled)
        {
            await File.WriteAllTextAsync(folder.OnDisk($".waybill-u-l1-{Boot}-a.csv"), "whole", TestContext.Current.CancellationToken);
        }
        else
        {
            var cut = await session.OpenedAsync("/a.csv", NewContent);
            await cut.WriteAsync(0, Bytes("whole"));
            await cut.DisposeAsync();
            Assert.Equal(4, cut.Kept);
        }

        Assert.Equal(4, (await session.StatAsync("/a.csv")).Size);
        var file = await session.OpenedAsync("/a.csv", modes);
        Assert.Equal(4, (await file.GetAttributesAsync()).Value.Size);
        Assert.Equal(StoreError.None, await file.WriteAsync(offset, Bytes("e")));
        Assert.Equal(4, file.ResumedAt);
        Assert.Equal(StoreError.None, await file.CommitAsync());
        Assert.Equal("whole", await session.GetAsync("/a.csv"));
        Assert.Equal(["a.csv"], folder.NamesOnDisk());

        var single = await session.OpenedAsync("/b", NewContent);
        await single.WriteAsync(0, Bytes("1"));
        await single.DisposeAsync();
        Assert.Equal(["a.csv"], folder.NamesOnDisk());
    }

    [Fact]
    public async Task No_other_login_sees_opens_removes_or_adopts_it()
    {
        await using var folder = new VaultFolder(Options);
        await CutAsync(folder, "l1", "/a.csv", "half");
        foreach (var owner in new[] { "l2", "l11", "l", null })
        {
            var other = folder.OpenStore("/u1", owner: owner);
            Assert.Equal(StoreError.NotFound, await other.StatErrorAsync("/a.csv"));
            Assert.Equal([".", ".."], await other.ListAsync("/"));
            Assert.Equal(StoreError.NotFound, await other.OpenErrorAsync("/a.csv", OpenModes.Read));
            Assert.Equal(StoreError.NotFound, await other.OpenErrorAsync("/a.csv", OnlyWrite));
            Assert.Equal(StoreError.NotFound, await other.RemoveAsync(P("/a.csv")));
            Assert.Equal(StoreError.NotFound, await other.RenameAsync(P("/a.csv"), P("/b.csv"), replace: false));
            var file = await other.OpenedAsync("/a.csv", Append);
            Assert.Equal(0, (await file.GetAttributesAsync()).Value.Size);
            await file.DiscardAsync();
        }

        Assert.Equal(4, (await folder.OpenStore("/u1", owner: "l1").StatAsync("/a.csv")).Size);
    }

    [Fact]
    public async Task Its_login_finds_it_in_the_listing_reads_it_and_may_remove_it()
    {
        await using var folder = new VaultFolder(Options);
        await folder.Store.PutAsync("/whole", "whole");
        await CutAsync(folder, "l1", "/a.csv", "half");
        var session = folder.OpenStore("/u1", owner: "l1");
        Assert.Equal([".", "..", "a.csv", "whole"], (await session.ListAsync("/")).Order(StringComparer.Ordinal));
        Assert.Equal("half", await session.GetAsync("/a.csv"));
        Assert.Equal(StoreError.NotFound, await session.RenameAsync(P("/a.csv"), P("/b.csv"), replace: false));
        Assert.Equal(StoreError.None, await session.RemoveAsync(P("/a.csv")));
        Assert.Equal(["whole"], folder.NamesOnDisk());
        Assert.Equal(StoreError.NotFound, await session.StatErrorAsync("/a.csv"));
    }

    [Theory]
    [InlineData(NewContent)]
    [InlineData(AtOffset | OpenModes.Exclusive)]
    public async Task Who_opens_with_TRUNC_or_EXCL_begins_anew(OpenModes modes)
    {
        await using var folder = new VaultFolder(Options);
        await CutAsync(folder, "l1", "/a.csv", "a longer half");
        var session = folder.OpenStore("/u1", owner: "l1");
        var file = await session.OpenedAsync("/a.csv", modes);
        await file.WriteAsync(0, Bytes("new"));
        Assert.Equal(0, file.ResumedAt);
        Assert.Equal(StoreError.None, await file.CommitAsync());
        Assert.Equal("new", await session.GetAsync("/a.csv"));
        Assert.Equal(["a.csv"], folder.NamesOnDisk());
    }

    [Fact]
    public async Task An_upload_that_a_killed_server_left_is_adopted_before_and_after_the_walk()
    {
        foreach (var walk in new[] { false, true })
        {
            await using var folder = new VaultFolder(Options);
            await File.WriteAllTextAsync(folder.OnDisk($".waybill-u-l1-{Boot}-a.csv"), "half", TestContext.Current.CancellationToken);
            if (walk)
            {
                Assert.Equal(0, folder.Vaults.SweepTemporaries(TestContext.Current.CancellationToken));
                Assert.Equal([".waybill-p-l1-a.csv"], folder.NamesOnDisk());
                Assert.Equal(new PartialUsage(1, 4), folder.Vaults.PartialsBelow(P("/u1")));
            }

            var session = folder.OpenStore("/u1", owner: "l1");
            Assert.Equal([".", "..", "a.csv"], await session.ListAsync("/"));
            Assert.Equal(4, (await session.StatAsync("/a.csv")).Size);
            var file = await session.OpenedAsync("/a.csv", Append);
            await file.WriteAsync(0, Bytes("+rest"));
            Assert.Equal(StoreError.None, await file.CommitAsync());
            Assert.Equal("half+rest", await session.GetAsync("/a.csv"));
            Assert.Equal(["a.csv"], folder.NamesOnDisk());
        }
    }

    [Fact]
    public async Task After_a_power_cut_only_what_was_synced_is_trusted()
    {
        await using var folder = new VaultFolder(Options);
        await File.WriteAllTextAsync(folder.OnDisk(".waybill-u-l1-ba9876543210-running"), "perhaps zeros", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(folder.OnDisk(".waybill-p-l1-aside"), "synced", TestContext.Current.CancellationToken);
        var session = folder.OpenStore("/u1", owner: "l1");
        Assert.Equal(StoreError.NotFound, await session.StatErrorAsync("/running"));
        Assert.Equal([".", "..", "aside"], await session.ListAsync("/"));
        Assert.Equal(1, folder.Vaults.SweepTemporaries(TestContext.Current.CancellationToken));
        Assert.Equal([".waybill-p-l1-aside"], folder.NamesOnDisk());
    }

    [Fact]
    public async Task Of_two_sessions_only_one_gets_it()
    {
        await using var folder = new VaultFolder(Options);
        await CutAsync(folder, "l1", "/a", "half");
        var (one, two) = (folder.OpenStore("/u1", owner: "l1"), folder.OpenStore("/u1", owner: "l1"));
        await one.StatAsync("/a");
        await two.StatAsync("/a");
        var file = await one.OpenedAsync("/a", Append);
        foreach (var modes in new[] { Append, AtOffset, OnlyWrite })
        {
            await two.StatErrorAsync("/a");
            Assert.NotEqual(StoreError.None, await two.OpenErrorAsync("/a", modes | OpenModes.Append));
        }

        await file.WriteAsync(0, Bytes("+rest"));
        Assert.Equal(StoreError.None, await file.CommitAsync());
        Assert.Equal("half+rest", await two.GetAsync("/a"));
        Assert.Equal(["a"], folder.NamesOnDisk());
    }

    [Fact]
    public async Task Racing_sessions_adopt_it_exactly_once()
    {
        await using var folder = new VaultFolder(Options);
        for (var round = 0; round < 50; round++)
        {
            await CutAsync(folder, "l1", "/a", "half");
            var sessions = Enumerable.Range(0, 8).Select(_ => folder.OpenStore("/u1", owner: "l1")).ToList();
            using var start = new Barrier(sessions.Count);
            var opened = await Task.WhenAll(sessions.Select(session => Task.Factory.StartNew(
                () =>
                {
                    start.SignalAndWait();
                    return session.OpenAsync(P("/a"), OnlyWrite).AsTask();
                },
                TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap()));
            Assert.Single(opened, result => result.Succeeded);
            await opened.Single(result => result.Succeeded).Value!.DiscardAsync();
            foreach (var session in sessions)
            {
                await session.DisposeAsync();
            }

            Assert.Empty(folder.NamesOnDisk());
        }
    }

    [Theory]
    [InlineData("/dir", false)]
    [InlineData("/dir", true)]
    [InlineData("/link", false)]
    [InlineData("/link", true)]
    public async Task A_client_that_saw_a_partial_which_is_gone_does_not_make_a_file_with_a_hole(string directory, bool inListing)
    {
        await using var folder = new VaultFolder(Options);
        Directory.CreateDirectory(folder.OnDisk("dir"));
        File.CreateSymbolicLink(folder.OnDisk("link"), "dir");
        await CutAsync(folder, "l1", "/dir/a", "half");
        var session = folder.OpenStore("/u1", owner: "l1");
        if (inListing)
        {
            Assert.Equal([".", "..", "a"], await session.ListAsync(directory));
        }
        else
        {
            Assert.Equal(4, (await session.StatAsync(directory + "/a")).Size);
        }

        File.Delete(folder.OnDisk("dir/.waybill-p-l1-a"));
        Assert.Equal(StoreError.Busy, await session.OpenErrorAsync(directory + "/a", AtOffset));
        await session.PutAsync("/dir/a", "whole");
        Assert.Equal("whole", await session.GetAsync("/dir/a"));
    }

    [Fact]
    public async Task A_client_that_was_told_that_it_is_gone_may_begin_anew_as_it_likes()
    {
        await using var folder = new VaultFolder(Options);
        await CutAsync(folder, "l1", "/a", "half");
        var session = folder.OpenStore("/u1", owner: "l1");
        Assert.Equal([".", "..", "a"], await session.ListAsync("/"));
        await folder.OpenStore("/u1", owner: "l1").PutAsync("/a", "finished by another session");
        Assert.Equal(StoreError.None, await folder.Store.RenameAsync(P("/a"), P("/collected"), replace: false));
        Assert.Equal(StoreError.Busy, await session.OpenErrorAsync("/a", AtOffset));
        Assert.Equal(StoreError.NotFound, await session.StatErrorAsync("/a"));
        Assert.Equal(StoreError.None, await session.OpenErrorAsync("/a", AtOffset));
    }

    [Fact]
    public async Task A_client_that_removed_the_partial_itself_may_begin_anew_as_it_likes()
    {
        await using var folder = new VaultFolder(Options);
        await CutAsync(folder, "l1", "/a", "half");
        var session = folder.OpenStore("/u1", owner: "l1");
        Assert.Equal([".", "..", "a"], await session.ListAsync("/"));
        Assert.Equal(StoreError.None, await session.RemoveAsync(P("/a")));
        Assert.Equal(StoreError.None, await session.OpenErrorAsync("/a", AtOffset));
    }

    [Fact]
    public async Task A_second_session_that_writes_in_place_beside_a_running_upload_must_send_the_whole_file()
    {
        await using var folder = new VaultFolder(Options);
        var first = await folder.OpenStore("/u1", owner: "l1").OpenedAsync("/a", NewContent);
        await first.WriteAsync(0, Bytes("first"));
        var second = folder.OpenStore("/u1", owner: "l1");
        await using (var resumed = await second.OpenedAsync("/a", AtOffset))
        {
            Assert.Equal(StoreError.Busy, await resumed.WriteAsync(5, Bytes("rest")));
            Assert.Equal(StoreError.Busy, await resumed.CommitAsync());
        }

        var whole = await second.OpenedAsync("/a", AtOffset);
        Assert.Equal(StoreError.None, await whole.WriteAsync(0, Bytes("second")));
        Assert.Equal(StoreError.None, await whole.CommitAsync());
        Assert.Equal("second", await second.GetAsync("/a"));
        await first.DisposeAsync();
        Assert.Equal(["a"], folder.NamesOnDisk());
    }

    [Fact]
    public async Task Only_what_came_without_a_gap_is_kept()
    {
        await using var folder = new VaultFolder(Options);
        var session = folder.OpenStore("/u1", owner: "l1");
        var file = await session.OpenedAsync("/a", NewContent);
        await file.WriteAsync(0, Bytes("01234"));
        Assert.Equal([$".waybill-u-l1-{Boot}-a"], folder.NamesOnDisk());
        await file.WriteAsync(10, Bytes("abcde"));

        // A kill now must not leave it where it is looked for: there is a hole in it.
        Assert.StartsWith(".waybill-t-", Assert.Single(folder.NamesOnDisk()), StringComparison.Ordinal);
        await file.DisposeAsync();
        Assert.Equal(5, file.Kept);
        Assert.Equal("01234", await session.GetAsync("/a"));

        var sized = await session.OpenedAsync("/b", NewContent);
        await sized.SetAttributesAsync(new AttributeChanges(Size: 100));
        await sized.WriteAsync(0, Bytes("ab"));
        await sized.DisposeAsync();
        Assert.Equal(2, (await session.StatAsync("/b")).Size);

        var cut = await session.OpenedAsync("/c", NewContent);
        await cut.WriteAsync(0, Bytes("abcdef"));
        await cut.SetAttributesAsync(new AttributeChanges(Size: 3));
        await cut.DisposeAsync();
        Assert.Equal("abc", await session.GetAsync("/c"));
    }

    [Fact]
    public async Task An_overwrite_that_is_cut_off_leaves_the_old_version_and_nothing_else()
    {
        await using var folder = new VaultFolder(Options);
        await folder.Store.PutAsync("/a", "old");
        foreach (var modes in new[] { NewContent, AtOffset, Append })
        {
            await CutAsync(folder, "l1", "/a", "newer", modes);
            var session = folder.OpenStore("/u1", owner: "l1");
            Assert.Equal((3, false), ((await session.StatAsync("/a")).Size, (await session.StatAsync("/a")).IsUnfinished));
            Assert.Equal(["a"], folder.NamesOnDisk());
        }
    }

    [Fact]
    public async Task A_version_that_another_login_committed_meanwhile_is_the_one_that_is_seen()
    {
        await using var folder = new VaultFolder(Options);
        await CutAsync(folder, "l1", "/a", "half");
        await folder.OpenStore("/u1", owner: "l2").PutAsync("/a", "theirs!");
        var session = folder.OpenStore("/u1", owner: "l1");
        Assert.Equal(7, (await session.StatAsync("/a")).Size);
        Assert.Equal([".", "..", "a"], await session.ListAsync("/"));
        var file = await session.OpenedAsync("/a", Append);
        await file.WriteAsync(0, Bytes("+"));
        Assert.Equal(StoreError.None, await file.CommitAsync());
        Assert.Equal("theirs!+", await session.GetAsync("/a"));
        folder.Vaults.SweepTemporaries(TestContext.Current.CancellationToken);
        Assert.Equal(["a"], folder.NamesOnDisk());
    }

    [Fact]
    public async Task A_login_that_may_make_files_but_not_replace_them_goes_on_with_its_own()
    {
        await using var folder = new VaultFolder(Options);
        var dropBox = new VaultFolder.RulesByFolder(("/", FileRights.List | FileRights.Create));
        var session = folder.OpenStore("/u1", dropBox, "l1");
        var file = await session.OpenedAsync("/a", NewContent);
        await file.WriteAsync(0, Bytes("half"));
        await file.DisposeAsync();
        var again = await session.OpenedAsync("/a", OnlyWrite);
        await again.WriteAsync(4, Bytes("+rest"));
        await folder.Store.PutAsync("/a", "theirs");
        Assert.Equal(StoreError.PermissionDenied, await again.CommitAsync());
        Assert.Equal("theirs", await folder.Store.GetAsync("/a"));
        var denied = folder.OpenStore("/u1", new VaultFolder.RulesByFolder(("/", FileRights.Read)), "l1");
        Assert.Equal(StoreError.PermissionDenied, await denied.OpenErrorAsync("/a", OnlyWrite));
    }

    [Fact]
    public async Task What_failed_was_removed_renamed_discarded_or_closed_is_not_kept()
    {
        await using var folder = new VaultFolder(Options);
        var session = folder.OpenStore("/u1", owner: "l1");
        var removed = await session.OpenedAsync("/removed", NewContent);
        await removed.WriteAsync(0, Bytes("x"));
        Assert.Equal(StoreError.None, await session.RemoveAsync(P("/removed")));
        await removed.DisposeAsync();
        var renamed = await session.OpenedAsync("/renamed", NewContent);
        await renamed.WriteAsync(0, Bytes("x"));
        Assert.Equal(StoreError.None, await session.RenameAsync(P("/renamed"), P("/other"), replace: false));
        await renamed.DisposeAsync();
        var discarded = await session.OpenedAsync("/discarded", NewContent);
        await discarded.WriteAsync(0, Bytes("x"));
        await discarded.DiscardAsync();
        var failed = await session.OpenedAsync("/failed", NewContent);
        await failed.WriteAsync(0, Bytes("x"));
        await failed.WriteAsync(-1, Bytes("x"));
        await failed.DisposeAsync();
        await (await session.OpenedAsync("/empty", NewContent)).DisposeAsync();
        Assert.Empty(folder.NamesOnDisk());
    }

    [Fact]
    public async Task The_walk_leaves_running_uploads_alone_and_an_upload_can_be_cut_off_again_and_again()
    {
        await using var folder = new VaultFolder(Options);
        var content = "";
        for (var round = 0; round < 5; round++)
        {
            var session = folder.OpenStore("/u1", owner: "l1");
            var file = await session.OpenedAsync("/a", Append);
            Assert.Equal(content.Length, (await file.GetAttributesAsync()).Value.Size);
            await file.WriteAsync(0, Bytes($"part {round}. "));
            content += $"part {round}. ";
            Assert.Equal(0, folder.Vaults.SweepTemporaries(TestContext.Current.CancellationToken));
            Assert.Equal([$".waybill-u-l1-{Boot}-a"], folder.NamesOnDisk());
            Assert.Equal([".", ".."], await session.ListAsync("/"));
            await session.DisposeAsync();
        }

        Assert.Equal(content, await folder.OpenStore("/u1", owner: "l1").GetAsync("/a"));
    }
}
