using System.Formats.Tar;
using System.Text;
using System.Text.Json.Nodes;

namespace Waybill.Core.Tests.Backup;

public sealed class HostileBackupTests
{
    [Fact]
    public async Task A_cut_archive_and_one_with_any_changed_byte_is_refused_before_anything_is_written()
    {
        await using var test = await TestBackup.CreateAsync();
        await test.Vaults.UploadAsync("/cdr/a.csv", "some content");
        await test.WriteAsync(withFiles: true);
        var whole = await File.ReadAllBytesAsync(test.Archive, TestContext.Current.CancellationToken);
        var content = whole.AsSpan().IndexOf("some content"u8);
        var database = whole.AsSpan().IndexOf("SQLite format 3"u8);
        foreach (var position in (int[])[content, content + 11, database + 30, database + 9000, whole.AsSpan().IndexOf("a key"u8)])
        {
            var changed = whole.ToArray();
            changed[position] ^= 1;
            await RefusedAsync(test, changed);
        }

        foreach (var length in (int[])[0, 100, 512, content + 5, whole.Length / 2, whole.AsSpan().LastIndexOf("waybill-backup-1"u8)])
        {
            await RefusedAsync(test, whole[..length]);
        }
    }

    [Theory]
    [InlineData("vaults/10042/../../escaped", TarEntryType.RegularFile)]
    [InlineData("vaults/../escaped", TarEntryType.RegularFile)]
    [InlineData("../escaped", TarEntryType.RegularFile)]
    [InlineData("/tmp/escaped", TarEntryType.RegularFile)]
    [InlineData("vaults/10042//escaped", TarEntryType.RegularFile)]
    [InlineData("vaults/10042/.waybill-t-00", TarEntryType.RegularFile)]
    [InlineData("vaults/.hidden/a", TarEntryType.RegularFile)]
    [InlineData("vaults/10042", TarEntryType.RegularFile)]
    [InlineData("vaults/10042", TarEntryType.SymbolicLink)]
    [InlineData("vaults/10042/hard", TarEntryType.HardLink)]
    [InlineData("vaults/10042/pipe", TarEntryType.Fifo)]
    [InlineData("hostkeys/link", TarEntryType.SymbolicLink)]
    [InlineData("hostkeys/../waybill.db", TarEntryType.RegularFile)]
    [InlineData("hostkeys", TarEntryType.Directory)]
    [InlineData("tls/.x", TarEntryType.RegularFile)]
    [InlineData("vaults/10042/%41", TarEntryType.RegularFile)]
    [InlineData("vaults/10042/%2E%2E/%2E%2E/escaped", TarEntryType.RegularFile)]
    [InlineData("run/lock", TarEntryType.RegularFile)]
    [InlineData("taken/", TarEntryType.RegularFile)]
    [InlineData("taken/1/10042/cdr/a", TarEntryType.RegularFile)]
    [InlineData("taken/0000000000000000001/10042/../a", TarEntryType.RegularFile)]
    [InlineData("taken/000000000000000000./10042/cdr/a", TarEntryType.RegularFile)]
    [InlineData("taken/0000000000000000001/10042/cdr/a", TarEntryType.SymbolicLink)]
    [InlineData("restore.unfinished", TarEntryType.RegularFile)]
    public async Task A_member_with_a_name_or_kind_that_no_backup_has_is_refused(string name, TarEntryType type)
    {
        await using var test = await TestBackup.CreateAsync();
        await test.WriteAsync(withFiles: true);
        await RefusedAsync(test, await RewriteAsync(test, (tar, entry) =>
        {
            if (entry.Name == "files.jsonl")
            {
                tar.WriteEntry(Entry(name, type));
            }

            return true;
        }));
    }

