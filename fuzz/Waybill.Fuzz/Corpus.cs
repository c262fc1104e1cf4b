using Waybill.TestKit;

namespace Waybill.Fuzz;

/// <summary>The inputs that mutation starts from: fuzz/corpus/(target)/(name).bin, in the order of their names, so that a seed repeats a run.</summary>
internal static class Corpus
{
    public static string FolderOf(IFuzzTarget target) => Path.Combine(RepositoryRoot.Find(), "fuzz", "corpus", target.Name);

    public static IReadOnlyList<byte[]> Load(IFuzzTarget target)
    {
        var folder = FolderOf(target);
        return Directory.Exists(folder)
            ? [.. Directory.EnumerateFiles(folder, "*.bin").Order(StringComparer.Ordinal).Select(File.ReadAllBytes)]
            : [];
    }

    public static int Record(IFuzzTarget target)
    {
        var folder = FolderOf(target);
        Directory.CreateDirectory(folder);
        var count = 0;
        foreach (var (name, input) in target.Record())
        {
            File.WriteAllBytes(Path.Combine(folder, name + ".bin"), input);
            count++;
        }

        return count;
    }
}
