using System.Security.Cryptography;
using System.Text;
using Waybill.Core.Catalogue;

namespace Waybill.Core.Tests.Catalogue;

public sealed class FileHashingTests
{
    [Fact]
    public async Task Every_file_gets_the_hash_of_its_content_and_a_second_run_reads_nothing()
    {
        await using var vaults = await TestVaults.CreateAsync();
        var names = Enumerable.Range(0, (2 * FileHashing.Batch) + 3).Select(i => $"/cdr/{i}.csv").ToList();
        foreach (var name in names)
        {
            await vaults.UploadAsync(name, "content of " + name);
        }

        await vaults.UploadAsync("/cdr/empty.csv", "");
        await vaults.UploadAsync("/cdr/long.csv", new string('x', (3 * FileHashing.Piece) + 1));
        var report = await RunAsync(vaults);
        Assert.Equal((names.Count + 2, 0), (report.Files, report.LeftOut));
        foreach (var name in names.Append("/cdr/empty.csv").Append("/cdr/long.csv"))
        {
            Assert.Equal(SHA256.HashData(await File.ReadAllBytesAsync(vaults.OnDisk(name), TestContext.Current.CancellationToken)), (await vaults.FindAsync(name))!.Sha256);
        }

        Assert.Equal(new HashReport(0, 0, 0), await RunAsync(vaults));
    }

    [Fact]
    public async Task A_file_that_changes_while_it_is_hashed_gets_no_hash()
    {
        await using var vaults = await TestVaults.CreateAsync();
        await vaults.UploadAsync("/cdr/a.csv", "first version");
        await vaults.UploadAsync("/cdr/b.csv", "first version");

        // The new content is as long as the old one; once its row is written, once it is still to come.
        var hashing = new FileHashing(vaults.Core.Services.Database, vaults.Stores, vaults.Core.Time)
        {
            BeforeNoting = () =>
            {
                Replace(vaults.OnDisk("/cdr/a.csv"), "other version");
                Replace(vaults.OnDisk("/cdr/b.csv"), "other version");
            },
        };
        Assert.Equal(new HashReport(0, 0, 2), (await hashing.RunAsync(null, null, TestContext.Current.CancellationToken)).Get());
        Assert.Null((await vaults.FindAsync("/cdr/a.csv"))!.Sha256);
        Assert.Equal(2, (await RunAsync(vaults)).Files);
        Assert.Equal(SHA256.HashData(Encoding.UTF8.GetBytes("other version")), (await vaults.FindAsync("/cdr/a.csv"))!.Sha256);
    }

    [Fact]
    public async Task A_file_of_another_size_or_gone_is_left_to_the_scan()
    {
        await using var vaults = await TestVaults.CreateAsync();
        await vaults.UploadAsync("/cdr/a.csv", "one");
        await vaults.UploadAsync("/cdr/b.csv", "two");
        vaults.Put("/cdr/a.csv", "longer");
        File.Delete(vaults.OnDisk("/cdr/b.csv"));
        Assert.Equal(new HashReport(0, 0, 2), await RunAsync(vaults));
        await vaults.ScanAsync();
        Assert.Equal(new HashReport(1, 6, 0), await RunAsync(vaults));
    }

