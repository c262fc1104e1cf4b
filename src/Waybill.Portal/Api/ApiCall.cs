using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Waybill.Core;
using Waybill.Core.Accounts;
using Waybill.Core.Logins;
using Waybill.Core.Tokens;

namespace Waybill.Portal.Api;

/// <summary>A call that may be done: its token has the scope or its login the password, its query and body are of the form that the table says.</summary>
/// <param name="context">The request.</param>
/// <param name="token">Who calls; null where a login does.</param>
/// <param name="login">The login that calls; null where a token does.</param>
/// <param name="body">The body, read; null for none.</param>
/// <param name="cancel">Stops it. Only what changes nothing is stopped because the caller has gone.</param>
internal sealed class ApiCall(HttpContext context, ApiToken? token, Login? login, object? body, CancellationToken cancel)
{
    private readonly IQueryCollection _query = context.Request.Query;

    public HttpContext Context => context;

    /// <summary>The token; of calls that the table has for tokens.</summary>
    public ApiToken Token => token ?? throw new InvalidOperationException("A login calls.");

    /// <summary>The login of a customer; of calls that the table has for logins.</summary>
    public Login Login => login ?? throw new InvalidOperationException("A token calls.");

    /// <summary>Who calls, for what is done once.</summary>
    public string Caller => login is null ? $"token:{Token.Id}" : $"login:{login.Id}";

    public CancellationToken Cancel => cancel;

    /// <summary>Who acts, for the audit.</summary>
    public Actor Actor { get; } = token is null ? Actor.Login(login!.UserName, AddressOf(context), connection: null) : Actor.Token(token.Name, token.Id, AddressOf(context));

    /// <summary>The size of the page that is asked for.</summary>
    public int Limit => (int)(Number("limit") ?? PortalLimits.ApiPage);

    /// <summary>Where the page before ended.</summary>
    public string? After => Text("after");

    public static string AddressOf(HttpContext context) => context.Connection.RemoteIpAddress is { } address ? AddressOf(address) : "";

    public static string AddressOf(IPAddress address) => (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();

    public T Get<T>()
        where T : notnull => context.RequestServices.GetRequiredService<T>();

    public T Body<T>() => (T)body!;

    /// <summary>A part of the path. Routing leaves a slash that is part of a value as it was written.</summary>
    public string Path(string name) => ((string)context.Request.RouteValues[name]!).Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    public long PathNumber(string name) => long.Parse((string)context.Request.RouteValues[name]!, CultureInfo.InvariantCulture);

    public string? Text(string name) => _query.TryGetValue(name, out var value) ? value.ToString() : null;

    public long? Number(string name) => Text(name) is { } text ? long.Parse(text, CultureInfo.InvariantCulture) : null;

    public bool Flag(string name) => Text(name) == "true";

    public DateTimeOffset? Time(string name) => Text(name) is { } text && ApiJson.TryReadTime(text, out var time) ? time : null;

    public T? Word<T>(string name)
        where T : struct, Enum => Text(name) is { } text ? Enum.Parse<T>(text, ignoreCase: true) : null;

    /// <summary>The only account that the caller sees; null for all.</summary>
    private string? Only => login is null ? Token.Account : login.Account!;

    /// <summary>The account that is asked about: the caller's own, where it sees only one.</summary>
    public string? AccountAsked => Only ?? Text("account");

    /// <summary>Whether the caller sees an account; what belongs to none is the provider's.</summary>
    public bool Sees(string? account) => Only is not { } only || string.Equals(only, account, StringComparison.OrdinalIgnoreCase);

    /// <summary>A login that the token sees; that of another account is not there, in the same words as one that is not.</summary>
    public async ValueTask<Result<Login>> LoginAsync()
    {
        var name = Path("login");
        var found = await Get<LoginService>().FindAsync(name, cancel);
        return found.Succeeded ? Sees(found.Value.Account) ? found : NoLogin(name) : found.Problem.Kind == ProblemKind.NotFound ? NoLogin(name) : found;
    }

    /// <summary>An account that the token sees.</summary>
    public async ValueTask<Result<Account>> AccountAsync(string number)
    {
        var found = await Get<AccountService>().FindAsync(number, cancel);
        return found.Succeeded ? Sees(found.Value.Number) ? found : NoAccount(number) : found.Problem.Kind == ProblemKind.NotFound ? NoAccount(number) : found;
    }

    /// <summary>The account of the path, if the token sees it.</summary>
    public ValueTask<Result<Account>> AccountAsync() => AccountAsync(Path("number"));

    public static Problem NoLogin(string name) => new(ProblemKind.NotFound, $"There is no login {Shown(name)} that this token sees. GET /v1/logins lists them.");

    public static Problem NoAccount(string number) => new(ProblemKind.NotFound, $"There is no account {Shown(number)} that this token sees. GET /v1/accounts lists them.");

    private static string Shown(string text) => text.Length <= 64 ? text : text[..64] + "...";
}
