using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Waybill.Core.Audit;

namespace Waybill.Core.Notifications;

/// <summary>Calls web hooks: one POST, no redirect, no proxy, no cookies, a bounded time, and a bounded part of the answer.</summary>
internal sealed class HookCaller : IDisposable
{
    private const int LongestHeaders = 16;
    private const int LongestError = 300;
    private readonly HttpClient _client;
    private readonly TimeProvider _time;

    public HookCaller(HookTargets targets, TimeProvider time)
    {
        _time = time;
        _client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectCallback = targets.ConnectAsync,
            MaxResponseHeadersLength = LongestHeaders,
            MaxConnectionsPerServer = NotificationLimits.HooksAtOnce,
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
            ResponseDrainTimeout = TimeSpan.Zero,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("Waybill", typeof(HookCaller).Assembly.GetName().Version?.ToString(2)));
    }

    /// <summary>Tries once. Only a cancellation throws.</summary>
    public async ValueTask<SendOutcome> CallAsync(string url, byte[] secret, string id, string topic, string body, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(NotificationLimits.HookTime, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
            request.Headers.Add(HookSignature.Header, HookSignature.Sign(secret, _time.GetUtcNow(), body));
            request.Headers.Add("Waybill-Delivery", id);
            request.Headers.TryAddWithoutValidation("Waybill-Topic", topic);
            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
            if (response.IsSuccessStatusCode)
            {
                return SendOutcome.Taken;
            }

            var status = (int)response.StatusCode;
            var words = status is >= 300 and < 400
                ? $"it answered {status}, a redirect; those are not followed: give the address that it leads to"
                : $"it answered {status}: {await StartAsync(response, either.Token).ConfigureAwait(false)}";
            return new(status >= 500 || response.StatusCode is HttpStatusCode.TooManyRequests ? SendVerdict.Away : SendVerdict.Later, words);
        }
        catch (HttpRequestException error)
        {
            return new(SendVerdict.Away, Clean(error.GetBaseException().Message));
        }
        catch (Exception error) when (error is IOException or InvalidOperationException or NotSupportedException)
        {
            return new(SendVerdict.Away, Clean(error.Message));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new(SendVerdict.Away, $"it did not answer within {NotificationLimits.HookTime.TotalSeconds} s");
        }
    }

    public void Dispose() => _client.Dispose();

    private static string Clean(string text) => AuditText.Clean(text, LongestError, doubleBackslash: false)!;

    /// <summary>The beginning of an answer, for the operator; what comes after it is not read.</summary>
    private static async ValueTask<string> StartAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var buffer = new byte[NotificationLimits.HookAnswer];
            var read = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            return Clean(Encoding.UTF8.GetString(buffer.AsSpan(0, read)));
        }
    }
}
