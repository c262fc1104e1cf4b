using static Waybill.Storage.Tests.Local.StoreCalls;

namespace Waybill.Storage.Tests.Local;

public sealed class CopyTests
{
    [Fact]
    public async Task Ranges_are_copied_between_files_and_length_zero_means_to_the_end()
    {
        await using var folder = new VaultFolder();
        await folder.Store.PutAsync("/a", "0123456789");
        await using var source = await folder.Store.OpenedAsync("/a", OpenModes.Read);
        var target = await folder.Store.OpenedAsync("/b", NewContent);
        Assert.Equal(StoreError.None, await source.CopyToAsync(7, 0, target, 0));
        Assert.Equal(StoreError.None, await source.CopyToAsync(0, 2, target, 3));
        Assert.Equal(StoreError.None, await source.CopyToAsync(8, 100, target, 5));
        Assert.Equal(StoreError.None, await source.CopyToAsync(10, 0, target, 0));
        Assert.Equal(StoreError.None, await source.CopyToAsync(1000, 5, target, 0));
        Assert.Equal(StoreError.None, await target.CommitAsync());
        Assert.Equal("7890189", await folder.Store.GetAsync("/b"));
    }

    [Fact]
    public async Task Overlapping_ranges_of_one_file_are_refused_by_one_handle_and_separate_ones_copied_without_growing_for_ever()
    {
        await using var folder = new VaultFolder();
        await folder.Store.PutAsync("/a", "0123456789");
        var file = await folder.Store.OpenedAsync("/a", OpenModes.Read | OpenModes.Write);
        Assert.Equal(StoreError.InvalidArgument, await file.CopyToAsync(0, 5, file, 4));
        Assert.Equal(StoreError.InvalidArgument, await file.CopyToAsync(0, 0, file, 9));
        Assert.Equal(StoreError.InvalidArgument, await file.CopyToAsync(4, 5, file, 0));
        Assert.Equal(StoreError.None, await file.CopyToAsync(0, 5, file, 5));
        Assert.Equal(StoreError.None, await file.CopyToAsync(0, 0, file, 10));
        Assert.Equal(StoreError.None, await file.CommitAsync());
        Assert.Equal("01234012340123401234", await folder.Store.GetAsync("/a"));
    }

    [Fact]
    public async Task Copying_a_file_onto_itself_by_two_handles_reads_the_old_version()
    {
        await using var folder = new VaultFolder();
        await folder.Store.PutAsync("/a", "0123456789");
        await using var source = await folder.Store.OpenedAsync("/a", OpenModes.Read);
        var target = await folder.Store.OpenedAsync("/a", OpenModes.Write);
        Assert.Equal(StoreError.None, await source.CopyToAsync(0, 0, target, 5));
        Assert.Equal(StoreError.None, await target.CommitAsync());
        Assert.Equal("012340123456789", await folder.Store.GetAsync("/a"));
    }

    [Fact]
    public async Task A_copy_needs_a_readable_source_a_writable_target_and_sane_numbers()
    {
        await using var folder = new VaultFolder();
        await folder.Store.PutAsync("/a", "0123456789");
        await using var source = await folder.Store.OpenedAsync("/a", OpenModes.Read);
        await using var other = await folder.Store.OpenedAsync("/a", OpenModes.Read);
        await using var target = await folder.Store.OpenedAsync("/b", NewContent);
        Assert.Equal(StoreError.BadHandle, await source.CopyToAsync(0, 0, other, 0));
        Assert.Equal(StoreError.BadHandle, await target.CopyToAsync(0, 0, target, 0));
        Assert.Equal(StoreError.InvalidArgument, await source.CopyToAsync(-1, 0, target, 0));
        Assert.Equal(StoreError.InvalidArgument, await source.CopyToAsync(0, -1, target, 0));
        Assert.Equal(StoreError.InvalidArgument, await source.CopyToAsync(1, long.MaxValue, target, 0));
        Assert.Equal(StoreError.InvalidArgument, await source.CopyToAsync(0, 5, target, long.MaxValue));
    }

    [Fact]
    public async Task A_copy_longer_than_one_piece_is_complete()
    {
        await using var folder = new VaultFolder();
        var content = new Dice(7).Bytes(20_000_000);
        await File.WriteAllBytesAsync(folder.OnDisk("a"), content, TestContext.Current.CancellationToken);
        await using var source = await folder.Store.OpenedAsync("/a", OpenModes.Read);
        var target = await folder.Store.OpenedAsync("/b", NewContent);
        Assert.Equal(StoreError.None, await source.CopyToAsync(3, 0, target, 1));
        Assert.Equal(StoreError.None, await target.CommitAsync());
        var copy = await File.ReadAllBytesAsync(folder.OnDisk("b"), TestContext.Current.CancellationToken);
        Assert.True(copy.AsSpan(1).SequenceEqual(content.AsSpan(3)));
    }

    [Fact]
    public async Task A_copy_for_a_lost_session_ends_and_is_never_published()
    {
        await using var folder = new VaultFolder();
        await folder.Store.PutAsync("/source", new string('x', 1000));
        await using var source = await folder.Store.OpenedAsync("/source", OpenModes.Read);
        await using var target = await folder.Store.OpenedAsync("/target", NewContent);
        Assert.Equal(StoreError.Abandoned, await source.CopyToAsync(0, 0, target, 0, new CancellationToken(canceled: true)));
        Assert.Equal(StoreError.Abandoned, await target.CommitAsync());
        Assert.Equal(["source"], folder.NamesOnDisk());
    }
}
