using System.Buffers;
using System.Security.Cryptography;
using static Waybill.Storage.Tests.Local.StoreCalls;

namespace Waybill.Storage.Tests.Local;

/// <summary>Writers that open without TRUNC: scp, resuming clients, sshfs.</summary>
public sealed class InPlaceTests
{
    private const OpenModes InPlace = OpenModes.Read | OpenModes.Write;

    [Fact]
    public async Task A_writer_without_truncate_changes_only_what_it_writes()
    {
        await using var folder = new VaultFolder();
        await folder.Store.PutAsync("/a", "0123456789");
        var file = await folder.Store.OpenedAsync("/a", InPlace);
        Assert.Equal("0123456789", await file.AllAsync());
        Assert.Equal(StoreError.None, await file.WriteAsync(4, Bytes("xy")));
        Assert.Equal("0123xy6789", await file.AllAsync());
        Assert.Equal("0123456789", await folder.Store.GetAsync("/a"));
        Assert.Equal(StoreError.None, await file.CommitAsync());
        Assert.Equal("0123xy6789", await folder.Store.GetAsync("/a"));
    }

    [Fact]
    public async Task An_in_place_writer_that_is_cut_off_changes_nothing()
    {
        await using var folder = new VaultFolder();
        await folder.Store.PutAsync("/a", "0123456789");
        var file = await folder.Store.OpenedAsync("/a", InPlace);
        await file.WriteAsync(0, Bytes("xxxxx"));
        await file.DisposeAsync();
        Assert.Equal("0123456789", await folder.Store.GetAsync("/a"));
        Assert.Equal(["a"], folder.NamesOnDisk());
    }

    [Fact]
    public async Task Scp_writes_from_the_start_and_cuts_the_rest_at_the_end()
    {
        await using var folder = new VaultFolder();
        await folder.Store.PutAsync("/a", "a longer old version");
        await folder.Store.SetAttributesAsync(P("/a"), new AttributeChanges(Permissions: 0x180), true);
        var file = await folder.Store.OpenedAsync("/a", OpenModes.Write | OpenModes.Create, permissions: 0x1A4);
        Assert.Equal(20, (await folder.Store.StatAsync("/a")).Size);
        await file.WriteAsync(0, Bytes("new "));
        await file.WriteAsync(4, Bytes("text"));
        Assert.Equal(StoreError.None, await file.SetAttributesAsync(new AttributeChanges(Size: 8)));
        Assert.Equal(8, (await folder.Store.StatAsync("/a")).Size);
        Assert.Equal(StoreError.None, await file.CommitAsync());
        Assert.Equal("new text", await folder.Store.GetAsync("/a"));
        Assert.Equal(0x180, (await folder.Store.StatAsync("/a")).Permissions);
    }

    [Fact]
    public async Task Times_set_before_an_in_place_commit_survive_the_copying_of_the_rest()
    {
        await using var folder = new VaultFolder();
        await folder.Store.PutAsync("/a", "0123456789");
        var file = await folder.Store.OpenedAsync("/a", OpenModes.Write);
        await file.WriteAsync(0, Bytes("x"));
        Assert.Equal(StoreError.None, await file.SetAttributesAsync(new AttributeChanges(AccessTime: 5, ModificationTime: 6)));
        Assert.Equal(StoreError.None, await file.CommitAsync());
        Assert.Equal("x123456789", await folder.Store.GetAsync("/a"));
        Assert.Equal(6, (await folder.Store.StatAsync("/a")).ModificationTime);
    }

    [Fact]
    public async Task Append_ignores_offsets_and_goes_to_the_end()
    {
        await using var folder = new VaultFolder();
        await folder.Store.PutAsync("/a", "12345");
        var file = await folder.Store.OpenedAsync("/a", OpenModes.Write | OpenModes.Create | OpenModes.Append);
        await file.WriteAsync(0, Bytes("67"));
        await file.WriteAsync(1000, Bytes("89"));
        Assert.Equal(StoreError.None, await file.CommitAsync());
        Assert.Equal("123456789", await folder.Store.GetAsync("/a"));
    }

