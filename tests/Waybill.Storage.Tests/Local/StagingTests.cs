using Waybill.Storage.Local;

namespace Waybill.Storage.Tests.Local;

/// <summary>Files that the program hides and removes are those that are meant, whoever has their names by then.</summary>
public sealed class StagingTests
{
    private const string Token = "0123456789abcdef0123456789abcdef";

    private static readonly VaultPath Source = VaultPath.Parse("/1.csv.tmp");
    private static readonly VaultPath Target = VaultPath.Parse("/1.csv");

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
