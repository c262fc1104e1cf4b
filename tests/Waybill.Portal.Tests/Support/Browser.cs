using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace Waybill.Portal.Tests.Support;

/// <summary>A real Chromium, Debian's own: one for all tests, and each has windows of its own.</summary>
internal sealed class Browser : IAsyncDisposable
{
    private readonly IBrowser _browser;
    private readonly List<IBrowserContext> _contexts = [];

    private Browser(IBrowser browser) => _browser = browser;

    public static async Task<Browser> StartAsync() => new(await Chromium.StartedAsync());

    /// <summary>The size of a window.</summary>
    public static (int Width, int Height) Window(bool isPhone) => isPhone ? (390, 844) : (1280, 900);

    /// <summary>What a window asks for from now on, but for the picture of its tab, which comes when the browser likes.</summary>
    public static ConcurrentQueue<string> RequestsOf(IPage page)
    {
        var requests = new ConcurrentQueue<string>();
        page.Context.Request += (_, request) =>
        {
            if (!request.Url.Contains("/assets/mark.", StringComparison.Ordinal))
            {
                requests.Enqueue(request.Url);
            }
        };
        return requests;
    }

    /// <summary>A window with cookies of its own; whatever breaks the content security policy goes into <paramref name="complaints"/>.</summary>
    public async Task<IPage> OpenAsync(ColorScheme scheme, bool isPhone, List<string> complaints, bool script = true)
    {
        var (width, height) = Window(isPhone);
        var context = await _browser.NewContextAsync(new BrowserNewContextOptions
        {
            ColorScheme = scheme,
            ViewportSize = new ViewportSize { Width = width, Height = height },
            HasTouch = isPhone,
            JavaScriptEnabled = script,

            // That the certificate is right is tested with clients that trust the root alone.
            IgnoreHTTPSErrors = true,
            ReducedMotion = ReducedMotion.Reduce,
        });
        _contexts.Add(context);
        context.SetDefaultTimeout(60_000);
        var page = await context.NewPageAsync();
        page.Console += (_, message) =>
        {
            // Pages that are not there, and forms that are filled in wrongly, are tests' own doing.
            if (message.Type == "error" && !message.Text.StartsWith("Failed to load resource: the server responded with a status of 404", StringComparison.Ordinal)
                && !message.Text.StartsWith("Failed to load resource: the server responded with a status of 422", StringComparison.Ordinal))
            {
                complaints.Add(message.Text);
            }
        };
        page.PageError += (_, error) => complaints.Add(error);
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var context in _contexts)
        {
            await context.DisposeAsync();
        }
    }
}
