using System.Text;
using Waybill.Core.Accounts;
using Waybill.Core.Catalogue;
using Waybill.Core.Feeds;

namespace Waybill.Core.Tests.Feeds;

/// <summary>What tests of feeds do again and again.</summary>
internal static class FeedTestExtensions
{
    public static async Task AddVaultAsync(this TestCore core, string number = "10042", string? parent = null)
    {
        var account = (await core.Services.Accounts.AddAsync(new NewAccount(number, "Example Ltd") { Parent = parent }, TestCore.Operator)).Get();
        Assert.True(core.Services.Vaults.Ensure(account).Succeeded);
    }

    public static PublishRequest Set(string account, string feed, params ReadOnlySpan<(string Name, string Content)> files)
    {
        List<PublishFile> list = [];
        foreach (var (name, content) in files)
        {
            list.Add(new PublishFile(name, () => new MemoryStream(Encoding.UTF8.GetBytes(content))));
        }

        return new PublishRequest(account, feed, list);
    }

    public static async Task<PublishReport> PublishAsync(this TestCore core, PublishRequest request) =>
        (await core.Services.Publisher.PublishAsync(request, TestCore.Operator)).Get();

    public static Task<PublishReport> PublishAsync(this TestCore core, string feed, string name, string content, string account = "10042") =>
        core.PublishAsync(Set(account, feed, (name, content)));

    /// <summary>What a customer can see in a folder.</summary>
    public static string[] Visible(this TestCore core, string folder, string account = "10042") =>
        [.. Files(core, folder, account).Where(static name => !name.StartsWith(".waybill-", StringComparison.Ordinal))];

    public static string[] Hidden(this TestCore core, string folder, string account = "10042") =>
        [.. Files(core, folder, account).Where(static name => name.StartsWith(".waybill-", StringComparison.Ordinal))];

    public static string Content(this TestCore core, string path, string account = "10042") => File.ReadAllText(core.Files.Vaults + "/" + account + path);

    /// <summary>The customer reads a file as a whole.</summary>
    public static Task FetchAsync(this TestCore core, string path, long size, string account = "10042") => core.Services.Database.WriteAsync<int>(
        transaction =>
        {
            var id = CatalogueSql.AccountId(transaction.Connection, account)!.Value;
            CatalogueSql.Fetched(
                transaction.Connection, CatalogueSql.Present(transaction.Connection, id, path)!.Value,
                new FileFetch(account, DeliveryProtocol.Sftp, "192.0.2.1", core.Time.GetUtcNow(), size, true));
            return 1;
        }).AsTask();

    public static long Events(this TestCore core, string topic) => (long)core.Scalar($"SELECT count(*) FROM event WHERE topic = '{topic}'")!;

    public static long Audited(this TestCore core, string action) => (long)core.Scalar($"SELECT count(*) FROM audit WHERE action = '{action}'")!;

    private static IEnumerable<string> Files(TestCore core, string folder, string account)
    {
        var directory = core.Files.Vaults + "/" + account + folder;
        return Directory.Exists(directory) ? Directory.GetFiles(directory).Select(static file => Path.GetFileName(file)).Order(StringComparer.Ordinal) : [];
    }
}
