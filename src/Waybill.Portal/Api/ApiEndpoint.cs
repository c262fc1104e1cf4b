using Microsoft.AspNetCore.Http;
using Waybill.Core.Tokens;

namespace Waybill.Portal.Api;

/// <summary>How a body that is no JSON is taken.</summary>
internal enum ApiUploadKind
{
    /// <summary>Files of multipart/form-data, read whole before anything is done.</summary>
    Files,

    /// <summary>By the call itself, as it comes.</summary>
    Stream,

    /// <summary>In memory: what may hold a private key is written to no disk.</summary>
    Memory,
}

/// <summary>A call that there is. Routing, authorization, the OpenAPI document and the tests are all made from these.</summary>
/// <param name="Method">GET, POST, PUT or DELETE.</param>
/// <param name="Path">As routing writes it.</param>
/// <param name="Id">Its name in the OpenAPI document.</param>
/// <param name="Scope">What a token needs, as <see cref="ApiScope.Word"/>; empty where no token opens it.</param>
/// <param name="Summary">What it does, in one line.</param>
/// <param name="Handle">Does it.</param>
internal sealed record ApiEndpoint(string Method, string Path, string Id, string Scope, string Summary, Func<ApiCall, ValueTask<ApiAnswer>> Handle)
{
    /// <summary>What opens it.</summary>
    public ApiScheme Scheme { get; init; }

    /// <summary>What its query may have.</summary>
    public IReadOnlyList<ApiParameter> Query { get; init; } = [];

    /// <summary>What its body is; null for none.</summary>
    public Type? Request { get; init; }

    /// <summary>What it answers; null for nothing, or for <see cref="Content"/>.</summary>
    public Type? Response { get; init; }

    /// <summary>The media type of a body that is no JSON.</summary>
    public string? Upload { get; init; }

    /// <summary>How that body is taken.</summary>
    public ApiUploadKind UploadAs { get; init; }

    /// <summary>Bytes that such a body may have.</summary>
    public long UploadSize { get; init; } = PortalLimits.ApiUpload;

    /// <summary>The media type of an answer that is no JSON.</summary>
    public string? Content { get; init; }

    /// <summary>The status when it is done.</summary>
    public int Status { get; init; } = StatusCodes.Status200OK;

    /// <summary>Not for tokens of one account, though they may have the scope.</summary>
    public bool AllAccounts { get; init; }

    /// <summary>Reads all of the audit or all files: only <see cref="PortalLimits.ApiLong"/> of these are done at once.</summary>
    public bool TakesLong { get; init; }

    /// <summary>Its body may hold a key, and it sees to a private one itself.</summary>
    public bool TakesKeys { get; init; }

    /// <summary>Its answer has a secret that is kept nowhere: a repetition of the request gets the status alone.</summary>
    public bool IsSecret { get; init; }

    /// <summary>More about it, for the document.</summary>
    public string? Notes { get; init; }

    /// <summary>Its group: the first word of the path.</summary>
    public string Group => Path.Split('/')[2];

    /// <summary>Whether a token that is bound to one account can call it.</summary>
    public bool IsForAccounts => Scheme == ApiScheme.Token && !AllAccounts && ApiScope.Find(Scope)!.OfAccount;

    /// <summary>What opens it, in a word: <c>login</c>, or <c>token:</c> and the scope.</summary>
    public string OpenedBy => Scheme == ApiScheme.Login ? "login" : "token:" + Scope;

    public static ApiEndpoint Get<T>(string path, string id, string scope, string summary, Func<ApiCall, ValueTask<ApiAnswer>> handle, params ApiParameter[] query) =>
        new(HttpMethods.Get, path, id, scope, summary, handle) { Response = typeof(T), Query = query };

    public static ApiEndpoint Post<T>(string path, string id, string scope, string summary, Func<ApiCall, ValueTask<ApiAnswer>> handle, Type? request = null) =>
        new(HttpMethods.Post, path, id, scope, summary, handle) { Response = typeof(T), Request = request };

    public static ApiEndpoint Put<T>(string path, string id, string scope, string summary, Func<ApiCall, ValueTask<ApiAnswer>> handle, Type request) =>
        new(HttpMethods.Put, path, id, scope, summary, handle) { Response = typeof(T), Request = request };

    public static ApiEndpoint Delete(string path, string id, string scope, string summary, Func<ApiCall, ValueTask<ApiAnswer>> handle) =>
        new(HttpMethods.Delete, path, id, scope, summary, handle) { Status = StatusCodes.Status204NoContent };

    /// <summary>That a login's user name and password open, and no token.</summary>
    public ApiEndpoint ForLogins() => this with { Scheme = ApiScheme.Login, Scope = "" };

    /// <summary>That makes something: 201.</summary>
    public ApiEndpoint Creates() => this with { Status = StatusCodes.Status201Created };
}