    [Fact]
    public async Task Reading_keeps_below_its_rate()
    {
        await using var vaults = await TestVaults.CreateAsync();
        await vaults.UploadAsync("/cdr/long.csv", new string('x', 2 * FileHashing.Piece));
        var hashing = new FileHashing(vaults.Core.Services.Database, vaults.Stores, vaults.Core.Time);
        var running = hashing.RunAsync(null, FileHashing.Piece, TestContext.Current.CancellationToken).AsTask();

        // A piece a second: each of the two is followed by its second.
        for (var pieces = 0; pieces < 2; pieces++)
        {
            await vaults.WaitForTimerAsync(TimeSpan.FromSeconds(1));
            Assert.False(running.IsCompleted);
            vaults.Core.Time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(1, (await running).Get().Files);
    }

    [Fact]
    public async Task Reading_waits_while_customers_move_files_and_goes_on_when_they_are_done()
    {
        await using var vaults = await TestVaults.CreateAsync();
        await vaults.UploadAsync("/cdr/long.csv", new string('x', 3 * FileHashing.Piece));
        var moved = 0L;
        var hashing = new FileHashing(vaults.Core.Services.Database, vaults.Stores, vaults.Core.Time) { Moved = () => Interlocked.Read(ref moved) };
        var running = hashing.RunAsync(null, FileHashing.Piece, TestContext.Current.CancellationToken).AsTask();

        // The pace's own second behind the first piece; then a transfer, and looks that find it going on.
        await vaults.WaitForTimerAsync(TimeSpan.FromSeconds(1));
        Interlocked.Add(ref moved, FileHashing.BusyBytes);
        for (var second = 0; second < 20; second++)
        {
            vaults.Core.Time.Advance(FileHashing.Look);
            Interlocked.Add(ref moved, FileHashing.BusyBytes);
            await vaults.WaitForTimerAsync(FileHashing.Look);
            Assert.False(running.IsCompleted);
        }

        // A trickle is no transfer to wait for. Two more pieces, and no race after the time that was given away.
        for (var pieces = 0; pieces < 3; pieces++)
        {
            Assert.False(running.IsCompleted);
            vaults.Core.Time.Advance(FileHashing.Look);
            Interlocked.Add(ref moved, FileHashing.BusyBytes / 2);
            if (pieces < 2)
            {
                await WaitForAnyTimerAsync(vaults);
            }
        }

        await AdvanceUntilDoneAsync(vaults, running);
        Assert.Equal(1, (await running).Get().Files);
    }

    [Fact]
    public async Task On_a_server_that_is_never_quiet_a_piece_waits_a_minute_and_no_longer()
    {
        await using var vaults = await TestVaults.CreateAsync();
        await vaults.UploadAsync("/cdr/long.csv", new string('x', 2 * FileHashing.Piece));
        var hashing = new FileHashing(vaults.Core.Services.Database, vaults.Stores, vaults.Core.Time)
        {
            Moved = () => (long)(vaults.Core.Time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds * 2 * FileHashing.BusyBytes,
        };
        var running = hashing.RunAsync(null, FileHashing.Piece, TestContext.Current.CancellationToken).AsTask();
        var began = vaults.Core.Time.GetUtcNow();
        await AdvanceUntilDoneAsync(vaults, running);
        Assert.Equal(1, (await running).Get().Files);
        Assert.InRange(vaults.Core.Time.GetUtcNow() - began, 2 * FileHashing.LongestPause, (2 * FileHashing.LongestPause) + TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task What_a_pause_gave_away_is_not_made_up_for_beyond_the_credit()
    {
        await using var vaults = await TestVaults.CreateAsync();
        await vaults.UploadAsync("/cdr/a.csv", new string('x', 3 * FileHashing.Piece));
        var time = new BusyTime(vaults.Core.Time);
        var running = new FileHashing(vaults.Core.Services.Database, vaults.Stores, time).RunAsync(null, FileHashing.Piece, TestContext.Current.CancellationToken).AsTask();
        await vaults.WaitForTimerAsync(TimeSpan.FromSeconds(1));

        // The machine was busy elsewhere for an hour: the next piece costs its second all the same, but for a tenth.
        time.Lost = TimeSpan.FromHours(1);
        vaults.Core.Time.Advance(TimeSpan.FromSeconds(1));
        await vaults.WaitForTimerAsync(TimeSpan.FromSeconds(1) - FileHashing.Credit);
        await AdvanceUntilDoneAsync(vaults, running);
    }

    private static async Task WaitForAnyTimerAsync(TestVaults vaults)
    {
        var waited = System.Diagnostics.Stopwatch.StartNew();
        while (vaults.Core.Time.NextDue is null)
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(60), "nothing waits");
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    private static async Task AdvanceUntilDoneAsync(TestVaults vaults, Task running)
    {
        var waited = System.Diagnostics.Stopwatch.StartNew();
        while (!running.IsCompleted)
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(60), "the hashing does not end");
            if (vaults.Core.Time.NextDue is { } due)
            {
                vaults.Core.Time.Advance(due);
            }

            await Task.Delay(2, TestContext.Current.CancellationToken);
        }
    }

    private static async Task<HashReport> RunAsync(TestVaults vaults) =>
        (await new FileHashing(vaults.Core.Services.Database, vaults.Stores, vaults.Core.Time).RunAsync(null, null, TestContext.Current.CancellationToken)).Get();

    private static void Replace(string path, string content)
    {
        File.WriteAllText(path + ".new", content);
        File.Move(path + ".new", path, overwrite: true);
    }

    /// <summary>A clock of a machine that let nothing of this work for some time.</summary>
    private sealed class BusyTime(TimeProvider right) : TimeProvider
    {
        public TimeSpan Lost { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => right.GetTimestamp() + Lost.Ticks;

        public override DateTimeOffset GetUtcNow() => right.GetUtcNow() + Lost;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => right.CreateTimer(callback, state, dueTime, period);
    }
}
