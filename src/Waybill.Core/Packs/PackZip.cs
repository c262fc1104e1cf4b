using System.IO.Compression;

namespace Waybill.Core.Packs;

/// <summary>The archive of a pack: files in their order, without folders, dated by the day of the pack so that one day's packs are the same bytes.</summary>
internal static class PackZip
{
    public static byte[] Write(IReadOnlyList<PackFile> files, DateOnly day)
    {
        using var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var file in files)
            {
                var entry = archive.CreateEntry(file.Name, CompressionLevel.SmallestSize);
                entry.LastWriteTime = new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero);

                // rw-r--r--: nothing in it is secret, and nothing is run by its name.
                entry.ExternalAttributes = Convert.ToInt32("100644", 8) << 16;
                using var content = entry.Open();
                content.Write(file.Content.Span);
            }
        }

        return bytes.ToArray();
    }
}
