using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;
using Waybill.Core.Logins;
using Waybill.Core.Tokens;
using Waybill.Portal.Security;

namespace Waybill.Portal.Api;

/// <summary>The way of each call: who, may it, is it well formed, was it done already, do it, answer.</summary>
internal static partial class ApiPipeline
{
    public const string KeyHeader = "Idempotency-Key";

    /// <summary>Says that the answer is that of an earlier request with the same key.</summary>
    public const string ReplayHeader = "Idempotency-Replayed";

    private const string Scheme = "Bearer ";

    public static async Task InvokeAsync(ApiEndpoint endpoint, HttpContext context)
    {
        var (token, login) = await WhoAsync(endpoint, context);
        if (token is null && login is null)
        {
            return;
        }

        if (TooFast(endpoint, context, token, login) is { } tooFast)
        {
            await RefuseAsync(endpoint, context, tooFast);
            return;
        }

        var badQuery = CheckQuery(endpoint, context.Request.Query);
        if (badQuery is not null && endpoint.Upload is not null)
        {
            await RefuseAsync(endpoint, context, badQuery);
            return;
        }

        await using var read = await ApiBody.ReadAsync(endpoint, context);
        var isSafe = HttpMethods.IsGet(endpoint.Method);
        var call = new ApiCall(context, token, login, read.Value, isSafe ? context.RequestAborted : CancellationToken.None);
        var problem = badQuery ?? read.Problem;

        // Also of a call that is wrong otherwise: a private key that came is burnt.
        var stray = read.Text.IsEmpty || (endpoint.TakesKeys && problem is null) ? null : await StrayKey.RefuseAsync(call, read.Text, problem);
        if ((stray ?? problem) is { } bad)
        {
            await RefuseAsync(endpoint, context, bad);
            return;
        }

        using var turn = endpoint.TakesLong ? context.RequestServices.GetRequiredService<LongTurns>().TryTake() : null;
        if (endpoint.TakesLong && turn is null)
        {
            await RefuseAsync(endpoint, context, ApiProblem.With(
                StatusCodes.Status503ServiceUnavailable, "busy", $"{PortalLimits.ApiLong} calls that take long are being done. Ask again in a moment.") with { RetryAfter = 5 });
            return;
        }

        if (!HttpMethods.IsPost(endpoint.Method) || !context.Request.Headers.TryGetValue(KeyHeader, out var key))
        {
            await WriteAsync(context, endpoint, await endpoint.Handle(call));
            return;
        }

        await OnceAsync(endpoint, call, key.ToString(), Fingerprint(context.Request, read.Hash));
    }

    /// <summary>Who calls, if they may; the answer is written if they may not.</summary>
    private static async ValueTask<(ApiToken? Token, Login? Login)> WhoAsync(ApiEndpoint endpoint, HttpContext context)
    {
        if (endpoint.Scheme == ApiScheme.Login)
        {
            var (login, refused) = await BasicLogin.CheckAsync(context);
            if (refused is not null)
            {
                await RefuseAsync(endpoint, context, refused);
            }

            return (null, login);
        }

        if (await AuthenticateAsync(context) is not { } token)
        {
            await WriteAsync(context, ApiProblem.Of(StatusCodes.Status401Unauthorized));
            return default;
        }

        if (Forbid(endpoint, token) is { } forbidden)
        {
            context.Response.Headers.WWWAuthenticate = $"Bearer realm=\"waybill\", error=\"insufficient_scope\", scope=\"{endpoint.Scope}\"";
            await WriteAsync(context, forbidden);
            return default;
        }

        return (token, null);
    }

    /// <summary>Customers' programs take turns with all others: those of logins, and of tokens for one account's numbers, by one rate with NTSAPI. The provider's own are not bound by it.</summary>
    private static ApiProblem? TooFast(ApiEndpoint endpoint, HttpContext context, ApiToken? token, Login? login)
    {
        var caller = login is not null ? login.UserName
            : token is { Account: not null } && endpoint.Scope.StartsWith(NumbersApi.Scopes, StringComparison.Ordinal) ? string.Create(CultureInfo.InvariantCulture, $"token {token.Id}")
            : null;
        if (caller is null)
        {
            return null;
        }

        var rate = context.RequestServices.GetRequiredService<ILoginRate>();
        return rate.TryTake(caller) ? null : ApiProblem.Of(
            StatusCodes.Status429TooManyRequests,
            $"Too many calls: {(login is null ? "a token of an account" : "a login")} makes at most {rate.PerSecond} a second, commands of NTSAPI counted. This one was not done; wait a moment and send it again.") with { RetryAfter = 1 };
    }