    [Fact]
    public async Task Setting_the_size_by_path_cuts_or_extends_and_leaves_readers_their_version()
    {
        await using var folder = new VaultFolder();
        await folder.Store.PutAsync("/a", "0123456789");
        await using var reader = await folder.Store.OpenedAsync("/a", OpenModes.Read);
        Assert.Equal(StoreError.None, await folder.Store.SetAttributesAsync(P("/a"), new AttributeChanges(Size: 4, ModificationTime: 9), true));
        Assert.Equal("0123", await folder.Store.GetAsync("/a"));
        Assert.Equal(9, (await folder.Store.StatAsync("/a")).ModificationTime);
        Assert.Equal("0123456789", await reader.AllAsync());
        Assert.Equal(StoreError.None, await folder.Store.SetAttributesAsync(P("/a"), new AttributeChanges(Size: 6), true));
        Assert.Equal("0123\0\0", await folder.Store.GetAsync("/a"));
        Assert.Equal(StoreError.InvalidArgument, await folder.Store.SetAttributesAsync(P("/a"), new AttributeChanges(Size: -1), true));
        Assert.Equal(StoreError.NotFound, await folder.Store.SetAttributesAsync(P("/none"), new AttributeChanges(Size: 1), true));
        Assert.Equal(StoreError.IsADirectory, await folder.Store.SetAttributesAsync(P("/"), new AttributeChanges(Size: 1), true));
        Assert.Equal(["a"], folder.NamesOnDisk());
    }

    /// <summary>As fsx does: a model in memory beside the file, thousands of random steps, every read compared.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Random_reads_writes_truncations_and_reopenings_agree_with_a_model(int seed)
    {
        const int MaximumLength = 200_000;
        await using var folder = new VaultFolder();
        var dice = new Dice(seed);
        var model = Array.Empty<byte>();
        var committed = model;
        var file = await folder.Store.OpenedAsync("/a", InPlace | OpenModes.Create);
        for (var step = 0; step < 3000; step++)
        {
            var offset = dice.Next(MaximumLength);
            switch (dice.Next(20))
            {
                case < 8:
                    var data = dice.Bytes(dice.Next(dice.Next(10) == 0 ? 60_000 : 3000));
                    Assert.Equal(StoreError.None, await file.WriteAsync(offset, new ReadOnlySequence<byte>(data)));
                    if (data.Length > 0)
                    {
                        Array.Resize(ref model, Math.Max(model.Length, offset + data.Length));
                        data.CopyTo(model, offset);
                    }

                    break;
                case < 16:
                    var buffer = new byte[dice.Next(5000)];
                    var read = await file.ReadAsync(offset, buffer);
                    var expected = model.AsSpan(Math.Min(offset, model.Length));
                    expected = expected[..Math.Min(expected.Length, buffer.Length)];
                    Assert.True(expected.SequenceEqual(buffer.AsSpan(0, read.Value)), $"step {step}: wrong bytes at {offset}");
                    break;
                case 16:
                    Assert.Equal(StoreError.None, await file.SetAttributesAsync(new AttributeChanges(Size: offset)));
                    Array.Resize(ref model, offset);
                    break;
                case 17:
                    Assert.Equal(model.Length, (await file.GetAttributesAsync()).Value.Size);
                    break;
                case 18:
                    Assert.Equal(StoreError.None, await file.CommitAsync());
                    committed = [.. model];
                    Assert.Equal(SHA256.HashData(model), SHA256.HashData(await File.ReadAllBytesAsync(folder.OnDisk("a"), TestContext.Current.CancellationToken)));
                    file = await folder.Store.OpenedAsync("/a", InPlace);
                    break;
                default:
                    await file.DisposeAsync();
                    if (!File.Exists(folder.OnDisk("a")))
                    {
                        await folder.Store.PutAsync("/a", "");
                    }

                    model = [.. committed];
                    file = await folder.Store.OpenedAsync("/a", InPlace);
                    break;
            }
        }

        await file.DisposeAsync();
    }
}
