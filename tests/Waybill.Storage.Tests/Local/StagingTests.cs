using Waybill.Storage.Local;

namespace Waybill.Storage.Tests.Local;

/// <summary>Files that the program hides and removes are those that are meant, whoever has their names by then.</summary>
public sealed class StagingTests
{
    private const string Token = "0123456789abcdef0123456789abcdef";

    private static readonly VaultPath Source = VaultPath.Parse("/1.csv.tmp");
    private static readonly VaultPath Target = VaultPath.Parse("/1.csv");

    [Fact]
    public async Task A_file_is_hidden_as_if_it_lay_elsewhere_once()
    {
        await using var folder = new VaultFolder();
        var staging = (IStagingStore)folder.OpenStore("/u1");
        var identity = await PutAsync(folder, "new");
        Assert.Equal(StoreError.None, staging.HideAs(Source, Target, Token, identity));
        Assert.Equal([".waybill-s-" + Token], folder.NamesOnDisk());
        Assert.Equal(StoreError.None, staging.HideAs(Source, Target, Token, identity));

        // What comes under the old name later is none of it.
        await folder.Store.PutAsync("/1.csv.tmp", "newer");
        Assert.Equal(StoreError.None, staging.HideAs(Source, Target, Token, identity));
        Assert.Equal([".waybill-s-" + Token, "1.csv.tmp"], folder.NamesOnDisk());
        Assert.Equal(StoreError.None, staging.Show(Target, Token, replace: false));
        Assert.Equal("new", await File.ReadAllTextAsync(folder.OnDisk("1.csv"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Another_file_under_the_name_is_neither_hidden_nor_removed()
    {
        await using var folder = new VaultFolder();
        var staging = (IStagingStore)folder.OpenStore("/u1");
        var old = await PutAsync(folder, "new");
        await using var held = File.OpenRead(folder.OnDisk("1.csv.tmp"));
        var newer = await PutAsync(folder, "newer");
        Assert.NotEqual(old, newer);
        Assert.Equal(StoreError.Busy, staging.HideAs(Source, Target, Token, old));
        Assert.Equal(StoreError.Busy, staging.RemoveOnly(Source, old));
        Assert.Equal(["1.csv.tmp"], folder.NamesOnDisk());
        Assert.Equal(StoreError.None, staging.RemoveOnly(Source, newer));
        Assert.Equal(StoreError.None, staging.RemoveOnly(Source, newer));
        Assert.Empty(folder.NamesOnDisk());
    }

    [Fact]
    public async Task A_folder_that_is_missing_is_told_from_a_file_that_is()
    {
        await using var folder = new VaultFolder();
        var staging = (IStagingStore)folder.OpenStore("/u1");
        var identity = await PutAsync(folder, "new");
        Assert.Equal(StoreError.NotADirectory, staging.HideAs(Source, VaultPath.Parse("/gone/1.csv"), Token, identity));
        Assert.Equal(StoreError.NotFound, staging.HideAs(VaultPath.Parse("/2.csv.tmp"), Target, Token, identity));
        Assert.Equal(StoreError.NotFound, staging.HideAs(VaultPath.Parse("/gone/2.csv.tmp"), Target, Token, identity));
        Assert.Equal(["1.csv.tmp"], folder.NamesOnDisk());
    }

    [Fact]
    public async Task Only_an_upload_of_the_session_itself_is_renamed_before_it_is_seen()
    {
        await using var folder = new VaultFolder();
        await PutAsync(folder, "of another session");
        Assert.Equal(StoreError.NotFound, await folder.Store.RenameUploadAsync(Source, Target));
        Assert.Equal(["1.csv.tmp"], folder.NamesOnDisk());

        var mine = VaultPath.Parse("/2.csv.tmp");
        await using var file = (await folder.Store.OpenAsync(mine, OpenModes.Write | OpenModes.Create)).Value!;
        Assert.Equal(StoreError.None, await folder.Store.RenameUploadAsync(mine, Target));
        Assert.Equal(StoreError.None, await file.CommitAsync());
        Assert.Equal(["1.csv", "1.csv.tmp"], folder.NamesOnDisk());
    }

    private static async Task<ulong> PutAsync(VaultFolder folder, string content)
    {
        await folder.Store.PutAsync(Source.ToString(), content);
        return (await folder.Store.GetAttributesAsync(Source, followLink: false)).Value.Identity;
    }
}
