using Microsoft.Playwright;

namespace Waybill.Portal.Tests.Support;

/// <summary>The browser of the tests of this assembly; it starts for the first that opens a window, and ends after the last.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private static readonly Lazy<Task<(IPlaywright Playwright, IBrowser Browser)>> One = new(StartAsync);

    internal static async Task<IBrowser> StartedAsync() => (await One.Value).Browser;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (One is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
        {
            var (playwright, browser) = await One.Value;
            await browser.DisposeAsync();
            playwright.Dispose();
        }
    }

    private static async Task<(IPlaywright Playwright, IBrowser Browser)> StartAsync()
    {
        var playwright = await Playwright.CreateAsync();
        try
        {
            var options = new BrowserTypeLaunchOptions { ExecutablePath = "/usr/bin/chromium", Args = ["--no-sandbox", "--disable-dev-shm-usage"], Timeout = 60_000 };
            return (playwright, await playwright.Chromium.LaunchAsync(options));
        }
        catch
        {
            playwright.Dispose();
            throw;
        }
    }
}
