using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Waybill.Core.Export;
using Waybill.TestKit;

namespace Waybill.Core.Tests.Export;

/// <summary>The zips that we write are read by others: Python's zipfile, and .NET's own reader.</summary>
public sealed class ZipStreamWriterTests
{
    private static readonly DateTime Modified = new(2025, 6, 7, 8, 9, 10, DateTimeKind.Utc);

    [Fact]
    public async Task Files_come_out_as_they_went_in_with_names_and_times()
    {
        using var directory = new TemporaryDirectory();
        Dictionary<string, byte[]> files = new()
        {
            ["a/empty"] = [],
            ["a/one"] = [7],
            ["a/rows.csv"] = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 50_000).Select(row => $"{row},44{row:0000000000},12.5\r\n"))),
            ["b/noise ü €.bin"] = RandomNumberGenerator.GetBytes(1_000_003),
        };
        var file = directory.Combine("x.zip");
        await using (var output = new ForwardOnly(File.Create(file)))
        {
            await using var zip = await ZipStreamWriter.CreateAsync(output, 1 << 20, CancellationToken.None);
            foreach (var (name, content) in files)
            {
                Assert.Equal(content.Length, await zip.AddAsync(name, Modified, content.Length, Reader(content), CancellationToken.None));
            }

            await zip.FinishAsync(CancellationToken.None);
            Assert.Equal(output.Length, zip.Written);
        }

        using (var archive = ZipFile.OpenRead(file))
        {
            Assert.Equal(files.Keys, archive.Entries.Select(entry => entry.FullName));
            foreach (var entry in archive.Entries)
            {
                using var content = new MemoryStream();
                await using var stream = entry.Open();
                await stream.CopyToAsync(content);
                Assert.Equal(files[entry.FullName], content.ToArray());
                Assert.Equal(Modified, entry.LastWriteTime.DateTime);
            }
        }

        await TestAsync(file, files.Count);
    }

    [Fact]
    public async Task Content_and_offsets_beyond_four_GiB_are_read_by_others()
    {
        using var directory = new TemporaryDirectory();
        var file = directory.Combine("large.zip");
        const long Size = (4L << 30) + 12_345;
        await using (var output = File.Create(file))
        {
            await using var zip = await ZipStreamWriter.CreateAsync(output, 1 << 20, CancellationToken.None);
            await zip.AddAsync("zeros", Modified, Size, static (offset, buffer) =>
            {
                buffer.Span.Clear();
                return new((int)Math.Min(buffer.Length, Size - offset));
            }, CancellationToken.None);
            await zip.AddAsync("after", Modified, 3, Reader("abc"u8.ToArray()), CancellationToken.None);
            await zip.FinishAsync(CancellationToken.None);
        }

        var listing = await PythonAsync("import sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); print([(i.filename,i.file_size) for i in z.infolist()]); print(z.read('after'))", file);
        Assert.Contains($"('zeros', {Size})", listing, StringComparison.Ordinal);
        Assert.Contains("b'abc'", listing, StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_files_than_16_bits_count_are_read_by_others()
    {
        using var directory = new TemporaryDirectory();
        var file = directory.Combine("many.zip");
        const int Many = ushort.MaxValue + 2;
        await using (var output = new BufferedStream(File.Create(file)))
        {
            await using var zip = await ZipStreamWriter.CreateAsync(output, 1 << 24, CancellationToken.None);
            for (var i = 0; i < Many; i++)
            {
                await zip.AddAsync($"f{i}", Modified, 1, Reader([1]), CancellationToken.None);
            }

            await zip.FinishAsync(CancellationToken.None);
        }

        Assert.Contains($"{Many} None", await PythonAsync("import sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); print(len(z.infolist()), z.testzip())", file), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_becomes_shorter_or_longer_while_it_is_read_leaves_a_sound_zip()
    {
        using var directory = new TemporaryDirectory();
        var file = directory.Combine("x.zip");
        await using (var output = File.Create(file))
        {
            await using var zip = await ZipStreamWriter.CreateAsync(output, 1 << 20, CancellationToken.None);
            Assert.Equal(5, await zip.AddAsync("shorter", Modified, 100, Reader("12345"u8.ToArray()), CancellationToken.None));
            Assert.Equal(3, await zip.AddAsync("longer", Modified, 3, Reader("12345"u8.ToArray()), CancellationToken.None));
            await zip.FinishAsync(CancellationToken.None);
        }

        await TestAsync(file, 2);
    }

    [Fact]
    public async Task The_central_directory_has_a_limit()
    {
        await using var zip = await ZipStreamWriter.CreateAsync(Stream.Null, 2 * (512 + (3 * 20)), CancellationToken.None);
        Assert.True(zip.HasRoom(new string('a', 20)));
        await zip.AddAsync(new string('a', 20), Modified, 0, Reader([]), CancellationToken.None);
        Assert.True(zip.HasRoom(new string('a', 20)));
        Assert.False(zip.HasRoom(new string('a', 21)));
        Assert.False(zip.HasRoom(new string('ü', 11)));
    }

    [Fact]
    public async Task One_that_was_given_up_does_not_look_whole()
    {
        using var directory = new TemporaryDirectory();
        var file = directory.Combine("x.zip");
        await using (var output = File.Create(file))
        {
            await using var zip = await ZipStreamWriter.CreateAsync(output, 1 << 20, CancellationToken.None);
            await zip.AddAsync("first", Modified, 3, Reader("abc"u8.ToArray()), CancellationToken.None);
            await Assert.ThrowsAsync<IOException>(async () => await zip.AddAsync("second", Modified, 3, static (_, _) => throw new IOException("the disk"), CancellationToken.None));
        }

        Assert.Throws<InvalidDataException>(() => ZipFile.OpenRead(file).Dispose());
    }

    private static Func<long, Memory<byte>, ValueTask<int>> Reader(byte[] content) => (offset, buffer) =>
    {
        var rest = content.AsMemory((int)Math.Min(offset, content.Length));
        rest = rest[..Math.Min(rest.Length, buffer.Length)];
        rest.CopyTo(buffer);
        return new(rest.Length);
    };

    private static async Task TestAsync(string file, int files) =>
        Assert.Contains($"{files} None", await PythonAsync("import sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); print(len(z.infolist()), z.testzip())", file), StringComparison.Ordinal);

    private static async Task<string> PythonAsync(string script, string file)
    {
        var outcome = await ExternalProcess.RunAsync("python3", ["-c", script, file], timeout: TimeSpan.FromSeconds(120));
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        return outcome.Output;
    }

    private sealed class ForwardOnly(Stream inner) : Stream
    {
        private long _length;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => _length;

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await inner.WriteAsync(buffer, cancellationToken);
            _length += buffer.Length;
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

        public override void Flush() => throw new NotSupportedException("Kestrel refuses what is not asynchronous.");

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Kestrel refuses what is not asynchronous.");

        protected override void Dispose(bool disposing)
        {
            inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
