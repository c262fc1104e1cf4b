using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;

namespace Waybill.Portal.Tests.Support;

/// <summary>What tests of an account's files share: accounts of their own, what lies in the vault, and uploads.</summary>
public abstract class AccountFilePages(PortalServer server)
{
    private static int _accounts;

    private protected PortalServer Server => server;

    internal static async Task WaitAsync(Func<Task<bool>> holds)
    {
        var waited = Stopwatch.StartNew();
        while (!await holds())
        {
            Assert.True(waited.Elapsed < TimeSpan.FromMinutes(1), "It did not come to be in a minute.");
            await Task.Delay(100);
        }
    }

    private protected async Task<string> AccountAsync()
    {
        var account = string.Create(CultureInfo.InvariantCulture, $"{84000 + Interlocked.Increment(ref _accounts)}");
        await server.CommandAsync("account", "add", account, "--name", "Files Ltd");
        await server.CommandAsync("login", "add", account, "--account", account);
        return account;
    }

    private protected string Vault(string account, params string[] path) => Path.Combine([server.Data, "vaults", account, .. path]);

    private protected async Task<JsonElement> FetchAsync(string account, string path)
    {
        var fetches = default(JsonElement);
        await WaitAsync(async () => (fetches = (await server.JsonAsync("files", "show", account, path)).GetProperty("fetches")).GetArrayLength() > 0);
        return fetches.EnumerateArray().Single();
    }

    private protected static HttpRequestMessage Piece(string address, string token, long offset, long total, string content) => new(HttpMethod.Post, address)
    {
        Content = new ByteArrayContent(Encoding.ASCII.GetBytes(content)) { Headers = { ContentType = new("application/octet-stream") } },
        Headers = { { "RequestVerificationToken", token }, { "Upload-Offset", offset.ToString(CultureInfo.InvariantCulture) }, { "Upload-Length", total.ToString(CultureInfo.InvariantCulture) } },
    };

    private protected static async Task<(long Offset, bool IsDone)> SendAsync(Visitor visitor, HttpRequestMessage request)
    {
        using (request)
        {
            using var answer = await visitor.RawAsync(request);
            var text = await answer.Content.ReadAsStringAsync();
            Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{answer.StatusCode}: {text}");
            var json = JsonDocument.Parse(text).RootElement;
            return (json.GetProperty("offset").GetInt64(), json.GetProperty("done").GetBoolean());
        }
    }

    private protected static async Task<(HttpStatusCode Status, string? Location, string Page)> UploadAsync(Visitor visitor, string address, string? token, params (string Name, string Content)[] files)
    {
        using var form = new MultipartFormDataContent();
        if (token is not null)
        {
            form.Add(new StringContent(token), "__RequestVerificationToken");
        }

        foreach (var (name, content) in files)
        {
            form.Add(new ByteArrayContent(Encoding.UTF8.GetBytes(content)), "files", name);
        }

        using var answer = await visitor.RawAsync(new HttpRequestMessage(HttpMethod.Post, address) { Content = form });
        return (answer.StatusCode, answer.Headers.Location?.OriginalString, WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync()));
    }
}
