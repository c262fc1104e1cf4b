using System.Diagnostics;
using System.Globalization;
using System.Text;
using Waybill.Core.Accounts;
using Waybill.Core.Feeds;
using Waybill.Core.Logins;
using Waybill.Storage;
using Waybill.Storage.Local;

namespace Waybill.Core.Tests.Feeds;

/// <summary>A month of a provider: an invoice PDF and CSV to every account, a CDR file a day for 30 days to some. tests/soak/publish runs it at its full size.</summary>
public sealed class PublishSoakTests(ITestOutputHelper output)
{
    private const int Days = 30;

    private static readonly int Accounts = Setting("WAYBILL_SOAK_PUBLISH_ACCOUNTS", 200);
    private static readonly int Daily = Setting("WAYBILL_SOAK_PUBLISH_DAILY", 20);

    [Fact]
    public async Task A_month_of_invoices_and_daily_files_reaches_everyone_and_nobody_else()
    {
        await using var core = await TestCore.CreateAsync();
        var numbers = Enumerable.Range(0, Accounts).Select(static i => (20_000 + i).ToString(CultureInfo.InvariantCulture)).ToList();
        var clock = Stopwatch.StartNew();
        foreach (var number in numbers)
        {
            await core.AddVaultAsync(number);
        }

        Print(clock, $"{Accounts} accounts and vaults were made", Accounts);
        await PublishAsync(core, numbers.Select(static number => FeedTestExtensions.Set(
            number, "invoice", ("2027-01.pdf", $"%PDF-1.7 invoice of {number}\n{new string('x', 20_000)}"), ("2027-01.csv", $"account,amount\n{number},12.50\n"))));
        Print(clock, $"an invoice PDF and CSV was published to each of {Accounts} accounts", Accounts);
        foreach (var day in Enumerable.Range(1, Days))
        {
            core.Time.Advance(TimeSpan.FromDays(1));
            await PublishAsync(core, numbers.Take(Daily).Select(number => FeedTestExtensions.Set(number, "cdr", ($"cdr_{number}_2027-01-{day:D2}.csv", $"number,seconds\n{number},{day}\n"))));
        }

        Print(clock, $"a CDR file on each of {Days} days was published to {Daily} accounts", Days * Daily);
        await FetchAsync(core, numbers);
        Print(clock, $"every second account fetched its CSV", (Accounts + 1) / 2);
        await CheckAsync(core, numbers);
        Print(clock, "folders, contents and receipts were checked", Accounts);
        var database = new FileInfo(core.Files.Database).Length;
        output.WriteLine($"database {database / 1_048_576.0:F1} MiB ({database / ((Accounts * 2) + (Days * Daily))} bytes a file), peak memory {Process.GetCurrentProcess().PeakWorkingSet64 / 1_048_576} MiB");
        Assert.True((await core.Services.Audit.VerifyAsync()).Intact);
    }

    private static async Task PublishAsync(TestCore core, IEnumerable<PublishRequest> sets)
    {
        await foreach (var report in core.Services.Publisher.PublishAllAsync(sets, TestCore.Operator))
        {
            Assert.Equal(PublicationState.Published, report.Get().State);
        }
    }

    private static async Task FetchAsync(TestCore core, List<string> numbers)
    {
        for (var i = 0; i < numbers.Count; i += 2)
        {
            await core.Journal(Actor.Login(numbers[i], "192.0.2.1", "c"), account: numbers[i])
                .RecordAsync(new FileEvent(FileOperation.Download, VaultPath.Parse("/invoices/2027-01.csv"), Bytes: 30, Size: 30));
        }

        // Recorded behind the fetches, which nobody waits for: now they are in the catalogue.
        await core.Journal(Actor.Login(numbers[0], "192.0.2.1", "c"), account: numbers[0]).RecordAsync(new FileEvent(FileOperation.MakeDirectory, VaultPath.Parse("/upload/done")));
    }

    /// <summary>What each customer's own login sees and reads, and what the receipts say of it.</summary>
    private static async Task CheckAsync(TestCore core, List<string> numbers)
    {
        using var vaults = new LocalVaults(core.Files.Vaults);
        var rules = core.Services.Layout.RulesFor(new Login(1, "x", LoginKind.Customer, "x", null, null, AllowedNetworks.FromColumn(""), LoginStatus.Active, null, core.Time.GetUtcNow(), null));
        for (var i = 0; i < numbers.Count; i++)
        {
            await using var store = vaults.OpenStore(VaultPath.Parse("/" + numbers[i]), rules).Value!;
            var csv = await ReadAsync(store, "/invoices/2027-01.csv");
            Assert.Equal($"account,amount\n{numbers[i]},12.50\n", csv);
            Assert.Equal(["2027-01.csv", "2027-01.pdf"], core.Visible("/invoices", numbers[i]));
            Assert.Empty(core.Hidden("/invoices", numbers[i]));
            Assert.Equal(i < Daily ? Days : 0, core.Visible("/cdr", numbers[i]).Count(name => name.Contains(numbers[i], StringComparison.Ordinal)));
            Assert.Equal(i < Daily ? Days : 0, core.Visible("/cdr", numbers[i]).Length);
            var receipts = (await core.Services.Receipts.ListAsync(new ReceiptQuery { Account = numbers[i], Feed = "invoice" })).Get().Items;
            Assert.Equal(2, receipts.Count);
            Assert.Single(receipts.Select(static receipt => receipt.Publication).Distinct());
            Assert.Equal(i % 2 == 0 ? [numbers[i]] : [], receipts.Where(static receipt => receipt.FirstFetched is not null).Select(static receipt => receipt.FirstFetchedBy));
            Assert.Equal(i < Daily ? Days : 0, (await core.Services.Receipts.ListAsync(new ReceiptQuery { Account = numbers[i], Feed = "cdr" })).Get().Items.Count);
        }
    }

    private static async Task<string> ReadAsync(IFileStore store, string path)
    {
        await using var file = (await store.OpenAsync(VaultPath.Parse(path), OpenModes.Read)).Value!;
        var buffer = new byte[1000];
        return Encoding.UTF8.GetString(buffer.AsSpan(0, (await file.ReadAsync(0, buffer)).Value));
    }

    private void Print(Stopwatch clock, string what, int count)
    {
        output.WriteLine($"{what}: {clock.Elapsed.TotalSeconds:F1} s, {count / clock.Elapsed.TotalSeconds:F0} a second");
        clock.Restart();
    }

    private static int Setting(string name, int otherwise) => int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}
