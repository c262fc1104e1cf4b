using Waybill.TestKit;

namespace Waybill.Core.Tests;

/// <summary>A data directory with nothing in it, made once by the services themselves and written out for each test: making one takes all migrations of the database.</summary>
internal static class EmptyInstallation
{
    private static readonly Lazy<Task<IReadOnlyList<Entry>>> Template = new(MakeAsync);

    /// <summary>Writes it to a directory that is not there.</summary>
    public static async Task WriteAsync(string path)
    {
        foreach (var entry in await Template.Value)
        {
            var target = Path.Combine(path, entry.Path);
            if (entry.Content is null)
            {
                Directory.CreateDirectory(target, entry.Mode);
            }
            else
            {
                using var file = new FileStream(target, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = entry.Mode, BufferSize = 0 });
                file.Write(entry.Content);
            }
        }
    }

    private static async Task<IReadOnlyList<Entry>> MakeAsync()
    {
        using var directory = new TemporaryDirectory();
        var root = Directory.CreateDirectory(directory.Combine("data"));
        await (await CoreServices.CreateAsync(root.FullName, TestCore.Operator, new FakeTimeProvider())).Get().DisposeAsync();

        // A directory comes before what is in it.
        return
        [
            .. root.EnumerateFileSystemInfos("*", SearchOption.AllDirectories).Prepend(root).OrderBy(static entry => entry.FullName, StringComparer.Ordinal).Select(entry =>
                new Entry(Path.GetRelativePath(root.FullName, entry.FullName), entry.UnixFileMode, entry is FileInfo ? File.ReadAllBytes(entry.FullName) : null)),
        ];
    }

    /// <summary>A file, or a directory, which has no content.</summary>
    private sealed record Entry(string Path, UnixFileMode Mode, byte[]? Content);
}
