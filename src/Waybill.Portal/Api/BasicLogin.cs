using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;
using Waybill.Core;
using Waybill.Core.Audit;
using Waybill.Core.Logins;
using Waybill.Core.Passwords;

namespace Waybill.Portal.Api;

/// <summary>
/// Calls that a login's user name and password open. The password is that of FTPS and NTSAPI, and wrong ones count together with those: who is locked there is locked
/// here. Why somebody may not in is in the audit; the caller is told the same of a wrong name, password, account and address.
/// </summary>
internal static class BasicLogin
{
    /// <summary>What every refusal says, byte for byte as clients of such an API know it.</summary>
    public const string Refusal = "Wrong username, password or account";

    public const string Challenge = "Basic realm=\"waybill\", charset=\"UTF-8\"";

    private const int BusySeconds = 5;

    /// <summary>That it is not this account's login, or none at all.</summary>
    public static ApiProblem Wrong { get; } = ApiProblem.Of(StatusCodes.Status401Unauthorized, Refusal);

    /// <summary>The login of a request, if its password is right and it may be used from there, now; else why not.</summary>
    public static async ValueTask<(Login? Login, ApiProblem? Problem)> CheckAsync(HttpContext context)
    {
        if (!context.Request.IsHttps)
        {
            // Not even looked at: what came over a plain connection is known to others.
            return (null, ApiProblem.Of(StatusCodes.Status403Forbidden, "A password is taken over HTTPS only. Set a new one, since this one was sent in clear, and call the https:// address."));
        }

        if (context.Request.Headers.Authorization is not [{ } header] || BasicCredentials.Read(header) is not { } sent || context.Connection.RemoteIpAddress is not { } address)
        {
            return (null, Wrong);
        }

        var client = context.Request.Headers.UserAgent.ToString() is { Length: > 0 } agent ? agent : "a program of the REST API";
        var answer = await context.RequestServices.GetRequiredService<LoginPasswords>().CheckAsync(
            new PasswordAttempt(sent.User, sent.Password, address, IsEncrypted: true, client), context.RequestAborted);
        if (!answer.Succeeded)
        {
            return (null, ApiProblem.Of(answer.Problem));
        }

        switch (answer.Value)
        {
            case { Reason: LoginReason.Busy }:
                return (null, ApiProblem.With(StatusCodes.Status503ServiceUnavailable, "busy", "Too many programs log in at this moment. Try again in a minute.") with { RetryAfter = BusySeconds });

            case { Reason: LoginReason.Ok, Candidate.Login: { Kind: LoginKind.Customer, Account: not null } login }:
                context.RequestServices.GetRequiredService<LoginUsage>().NotePassword(login.Id, ApiCall.AddressOf(context), client);
                return (login, null);

            case var refused:
                await RecordAsync(context, sent.User, refused, address);
                return (null, refused.TryAgain is { } until ? Wrong with { RetryAfter = Seconds(context, until) } : Wrong);
        }
    }

    /// <summary>Writes a problem in the form of these calls.</summary>
    public static async Task WriteAsync(HttpContext context, ApiProblem problem)
    {
        var response = context.Response;
        response.StatusCode = problem.Status;
        if (problem.Status == StatusCodes.Status401Unauthorized)
        {
            response.Headers[HeaderNames.WWWAuthenticate] = Challenge;
        }

        if (problem.RetryAfter is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        var content = JsonSerializer.SerializeToUtf8Bytes(new ApiError(problem.Detail), ApiJson.Options);
        response.ContentType = ApiJson.Media;
        response.ContentLength = content.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await response.Body.WriteAsync(content, context.RequestAborted);
        }
    }

    private static int Seconds(HttpContext context, DateTimeOffset until) =>
        Math.Max(1, (int)Math.Ceiling((until - context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow()).TotalSeconds));

    /// <summary>That it was refused. A source that has to wait was recorded when its wait began, and a program that asks on every second would fill the audit.</summary>
    private static async ValueTask RecordAsync(HttpContext context, string user, PasswordAnswer answer, IPAddress address)
    {
        if (answer.Reason == LoginReason.PasswordLocked)
        {
            return;
        }

        await context.RequestServices.GetRequiredService<AuditLog>().AppendLaterAsync(
            new AuditEntry(AuditActions.LogInRefused, Actor.System with { Address = ApiCall.AddressOf(address) })
            {
                Account = answer.Candidate?.Login.Account,
                Subject = user,
                Outcome = AuditOutcome.Refused,
                Detail = $"the REST API was called with a password for `{user}`, " + answer.Reason switch
                {
                    LoginReason.UnknownUser => "which no login has",
                    LoginReason.NoPassword => $"which has no password; staff set one (./waybill password link {user})",
                    LoginReason.WrongPassword => "and it was the wrong one",
                    LoginReason.Ok => $"which is right, but these calls are for logins of customers, and this is a {answer.Candidate!.Login.Kind.ToString().ToLowerInvariant()}'s",
                    _ => $"which is right, but {answer.Reason.Describe()}",
                },
            },
            static () => { });
    }
}

/// <summary>Why a call of a login was not done.</summary>
/// <param name="Error">In words.</param>
internal sealed record ApiError(string Error);
