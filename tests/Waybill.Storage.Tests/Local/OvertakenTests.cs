using Waybill.Storage.Local;
using static Waybill.Storage.Tests.Local.StoreCalls;

namespace Waybill.Storage.Tests.Local;

/// <summary>Two uploads of one login to one new name: what was begun later counts, whichever is cut off first (promise D7).</summary>
public sealed class OvertakenTests
{
    private const string Boot = "0123456789ab";
    private const OpenModes Append = OpenModes.Write | OpenModes.Create | OpenModes.Append;
    private const OpenModes AtOffset = OpenModes.Write | OpenModes.Create;

    private static LocalStoreOptions Options => new() { Durability = Durability.Rename, Boot = Boot };

    [Theory]
    [InlineData(NewContent, false, true)]
    [InlineData(NewContent, false, false)]
    [InlineData(NewContent, true, true)]
    [InlineData(NewContent, true, false)]
    [InlineData(AtOffset, false, true)]
    [InlineData(AtOffset, false, false)]
    public async Task What_the_later_one_sent_is_gone_on_with(OpenModes later, bool withGap, bool laterEndsFirst)
    {
        await using var folder = new VaultFolder(Options);
        var old = await folder.OpenStore("/u1", owner: "l1").OpenedAsync("/a", NewContent);
        Assert.Equal(StoreError.None, await old.WriteAsync(0, Bytes("old-old-old")));
        if (withGap)
        {
            // It has left the name that both would have.
            Assert.Equal(StoreError.None, await old.WriteAsync(100, Bytes("behind a gap")));
        }

        var session = folder.OpenStore("/u1", owner: "l1");
        var newer = await session.OpenedAsync("/a", later);
        Assert.Equal(StoreError.None, await newer.WriteAsync(0, Bytes("new-new")));
        foreach (var file in laterEndsFirst ? new[] { newer, old } : [old, newer])
        {
            await file.DisposeAsync();
        }

        Assert.Equal(7, newer.Kept);
        Assert.Equal([".waybill-p-l1-a"], folder.NamesOnDisk());
        Assert.Equal(new PartialUsage(1, 7), folder.Vaults.PartialsBelow(P("/u1")));
        var resumed = await session.OpenedAsync("/a", Append);
        Assert.Equal(StoreError.None, await resumed.WriteAsync(0, Bytes("-rest")));
        Assert.Equal(StoreError.None, await resumed.CommitAsync());
        Assert.Equal("new-new-rest", await session.GetAsync("/a"));
    }

    [Theory]
    [InlineData(NewContent, false)]
    [InlineData(NewContent, true)]
    [InlineData(AtOffset, false)]
    [InlineData(AtOffset, true)]
    public async Task One_that_the_later_one_has_replaced_does_not_come_back_when_the_file_has_moved_on(OpenModes later, bool withGap)
    {
        await using var folder = new VaultFolder(Options);
        var old = await folder.OpenStore("/u1", owner: "l1").OpenedAsync("/a", NewContent);
        Assert.Equal(StoreError.None, await old.WriteAsync(0, Bytes("old")));
        if (withGap)
        {
            Assert.Equal(StoreError.None, await old.WriteAsync(100, Bytes("behind a gap")));
        }

        var session = folder.OpenStore("/u1", owner: "l1");
        await SendAndCollectAsync(folder, session, later);
        await old.DisposeAsync();
        Assert.Equal(0, old.Kept);
        Assert.Equal(StoreError.NotFound, await session.StatErrorAsync("/a"));
        Assert.Equal(["collected"], folder.NamesOnDisk());
    }

    [Fact]
    public async Task The_last_of_three_replaces_both_when_the_first_had_ended_before_it_began()
    {
        await using var folder = new VaultFolder(Options);
        var first = await folder.OpenStore("/u1", owner: "l1").OpenedAsync("/a", NewContent);
        Assert.Equal(StoreError.None, await first.WriteAsync(0, Bytes("first")));
        var second = await folder.OpenStore("/u1", owner: "l1").OpenedAsync("/a", NewContent);
        Assert.Equal(StoreError.None, await second.WriteAsync(0, Bytes("second")));
        await first.DisposeAsync();
        var session = folder.OpenStore("/u1", owner: "l1");
        await SendAndCollectAsync(folder, session, NewContent);
        await second.DisposeAsync();
        Assert.Equal(0, second.Kept);
        Assert.Equal(["collected"], folder.NamesOnDisk());
    }

