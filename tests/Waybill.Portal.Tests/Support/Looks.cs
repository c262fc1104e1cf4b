using Microsoft.Playwright;
using Waybill.TestKit;

namespace Waybill.Portal.Tests.Support;

/// <summary>How pages look to people: in light and dark, on desktop and phone. Screenshots go into <c>artifacts/portal</c>, which git ignores.</summary>
internal static class Looks
{
    private static readonly string Folder = Directory.CreateDirectory(Path.Combine(RepositoryRoot.Find(), "artifacts", "portal")).FullName;

    private static readonly Lazy<Task<string>> Axe = new(static () =>
        File.ReadAllTextAsync(Path.Combine(RepositoryRoot.Find(), "tests", "Waybill.Portal.Tests", "npm", "node_modules", "axe-core", "axe.min.js")));

    /// <summary>A page in each of the four looks, with all that opens opened: it is no wider than its window, and axe-core finds nothing serious.</summary>
    public static async Task CheckAsync(IPage page, string name, bool opened = true)
    {
        if (opened)
        {
            await page.EvaluateAsync("() => document.querySelectorAll('details').forEach(each => each.open = true)");
        }

        await page.EvaluateAsync(await Axe.Value);
        foreach (var scheme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
        {
            await page.EmulateMediaAsync(new() { ColorScheme = scheme });
            foreach (var isPhone in (bool[])[false, true])
            {
                var (width, height) = Browser.Window(isPhone);
                await page.SetViewportSizeAsync(width, height);
                var look = $"{name}-{(scheme == ColorScheme.Dark ? "dark" : "light")}-{(isPhone ? "phone" : "desktop")}";
                await ShotAsync(page, look);
                Assert.True(await page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= window.innerWidth"), $"{look} is wider than the window");
                var found = await page.EvaluateAsync<string>(
                    "async () => JSON.stringify((await axe.run(document, { resultTypes: ['violations'] })).violations.filter(v => v.impact === 'serious' || v.impact === 'critical').map(v => [v.id, v.help, v.nodes.map(n => n.html + ' ' + n.failureSummary)]))");
                Assert.True(found == "[]", $"{look}: {found}");
            }
        }
    }

    public static Task ShotAsync(IPage page, string name) => page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Folder, name + ".png"), FullPage = true });
}