    /// <summary>Writes a problem in the form of the call.</summary>
    private static Task RefuseAsync(ApiEndpoint endpoint, HttpContext context, ApiProblem problem) =>
        endpoint.Scheme == ApiScheme.Login ? BasicLogin.WriteAsync(context, problem) : WriteAsync(context, problem);

    /// <summary>Writes a problem; the error pages of addresses that nobody has use it too.</summary>
    public static async Task WriteAsync(HttpContext context, ApiProblem problem)
    {
        context.Response.StatusCode = problem.Status;
        if (problem.RetryAfter is { } seconds)
        {
            context.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        await WriteAsync(context, ApiJson.ProblemMedia, JsonSerializer.SerializeToUtf8Bytes(problem, ApiJson.Options));
    }

    /// <summary>The token of a request, if it works at this moment; null otherwise.</summary>
    public static async ValueTask<ApiToken?> FindTokenAsync(HttpContext context) => SecretOf(context) is { } secret
        ? await context.RequestServices.GetRequiredService<ApiTokens>().CheckAsync(secret, ApiCall.AddressOf(context), context.RequestAborted)
        : null;

    private static string? SecretOf(HttpContext context) =>
        context.Request.Headers.Authorization is [{ } header] && header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? header[Scheme.Length..].Trim() : null;

    private static async ValueTask<ApiToken?> AuthenticateAsync(HttpContext context)
    {
        if (SecretOf(context) is null)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer realm=\"waybill\"";
            return null;
        }

        var token = await FindTokenAsync(context);
        if (token is null)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer realm=\"waybill\", error=\"invalid_token\"";
        }