    [Fact]
    public async Task What_the_login_removes_does_not_come_back_from_a_line_that_hangs()
    {
        await using var folder = new VaultFolder(Options);
        var hanging = await folder.OpenStore("/u1", owner: "l1").OpenedAsync("/a", NewContent);
        Assert.Equal(StoreError.None, await hanging.WriteAsync(0, Bytes("old")));
        var session = folder.OpenStore("/u1", owner: "l1");
        var later = await session.OpenedAsync("/a", AtOffset);
        Assert.Equal(StoreError.None, await later.WriteAsync(0, Bytes("later")));
        await later.DisposeAsync();
        Assert.Equal(StoreError.None, await session.RemoveAsync(P("/a")));
        await hanging.DisposeAsync();
        Assert.Empty(folder.NamesOnDisk());
    }

    [Fact]
    public async Task What_another_login_or_another_name_begins_anew_overtakes_nothing()
    {
        await using var folder = new VaultFolder(Options);
        var old = await folder.OpenStore("/u1", owner: "l1").OpenedAsync("/a", NewContent);
        Assert.Equal(StoreError.None, await old.WriteAsync(0, Bytes("half")));
        foreach (var (owner, name) in new[] { ("l1", "/b"), ("l2", "/a") })
        {
            await using var one = await folder.OpenStore("/u1", owner: owner).OpenedAsync(name, NewContent);
            await using var other = await folder.OpenStore("/u1", owner: owner).OpenedAsync(name, NewContent);
        }

        await old.DisposeAsync();
        Assert.Equal(4, old.Kept);
    }

    [Fact]
    public async Task A_resume_that_is_refused_while_the_first_line_hangs_costs_nothing()
    {
        await using var folder = new VaultFolder(Options);
        var hanging = await folder.OpenStore("/u1", owner: "l1").OpenedAsync("/a", NewContent);
        Assert.Equal(StoreError.None, await hanging.WriteAsync(0, Bytes("half")));
        var session = folder.OpenStore("/u1", owner: "l1");
        Assert.Equal(StoreError.Busy, await session.OpenErrorAsync("/a", Append));
        await using (var refused = await session.OpenedAsync("/a", AtOffset))
        {
            Assert.Equal(StoreError.Busy, await refused.WriteAsync(4, Bytes("+rest")));
        }

        await hanging.DisposeAsync();
        Assert.Equal("half", await session.GetAsync("/a"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task After_a_kill_what_was_set_aside_counts_before_what_was_still_running(bool walk)
    {
        await using var folder = new VaultFolder(Options);
        await File.WriteAllTextAsync(folder.OnDisk($".waybill-u-l1-{Boot}-a"), "old-old-old", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(folder.OnDisk(".waybill-p-l1-a"), "new", TestContext.Current.CancellationToken);
        if (walk)
        {
            folder.Vaults.SweepTemporaries(TestContext.Current.CancellationToken);
            Assert.Equal([".waybill-p-l1-a"], folder.NamesOnDisk());
        }

        var session = folder.OpenStore("/u1", owner: "l1");
        Assert.Equal([".", "..", "a"], await session.ListAsync("/"));
        Assert.Equal(3, (await session.StatAsync("/a")).Size);
        var file = await session.OpenedAsync("/a", Append);
        Assert.Equal(StoreError.None, await file.WriteAsync(0, Bytes("+rest")));
        Assert.Equal(StoreError.None, await file.CommitAsync());
        Assert.Equal("new+rest", await session.GetAsync("/a"));
        Assert.Equal(["a"], folder.NamesOnDisk());
    }

    private static async Task SendAndCollectAsync(VaultFolder folder, IFileStore session, OpenModes modes)
    {
        var file = await session.OpenedAsync("/a", modes);
        Assert.Equal(StoreError.None, await file.WriteAsync(0, Bytes("new")));
        Assert.Equal(StoreError.None, await file.CommitAsync());
        Assert.Equal(StoreError.None, await folder.Store.RenameAsync(P("/a"), P("/collected"), replace: false));
    }
}
