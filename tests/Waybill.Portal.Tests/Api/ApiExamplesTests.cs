using System.Globalization;
using System.Text.RegularExpressions;
using Waybill.TestKit;

namespace Waybill.Portal.Tests.Api;

/// <summary>Every example of docs/api/README.md, as it stands there.</summary>
[Collection(nameof(ApiServer))]
public sealed partial class ApiExamplesTests(ApiServer api)
{
    [Fact]
    public async Task Every_example_does_what_it_says()
    {
        using var directory = new TemporaryDirectory();
        var account = await api.AccountAsync();
        var file = await api.DeliverAsync(account, "usage.csv", "a,b\n1,2\n");
        var page = await File.ReadAllTextAsync(Path.Combine(RepositoryRoot.Find(), "docs", "api", "README.md"));
        var examples = Example().Matches(page).Select(static match => match.Groups[1].Value).ToList();
        Assert.True(examples.Count >= 6, "the examples were not found");
        var script = directory.Write("examples.sh", "set -eu -o pipefail\n" + string.Join("\necho\n", examples));
        var outcome = await ExternalProcess.RunAsync(
            "env",
            [
                "-C", directory.FullName, "URL=" + api.Server.Url, "TOKEN=" + api.All, "ROOT=" + Path.Combine(api.Server.Data, "tls", "root.crt"),
                "FILE=" + file.ToString(CultureInfo.InvariantCulture), "ACCOUNT=" + account, "bash", script,
            ],
            timeout: TimeSpan.FromSeconds(120));
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Contains("\"number\":\"20077\"", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("/invoices/june.pdf", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("\"state\":\"processed\"", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("\"path\":\"/upload/june.csv\"", outcome.Output, StringComparison.Ordinal);
        Assert.Equal("a,b\n1,2\n", await File.ReadAllTextAsync(directory.Combine("usage.csv")));
    }

    [GeneratedRegex("```sh\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Example();
}
