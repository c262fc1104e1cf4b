using System.Globalization;
using System.Text.RegularExpressions;
using Waybill.Core;
using Waybill.Core.Accounts;
using Waybill.Portal.Tests.Support;

namespace Waybill.Portal.Tests;

/// <summary>Accounts, as the provider's people see them.</summary>
public sealed partial class StaffAccountTests
{
    [Fact]
    public async Task A_long_list_goes_on_on_the_next_page_with_nothing_left_out_and_nothing_twice()
    {
        const int Count = (2 * PortalLimits.ListRows) + 1;
        await using var server = new PortalServer();
        await server.InitializeAsync(async () =>
        {
            await using var core = (await CoreServices.OpenAsync(server.Data, TimeProvider.System)).Value!;
            for (var i = 1; i < Count; i++)
            {
                var number = string.Create(CultureInfo.InvariantCulture, $"{20000 + i}");
                Assert.True((await core.Accounts.AddAsync(new NewAccount(number, "<i>Company</i> & Sons"), Actor.System)).Succeeded);
            }
        });
        using var visitor = await SignUp.WithAsync(server, "--provider", "billing");
        List<string> seen = [];
        List<int> sizes = [];
        for (var address = "/staff/accounts"; address.Length > 0; address = Next().Match(visitor.Page).Groups[1].Value)
        {
            await visitor.GetAsync(address);
            Assert.DoesNotContain("<i>", visitor.Source, StringComparison.Ordinal);
            var numbers = Number().Matches(visitor.Page).Select(static match => match.Groups[1].Value).ToList();
            seen.AddRange(numbers);
            sizes.Add(numbers.Count);
        }

        Assert.Equal([PortalLimits.ListRows, PortalLimits.ListRows, 1], sizes);
        Assert.Equal(Count, seen.Distinct().Count());

        // The notice of a form that was sent says one of its own words, and goes with the next page.
        await visitor.GetAsync("/staff/accounts?done=Saved");
        Assert.Contains("""<p class="done" role="status">Saved.</p>""", visitor.Source, StringComparison.Ordinal);
        Assert.DoesNotContain("done=", Next().Match(visitor.Page).Value, StringComparison.Ordinal);
        foreach (var word in (string[])["Nothing", "%3Cscript%3E", ""])
        {
            await visitor.GetAsync("/staff/accounts?done=" + word);
            Assert.DoesNotContain("role=\"status\"", visitor.Source, StringComparison.Ordinal);
        }
    }

    [GeneratedRegex("""rel="next" href="([^"]+)""")]
    private static partial Regex Next();

    [GeneratedRegex(@"<tr><td><code>(\d+)</code>")]
    private static partial Regex Number();
}