        return token;
    }

    private static ApiProblem? Forbid(ApiEndpoint endpoint, ApiToken token) =>
        !token.May(endpoint.Scope) ? ApiProblem.Of(StatusCodes.Status403Forbidden, $"This needs the scope {endpoint.Scope}, which the token has not. Ask the provider for one that has it.")
        : token.Account is not null && !endpoint.IsForAccounts
            ? ApiProblem.Of(StatusCodes.Status403Forbidden, $"This concerns all accounts, and the token is of account {token.Account} alone. Ask the provider for a token without an account.")
            : null;

    private static ApiProblem? CheckQuery(ApiEndpoint endpoint, IQueryCollection query)
    {
        foreach (var (name, values) in query)
        {
            if (endpoint.Query.FirstOrDefault(parameter => parameter.Name == name) is not { } parameter)
            {
                return ApiProblem.Of(StatusCodes.Status400BadRequest, endpoint.Query.Count == 0
                    ? "This address takes no query. Leave it out."
                    : $"The query has a parameter that is not known here. There are {string.Join(", ", endpoint.Query.Select(static known => known.Name))}.");
            }

            if (values.Count != 1 || parameter.Check(values.ToString()) is not null)
            {
                return ApiProblem.Of(StatusCodes.Status400BadRequest, values.Count != 1 ? $"The parameter {name} is there more than once. Send it once." : $"The parameter {name} is wrong: {parameter.Check(values.ToString())}.");
            }
        }

        return endpoint.Query.FirstOrDefault(parameter => parameter.IsRequired && !query.ContainsKey(parameter.Name)) is { } missing
            ? ApiProblem.Of(StatusCodes.Status400BadRequest, $"The parameter {missing.Name} is missing: {missing.What}.")
            : null;
    }

    /// <summary>Does a request that has a key once, and answers its repetitions as it was answered.</summary>
    private static async Task OnceAsync(ApiEndpoint endpoint, ApiCall call, string key, byte[] fingerprint)
    {
        var (context, once) = (call.Context, call.Get<IdempotentRequests>());
        var caller = call.Caller;
        var begun = await once.BeginAsync(caller, key, fingerprint, call.Cancel);
        if (!begun.Succeeded)
        {
            await RefuseAsync(endpoint, context, ApiProblem.Of(begun.Problem));
            return;
        }

        switch (begun.Value.State)
        {
            case IdempotentState.Answered:
                var before = begun.Value.Answer!;
                context.Response.Headers[ReplayHeader] = "true";
                context.Response.StatusCode = before.Status;
                if (before.ContentType is { } media)
                {
                    await WriteAsync(context, media, before.Content);
                }

                return;

            case IdempotentState.UnderWay:
                await RefuseAsync(endpoint, context, ApiProblem.With(
                    StatusCodes.Status409Conflict, "under-way", "The first request with this Idempotency-Key is still being done. Send it again in a moment.") with { RetryAfter = 1 });
                return;

            case IdempotentState.Mismatch:
                await RefuseAsync(endpoint, context, ApiProblem.With(
                    StatusCodes.Status422UnprocessableEntity, "key-of-another-request", "This Idempotency-Key was used for another request. Send a new key with each new request."));
                return;
        }

        var kept = false;
        try
        {
            var answer = await endpoint.Handle(call);
            if (answer.Problem is null)
            {
                var content = endpoint.IsSecret ? null : Serialize(answer);
                kept = true;
                var ended = await once.EndAsync(caller, key, new IdempotentAnswer(answer.Status ?? endpoint.Status, content is null ? null : ApiJson.Media, content), CancellationToken.None);
                if (!ended.Succeeded)
                {
                    // It was done, and the caller is told so now; whoever asks again is not answered, and it is not done again.
                    NotKept(call.Get<ILoggerFactory>().CreateLogger(typeof(ApiPipeline).FullName!), endpoint.Id, ended.Problem.Message);
                }
            }

            await WriteAsync(context, endpoint, answer);
        }
        finally
        {
            if (!kept)
            {
                await once.ForgetAsync(caller, key, CancellationToken.None);
            }
        }
    }

    [LoggerMessage(1901, LogLevel.Error, "The answer of {Call} was not kept for its Idempotency-Key: {Problem}")]
    private static partial void NotKept(ILogger logger, string call, string problem);

    private static async Task WriteAsync(HttpContext context, ApiEndpoint endpoint, ApiAnswer answer)
    {
        if (answer.Problem is { } problem)
        {
            await RefuseAsync(endpoint, context, problem);
            return;
        }

        if (answer.Write is { } write)
        {
            await write(context);
            return;
        }

        context.Response.StatusCode = answer.Status ?? endpoint.Status;
        if (answer.Content is { } content)
        {
            await SendAsync(context, endpoint, content);
        }
        else if (Serialize(answer) is { } json)
        {
            await WriteAsync(context, ApiJson.Media, json);
        }
    }

    private static byte[]? Serialize(ApiAnswer answer) => answer.Value is { } value ? JsonSerializer.SerializeToUtf8Bytes(value, value.GetType(), ApiJson.Options) : null;

    private static async Task WriteAsync(HttpContext context, string media, ReadOnlyMemory<byte> content)
    {
        context.Response.ContentType = media;
        context.Response.ContentLength = content.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(content, context.RequestAborted);
        }
    }

    private static async Task SendAsync(HttpContext context, ApiEndpoint endpoint, ApiContent content)
    {
        await using var stream = content.Stream;
        context.Response.ContentType = endpoint.Content;
        context.Response.ContentLength = content.Length;
        var disposition = new ContentDispositionHeaderValue("attachment");
        disposition.SetHttpFileName(content.FileName);
        context.Response.Headers.ContentDisposition = disposition.ToString();
        context.Response.Headers.ContentSecurityPolicy = SecurityHeaders.Sandbox;
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        var sent = 0L;
        var buffer = new byte[PortalLimits.ApiBlock];
        try
        {
            while (await stream.ReadAsync(buffer, context.RequestAborted) is var count and > 0)
            {
                await context.Response.Body.WriteAsync(buffer.AsMemory(0, count), context.RequestAborted);
                sent += count;
            }
        }
        finally
        {
            if (content.Sent is { } tell)
            {
                await tell(sent);
            }
        }
    }

    /// <summary>What makes a request another one: its method, its whole address and its body.</summary>
    private static byte[] Fingerprint(HttpRequest request, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[sizeof(int)];
        foreach (var part in (ReadOnlySpan<string>)[request.Method, request.Path.Value ?? "", request.QueryString.Value ?? ""])
        {
            var bytes = Encoding.UTF8.GetBytes(part);
            BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }

        hash.AppendData(body);
        return hash.GetHashAndReset();
    }
}