    [Fact]
    public async Task A_member_that_is_there_twice_missing_or_behind_the_end_is_refused()
    {
        await using var test = await TestBackup.CreateAsync();
        await test.Vaults.UploadAsync("/cdr/a.csv", "some content");
        await test.WriteAsync(withFiles: true);
        await RefusedAsync(test, await RewriteAsync(test, (tar, entry) =>
        {
            if (entry.Name == "manifest.json")
            {
                tar.WriteEntry(Entry("vaults/10042/cdr/a.csv", TarEntryType.RegularFile));
            }

            return true;
        }));
        foreach (var missing in (string[])["waybill.db", "audit/audit.key", "audit/anchor", "hostkeys/ssh_host_ed25519_key", "vaults/10042/cdr/a.csv", "vaults/10042/cdr", "files.jsonl", "manifest.json"])
        {
            await RefusedAsync(test, await RewriteAsync(test, (_, entry) => entry.Name.TrimEnd('/') != missing));
        }

        await RefusedAsync(test, await RewriteAsync(test, (_, _) => true, tar => tar.WriteEntry(Entry("vaults/10042/behind", TarEntryType.RegularFile))));
    }

    [Fact]
    public async Task A_backup_of_a_newer_program_is_named_as_such()
    {
        await using var test = await TestBackup.CreateAsync();
        await test.WriteAsync(withFiles: false);
        var changed = await RewriteAsync(test, (tar, entry) =>
        {
            if (entry.Name != "manifest.json")
            {
                return true;
            }

            var manifest = JsonNode.Parse(entry.DataStream!)!;
            manifest["schema"] = 9999;
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, entry.Name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(manifest.ToJsonString())) });
            return false;
        });
        Assert.Contains("a newer Waybill has made it", await RefusedAsync(test, changed), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_of_the_target_are_never_overwritten()
    {
        await using var test = await TestBackup.CreateAsync();
        await test.Vaults.UploadAsync("/cdr/a.csv", "some content");
        await test.WriteAsync(withFiles: true);
        Directory.CreateDirectory(test.Beside("restored/vaults/10042/cdr"));
        await File.WriteAllTextAsync(test.Beside("restored/vaults/10042/cdr/a.csv"), "was here", TestContext.Current.CancellationToken);
        (await test.TryRestoreAsync()).Problem(ProblemKind.Unusable);
        Assert.Equal("was here", await File.ReadAllTextAsync(test.Beside("restored/vaults/10042/cdr/a.csv"), TestContext.Current.CancellationToken));
    }

    private static PaxTarEntry Entry(string name, TarEntryType type)
    {
        var entry = new PaxTarEntry(type, name);
        if (type is TarEntryType.SymbolicLink or TarEntryType.HardLink)
        {
            entry.LinkName = "/etc";
        }
        else if (type == TarEntryType.RegularFile)
        {
            entry.DataStream = new MemoryStream("hostile"u8.ToArray());
        }

        return entry;
    }

    /// <summary>The archive with other members; a false answer leaves the member out.</summary>
    private static async Task<byte[]> RewriteAsync(TestBackup test, Func<TarWriter, TarEntry, bool> keep, Action<TarWriter>? atEnd = null)
    {
        var target = new MemoryStream();
        await using (var tar = new TarWriter(target, TarEntryFormat.Pax, leaveOpen: true))
        {
            await using var archive = File.OpenRead(test.Archive);
            await using var reader = new TarReader(archive);
            while (await reader.GetNextEntryAsync(copyData: true) is { } entry)
            {
                if (keep(tar, entry))
                {
                    await tar.WriteEntryAsync(entry);
                }
            }

            atEnd?.Invoke(tar);
        }

        return target.ToArray();
    }

    private static async Task<string> RefusedAsync(TestBackup test, byte[] archive)
    {
        var file = test.Beside(Guid.NewGuid().ToString("N"));
        await File.WriteAllBytesAsync(file, archive);
        var problem = (await test.TryRestoreAsync("untouched", file)).Problem(ProblemKind.Unusable);
        Assert.False(Directory.Exists(test.Beside("untouched")));
        return problem.Message;
    }
}
