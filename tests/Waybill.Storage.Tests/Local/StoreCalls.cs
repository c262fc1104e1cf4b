using System.Buffers;
using System.Text;

namespace Waybill.Storage.Tests.Local;

/// <summary>What a client does, in one line each.</summary>
internal static class StoreCalls
{
    public const OpenModes NewContent = OpenModes.Write | OpenModes.Create | OpenModes.Truncate;

    public static VaultPath P(string text) => VaultPath.Parse(text);

    public static ReadOnlySequence<byte> Bytes(string text) => new(Encoding.UTF8.GetBytes(text));

    public static async Task<IOpenFile> OpenedAsync(this IFileStore store, string path, OpenModes modes, int? permissions = null)
    {
        var result = await store.OpenAsync(P(path), modes, permissions);
        Assert.Equal(StoreError.None, result.Error);
        return result.Value!;
    }

    public static async Task<StoreError> OpenErrorAsync(this IFileStore store, string path, OpenModes modes)
    {
        var result = await store.OpenAsync(P(path), modes);
        if (result.Value is { } file)
        {
            await file.DisposeAsync();
        }

        return result.Error;
    }

    public static async Task PutAsync(this IFileStore store, string path, string content)
    {
        await using var file = await store.OpenedAsync(path, NewContent);
        Assert.Equal(StoreError.None, await file.WriteAsync(0, Bytes(content)));
        Assert.Equal(StoreError.None, await file.CommitAsync());
    }

    public static async Task<string> GetAsync(this IFileStore store, string path)
    {
        await using var file = await store.OpenedAsync(path, OpenModes.Read);
        return await file.AllAsync();
    }

    public static async Task<string> AllAsync(this IOpenFile file)
    {
        var content = new MemoryStream();
        var buffer = new byte[1000];
        while (true)
        {
            var read = await file.ReadAsync(content.Length, buffer);
            Assert.Equal(StoreError.None, read.Error);
            if (read.Value == 0)
            {
                return Encoding.UTF8.GetString(content.ToArray());
            }

            content.Write(buffer, 0, read.Value);
        }
    }

    public static async Task<FileAttributes> StatAsync(this IFileStore store, string path, bool followLink = true)
    {
        var result = await store.GetAttributesAsync(P(path), followLink);
        Assert.Equal(StoreError.None, result.Error);
        return result.Value;
    }

    public static async Task<StoreError> StatErrorAsync(this IFileStore store, string path, bool followLink = true) =>
        (await store.GetAttributesAsync(P(path), followLink)).Error;

    public static async Task<List<string>> ListAsync(this IFileStore store, string path, int batch = 100)
    {
        var result = await store.OpenDirectoryAsync(P(path));
        Assert.Equal(StoreError.None, result.Error);
        await using var listing = result.Value!;
        var names = new List<string>();
        var entries = new DirectoryEntry[batch];
        while (true)
        {
            var read = await listing.ReadAsync(entries);
            Assert.Equal(StoreError.None, read.Error);
            if (read.Value == 0)
            {
                return names;
            }

            names.AddRange(entries.Take(read.Value).Select(entry => Encoding.UTF8.GetString(entry.Name.Span)));
        }
    }

    /// <summary>An upload of a login that is cut off behind what is written.</summary>
    public static async Task CutAsync(VaultFolder folder, string owner, string path, string content, OpenModes modes = NewContent)
    {
        await using var session = folder.OpenStore("/u1", owner: owner);
        var file = await session.OpenedAsync(path, modes);
        Assert.Equal(StoreError.None, await file.WriteAsync(0, Bytes(content)));
    }
}
