using System.Net;
using System.Text.RegularExpressions;

namespace Waybill.Portal.Tests.Support;

/// <summary>A browser without script: keeps the session's cookie where tests see it, and fills forms.</summary>
internal sealed partial class Visitor : IDisposable
{
    public const string Cookie = "__Host-waybill";

    private readonly HttpClient _client;
    private readonly Dictionary<string, string> _cookies = [];

    public Visitor(PortalServer server) => _client = server.Client(cookies: false);

    /// <summary>The address of the person that the test has signed up with it.</summary>
    public string Email { get; init; } = "";

    /// <summary>The session's cookie; null for none.</summary>
    public string? Session
    {
        get => _cookies.GetValueOrDefault(Cookie);
        set
        {
            _cookies.Remove(Cookie);
            if (value is not null)
            {
                _cookies[Cookie] = value;
            }
        }
    }

    /// <summary>The session's cookie as it was sent last, with its flags.</summary>
    public string? SetCookie { get; private set; }

    /// <summary>All cookies as they were sent, with their flags.</summary>
    public List<string> SetCookies { get; } = [];

    /// <summary>The page that was shown last, as people read it.</summary>
    public string Page { get; private set; } = "";

    /// <summary>The same as it was sent.</summary>
    public string Source { get; private set; } = "";

    public async Task<Answer> GetAsync(string path) => await SendAsync(new HttpRequestMessage(HttpMethod.Get, path));

    /// <summary>Sends the form of the page that was shown last; its action is <paramref name="action"/>.</summary>
    public async Task<Answer> PostAsync(string action, params (string Name, string Value)[] fields) => await SendAsync(new HttpRequestMessage(HttpMethod.Post, action)
    {
        Content = new FormUrlEncodedContent([.. fields.Select(static field => new KeyValuePair<string, string>(field.Name, field.Value)), new("__RequestVerificationToken", PortalServer.FormToken(Source, WebUtility.HtmlEncode(action)))]),
    });

    /// <summary>Sends an empty form to an address, with the token that every page has in its form for the appearance.</summary>
    public async Task<Answer> PressAsync(string address) => await SendAsync(new HttpRequestMessage(HttpMethod.Post, address)
    {
        Content = new FormUrlEncodedContent([new("__RequestVerificationToken", PortalServer.FormToken(Source, "/theme"))]),
    });

    /// <summary>Sends a form with files, or whatever else it holds.</summary>
    public async Task<Answer> SendFormAsync(string action, HttpContent content) => await SendAsync(new HttpRequestMessage(HttpMethod.Post, action) { Content = content });

    /// <summary>Sends a form as another site would: without its token.</summary>
    public async Task<Answer> ForgeAsync(string action, params (string Name, string Value)[] fields) => await SendAsync(new HttpRequestMessage(HttpMethod.Post, action)
    {
        Content = new FormUrlEncodedContent(fields.Select(static field => new KeyValuePair<string, string>(field.Name, field.Value))),
    });

    /// <summary>The token of the page that was shown last: every page has it in its form for the appearance.</summary>
    public string Token => PortalServer.FormToken(Source, "/theme");

    /// <summary>All cookies, as the browser sends them.</summary>
    public string Cookies => string.Join("; ", _cookies.Select(static cookie => $"{cookie.Key}={cookie.Value}"));

    /// <summary>Sends a request as this browser; the page that was shown stays.</summary>
    public async Task<HttpResponseMessage> RawAsync(HttpRequestMessage request)
    {
        request.Version = HttpVersion.Version20;
        request.Headers.TryAddWithoutValidation("Cookie", Cookies);
        var answer = await _client.SendAsync(request);
        foreach (var set in answer.Headers.TryGetValues("Set-Cookie", out var all) ? all : [])
        {
            SetCookies.Add(set);
            var (name, value) = (Pair().Match(set).Groups[1].Value, Pair().Match(set).Groups[2].Value);
            SetCookie = name == Cookie ? set : SetCookie;
            if (value.Length == 0)
            {
                _cookies.Remove(name);
            }
            else
            {
                _cookies[name] = value;
            }
        }

        return answer;
    }

    public void Dispose() => _client.Dispose();

    private async Task<Answer> SendAsync(HttpRequestMessage request)
    {
        using (request)
        {
            using var answer = await RawAsync(request);
            if (answer.StatusCode != HttpStatusCode.Redirect)
            {
                Source = await answer.Content.ReadAsStringAsync();
                Page = WebUtility.HtmlDecode(Source);
            }

            return new Answer(answer.StatusCode, answer.Headers.Location?.OriginalString, answer.Headers.CacheControl?.NoStore == true);
        }
    }

    [GeneratedRegex("^([^=]+)=([^;]*)")]
    private static partial Regex Pair();

    internal sealed record Answer(HttpStatusCode Status, string? Location, bool IsNotStored);
}
