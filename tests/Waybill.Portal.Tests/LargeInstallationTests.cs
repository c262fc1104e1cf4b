using System.Diagnostics;
using System.Globalization;
using System.Net;
using Waybill.Portal.Tests.Support;

namespace Waybill.Portal.Tests;

/// <summary>How long the server takes for each page when there is much to choose from. tests/soak/run portal makes it as large as a large provider.</summary>
public sealed class LargeInstallationTests(ITestOutputHelper output)
{
    private const int Looks = 15;

    /// <summary>The median that a page may take, at the full size.</summary>
    private const double Limit = 100;

    private static readonly string? Full = Environment.GetEnvironmentVariable("WAYBILL_SOAK_PORTAL_ACCOUNTS");

    private static readonly LargeInstallation Large = new(int.Parse(Full ?? "300", CultureInfo.InvariantCulture));

    private static string Middle => Large.Middle;

    [Fact]
    public async Task Every_page_and_search_of_a_large_installation_is_answered()
    {
        await using var server = new PortalServer();
        await server.InitializeAsync(() => Large.FillAsync(server.Data));
        using var administrator = await SignUp.WithAsync(server, "--provider", "administrator");
        using var owner = await SignUp.WithAsync(server, "--account", Middle, "--role", "owner");
        var samples = await PermissionMatrixTests.PrepareAsync(server, Middle);
        List<(double Median, string Path)> measured = [];
        foreach (var (path, who) in RouteInventoryTests.Who.Where(static row => !row.Key.Contains('{', StringComparison.Ordinal) && !RouteInventoryTests.Permissions.ContainsKey(row.Key)
            && row.Key is not ("problem" or "sign-out" or "theme" or "healthz" or "readyz")))
        {
            using var visitor = new Visitor(server);
            measured.Add(await MeasureAsync(who == RouteInventoryTests.Person ? administrator : visitor, "/" + path));
        }

        // How long a file takes says how quick a disk is, and an export sends all that there is.
        measured.Add(await MeasureAsync(owner, $"/account/{Middle}/files/", "list-files"));
        foreach (var (route, permission) in RouteInventoryTests.Permissions.Where(static row => !row.Key.Contains("{**", StringComparison.Ordinal) && row.Key != "staff/audit/export"))
        {
            var visitor = route.StartsWith("staff", StringComparison.Ordinal) ? administrator : owner;
            measured.Add(await MeasureAsync(visitor, PermissionMatrixTests.AddressOf(route, Middle, samples), permission));
        }

        foreach (var words in (string[][])[["pack", Large.MiddleLogin, "--link"], ["password", "link", Large.MiddleLogin]])
        {
            using var holder = new Visitor(server);
            measured.Add(await MeasureAsync(holder, new Uri((await server.JsonAsync(words)).GetProperty("link").GetString()!).PathAndQuery));
        }

        foreach (var search in Searches)
        {
            measured.Add(await MeasureAsync(administrator, search));
        }

        foreach (var (median, path) in measured.OrderDescending())
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{median,8:F1} ms  {path}"));
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Large}; the slowest of {measured.Count} pages took {measured.Max().Median:F1} ms (median of {Looks})"));

        // A machine that does much else besides: ten times the limit, and a scan of all rows is found by the soak at the full size.
        var limit = Full is null ? 10 * Limit : Limit;
        Assert.All(measured, page => Assert.True(page.Median < limit, $"{page.Path} took {page.Median} ms"));
    }

    /// <summary>What people look for: something rare, something that everybody has, something that nobody has.</summary>
    private static IEnumerable<string> Searches =>
    [
        $"/staff/accounts?q={Middle}", "/staff/accounts?q=company", "/staff/accounts?q=nobody",
        $"/staff/logins?q={Middle}", "/staff/logins?q=a0", "/staff/logins?q=nobody", "/staff/people?q=large", "/staff/people?q=owner", $"/staff/people?account={Middle}", $"/staff/feeds?account={Middle}",
        $"/staff/audit?q={Middle}", "/staff/audit?q=company", "/staff/audit?q=nobody", $"/staff/audit?account={Middle}", "/staff/audit?action=login", "/staff/audit?action=login-added",
        "/staff/requests?q=large", "/staff/requests?q=company", "/staff/requests?q=nobody", "/staff/requests?state=open", $"/staff/why?q={Middle}-v1", "/staff/why?q=192.0.2.1", "/staff/sessions?q=nobody", "/staff/notifications?state=dead",
        $"/staff/receipts?account={Middle}", "/staff/receipts?unfetched=true", "/staff/receipts?feed=cdr", "/staff/receipts?feed=report",
        "/staff/receipts?feed=report&unfetched=true", $"/staff/receipts?account={Middle}&feed=cdr", $"/staff/held?account={Middle}", $"/staff/retention?account={Middle}",
        $"/staff/numbers?account={Middle}", $"/staff/numbers?account={Middle}&state=quarantined", "/staff/numbers?state=active", "/staff/numbers?state=free", "/staff/numbers?q=02000000777",
        $"/staff/porting?account={Middle}", "/staff/porting?state=completed", "/staff/porting?state=draft",
    ];

    private static async Task<(double Median, string Path)> MeasureAsync(Visitor visitor, string path, string? permission = null)
    {
        List<double> times = [];
        for (var i = 0; i < Looks; i++)
        {
            var time = TimeSpan.Zero;
            var answer = await PermissionMatrixTests.PatientlyAsync(async () =>
            {
                var begun = Stopwatch.GetTimestamp();
                var looked = await visitor.GetAsync(path);
                time = Stopwatch.GetElapsedTime(begun);
                return looked;
            });
            times.Add(time.TotalMilliseconds);
            Assert.True(answer.Status == HttpStatusCode.OK || (answer.Status == HttpStatusCode.Redirect && permission is null), $"{path} ({permission}): {answer}");
        }

        return (times.Order().ElementAt(Looks / 2), path);
    }
}
