using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;
using Waybill.Core;
using Waybill.Core.AccountFiles;
using Waybill.Core.Accounts;
using Waybill.Core.People;
using Waybill.Portal.Files;
using static Waybill.Portal.Api.ApiEndpoint;

namespace Waybill.Portal.Api;

/// <summary>
/// An account's files, as the portal's pages have them for its people: the same rights, the same quota, the same catalogue and audit, and only where
/// <c>Portal:Files</c> and the account let files be used over the web.
/// </summary>
internal static class VaultApi
{
    private const string Read = "vault:read";
    private const string Write = "vault:write";
    private const string Media = "application/octet-stream";
    private const string Closed = "What the portal does with the account's files (portal-files) holds here too.";

    private static readonly ApiParameter Folder = ApiParameter.Path("the folder in the vault, as /upload");
    private static readonly ApiParameter File = ApiParameter.Path("the file in the vault, as /upload/usage.csv") with { IsRequired = true };

    public static IReadOnlyList<ApiEndpoint> Endpoints { get; } =
    [
        Get<FolderView>("/v1/accounts/{number}/folder", "listFolder", Read, "List a folder of an account: its folders first, each by name.", ListAsync, ApiPaging.With(Folder)) with
        {
            Notes = "Without a path it is the vault's root. isCut says that the folder has more entries than are looked at. " + Closed,
        },
        Post<FolderMadeView>("/v1/accounts/{number}/folder", "makeFolder", Write, "Make a folder; the one above it must be there.", MakeAsync, typeof(FolderBody)).Creates() with { Notes = Closed },
        Delete("/v1/accounts/{number}/folder", "removeFolder", Write, "Remove an empty folder.", RemoveFolderAsync) with { Query = [Folder with { IsRequired = true }], Notes = Closed },
        Get<FileView>("/v1/accounts/{number}/file", "showFile", Read, "Show a file: its size, its hash once that is known, who delivered it, and what may be done with it.", ShowAsync, File) with { Notes = Closed },
        Delete("/v1/accounts/{number}/file", "removeFile", Write, "Remove a file; with the collect right it goes to the account's archive.", RemoveAsync) with { Query = [File], Notes = Closed },
        Post<RenamedView>("/v1/accounts/{number}/file/rename", "renameFile", Write, "Give a file another name in its folder; nothing is replaced.", RenameAsync, typeof(RenameBody)) with { Notes = Closed },
        Get<FileView>("/v1/accounts/{number}/file/content", "downloadFile", Read, "Fetch a file, or a range of it.", DownloadAsync, File) with
        {
            Response = null, Content = Media, Notes = $"Range, If-Range and ETag go on with a download that broke off. What was sent is in catalogue and audit. {Closed}",
        },
        Get<UploadView>("/v1/accounts/{number}/file/upload", "showUpload", Write, "Show how much of an upload that was cut off is kept for this token.", ProgressAsync, File) with { Notes = Closed },
        new(HttpMethods.Put, "/v1/accounts/{number}/file/content", "uploadFile", Write, "Upload a file, or a piece of it. Nothing is ever replaced.", UploadAsync)
        {
            Response = typeof(UploadView), Status = StatusCodes.Status201Created, Upload = Media, UploadAs = ApiUploadKind.Stream, UploadSize = PortalLimits.Upload,
            Query =
            [
                File, ApiParameter.Number("offset", "where the piece begins: 0 begins anew, else where the kept part ends"),
                ApiParameter.Number("size", "the size of the whole file, where this is a piece of it"),
            ],
            Notes = $"The body is the bytes as they are, at most {PortalLimits.Upload >> 30} GiB. Without size it is the whole file. 201 is that the file is there, complete and durable; 202 that a piece was " +
                $"taken, or that the next one begins elsewhere: offset says where. {Closed}",
        },
    ];

    private static ValueTask<ApiAnswer> ListAsync(ApiCall call) => WithAsync(call, PortalOperation.ListFiles, call.Text("path"), async session =>
    {
        using var turn = call.Get<ListingTurns>().TryTake(NameOf(call));
        if (turn is null)
        {
            return Busy;
        }

        var listed = await session.ListAsync(call.Limit, call.After, call.Cancel);
        return listed.Succeeded
            ? ApiAnswer.Of(new FolderView(session.PathInVault, session.MayUpload, [.. listed.Value.Entries.Select(View)], listed.Value.Next, listed.Value.IsCut))
            : listed.Problem;
    });

    private static ValueTask<ApiAnswer> MakeAsync(ApiCall call) => WithNewAsync(call, call.Body<FolderBody>().Path, async session =>
        await session.MakeFolderAsync() is { Succeeded: false } failed ? failed.Problem : ApiAnswer.Of(new FolderMadeView(session.PathInVault)));

    private static ValueTask<ApiAnswer> RemoveFolderAsync(ApiCall call) =>
        WithAsync(call, PortalOperation.WriteFiles, call.Text("path"), async session => ApiAnswer.Of(await session.RemoveFolderAsync()));

    private static ValueTask<ApiAnswer> ShowAsync(ApiCall call) =>
        WithAsync(call, PortalOperation.ListFiles, call.Text("path"), async session => ApiAnswer.Of(await session.FindAsync(call.Cancel), View));

    private static ValueTask<ApiAnswer> RemoveAsync(ApiCall call) =>
        WithAsync(call, PortalOperation.WriteFiles, call.Text("path"), async session => ApiAnswer.Of(await session.RemoveAsync()));

    private static ValueTask<ApiAnswer> RenameAsync(ApiCall call) => WithAsync(call, PortalOperation.WriteFiles, call.Body<RenameBody>().Path, async session =>
        ApiAnswer.Of(await session.RenameAsync(call.Body<RenameBody>().Name), static path => new RenamedView(path)));

    private static ValueTask<ApiAnswer> ProgressAsync(ApiCall call) =>
        WithNewAsync(call, call.Text("path")!, async session => ApiAnswer.Of(await session.ProgressAsync(), static progress => new UploadView(progress.Offset, progress.IsDone)));

    private static ValueTask<ApiAnswer> UploadAsync(ApiCall call) => WithNewAsync(call, call.Text("path")!, async session =>
    {
        var (offset, request) = (call.Number("offset") ?? 0, call.Context.Request);

        // Where the sender said how much comes, what came of it is kept when the connection breaks.
        var size = call.Number("size") ?? (request.ContentLength is { } length ? offset + length : null);
        var account = call.Path("number");
        using var turn = call.Get<TransferTurns>().TryTake(NameOf(call), account);
        if (turn is null)
        {
            return Busy;
        }

        var taken = await session.UploadAsync(offset, size, request.Body, () => StillMayAsync(call, PortalOperation.WriteFiles), call.Context.RequestAborted);
        return !taken.Succeeded ? taken.Problem
            : ApiAnswer.Of(new UploadView(taken.Value.Offset, taken.Value.IsDone)) with { Status = taken.Value.IsDone ? null : StatusCodes.Status202Accepted };
    });

    private static async ValueTask<ApiAnswer> DownloadAsync(ApiCall call)
    {
        var turn = call.Get<TransferTurns>().TryTake(NameOf(call), call.Path("number"));
        if (turn is null)
        {
            return Busy;
        }

        // All of it lives until the answer is written.
        AccountFileSession? session = null;
        AccountFileStream? stream = null;
        var isAnswered = false;
        try
        {
            var opened = await OpenAsync(call, PortalOperation.DownloadFiles, call.Text("path"));
            if (!opened.Succeeded)
            {
                return opened.Problem;
            }

            session = opened.Value;
            var content = await session.OpenAsync();
            if (!content.Succeeded)
            {
                return content.Problem;
            }

            stream = content.Value;
            if (Unmet(call.Context, stream) is { } unmet)
            {
                return unmet;
            }

            stream.MayStill = () => StillMayAsync(call, PortalOperation.DownloadFiles);
            isAnswered = true;
            var (sent, from) = (stream, session);
            return ApiAnswer.Of(async context =>
            {
                using (turn)
                await using (from)
                await using (sent)
                {
                    await new DownloadResult(sent, from.PathInVault).ExecuteResultAsync(new ActionContext(context, new RouteData(), new ActionDescriptor()));
                }
            });
        }
        finally
        {
            if (!isAnswered)
            {
                turn.Dispose();
                await (stream?.DisposeAsync() ?? default);
                await (session?.DisposeAsync() ?? default);
            }
        }
    }

    /// <summary>What of RFC 9110 sections 13 and 14 keeps a file from being sent, in words; what is sent the framework sees to.</summary>
    private static ApiProblem? Unmet(HttpContext context, AccountFileStream file)
    {
        var headers = context.Request.GetTypedHeaders();
        var tag = new EntityTagHeaderValue(file.Tag);
        if ((headers.IfMatch is { Count: > 0 } wanted && !wanted.Any(each => each.Equals(EntityTagHeaderValue.Any) || each.Compare(tag, useStrongComparison: true)))
            || (headers.IfMatch is not { Count: > 0 } && headers.IfUnmodifiedSince < file.Modified))
        {
            return ApiProblem.Of(StatusCodes.Status412PreconditionFailed);
        }

        // Of several ranges the framework sends the whole file.
        if (headers is { IfRange: null, Range: { Unit.Value: "bytes", Ranges: { Count: 1 } ranges } } && ranges.First() is var range
            && (file.Length == 0 || (range.From is { } from ? from >= file.Length : range.To == 0)))
        {
            context.Response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes */{file.Length}");
            return ApiProblem.Of(StatusCodes.Status416RangeNotSatisfiable);
        }

        return null;
    }

    private static ApiAnswer Busy => ApiProblem.With(
        StatusCodes.Status503ServiceUnavailable, "busy", "As many files and folders are on their way to this token or account as may be at once. Ask again in a moment.") with { RetryAfter = 10 };

    /// <summary>Whose turns they are: no number alone, as a person's are.</summary>
    private static string NameOf(ApiCall call) => string.Create(CultureInfo.InvariantCulture, $"token {call.Token.Id}");

    /// <summary>With what a path is about.</summary>
    private static async ValueTask<ApiAnswer> WithAsync(ApiCall call, PortalOperation operation, string? path, Func<AccountFileSession, ValueTask<ApiAnswer>> use)
    {
        var opened = await OpenAsync(call, operation, path);
        if (!opened.Succeeded)
        {
            return opened.Problem;
        }

        await using var session = opened.Value;
        return await use(session);
    }

    /// <summary>With a path that is not there yet: its last name must be one.</summary>
    private static ValueTask<ApiAnswer> WithNewAsync(ApiCall call, string path, Func<AccountFileSession, ValueTask<ApiAnswer>> use)
    {
        var end = path.LastIndexOf('/');
        return WithAsync(call, PortalOperation.WriteFiles, path[..Math.Max(0, end)], async folder =>
            folder.In(path[(end + 1)..]) is var named && named.Succeeded ? await use(named.Value) : named.Problem!);
    }

    private static async ValueTask<Result<AccountFileSession>> OpenAsync(ApiCall call, PortalOperation operation, string? path)
    {
        var access = await AccessAsync(call, operation);
        return access.Succeeded
            ? await call.Get<AccountFileService>().OpenAsync(access.Value, FileUser.Of(call.Token), path?.TrimStart('/'), call.Actor, call.Cancel)
            : access.Problem;
    }

    /// <summary>What the token may do at the account, at this moment.</summary>
    private static async ValueTask<Result<AccountAccess>> AccessAsync(ApiCall call, PortalOperation operation)
    {
        var account = await call.AccountAsync();
        if (!account.Succeeded)
        {
            return account.Problem;
        }

        var number = account.Value.Number;
        return await call.Get<PeopleServices>().Access.CheckFilesAsync(operation, number, call.Cancel) is { } closed ? closed
            : operation == PortalOperation.WriteFiles && account.Value.Status != AccountStatus.Active
                ? new Problem(ProblemKind.Refused, $"Account {number} is {account.Value.Status.ToString().ToLowerInvariant()}. Its files can be read, and not changed.")
            : new AccountAccess(number, null, IsView: false);
    }

    /// <summary>A file may be hours on its way: a token that has ended meanwhile, or a right that was taken, counts all the same.</summary>
    private static async ValueTask<Problem?> StillMayAsync(ApiCall call, PortalOperation operation) => await ApiPipeline.FindTokenAsync(call.Context) is null
        ? new Problem(ProblemKind.Refused, "The token works no more, and nothing was done. Ask the provider for another one.")
        : (await AccessAsync(call, operation)).Problem;

    private static EntryView View(FolderEntry entry) => new(entry.Name, entry.Path, entry.IsFolder, entry.Size, entry.Changed, entry.IsUnfinished);

    private static FileView View(FileDetails file) => new(
        file.Entry.Path, file.Entry.Size, file.Entry.Changed, file.Entry.IsUnfinished, file.Catalogue?.Login, file.Catalogue?.Protocol,
        file.Catalogue?.Sha256 is { } hash ? Convert.ToHexStringLower(hash) : null, file.Catalogue?.FirstFetched, file.Catalogue?.FirstFetchedBy, file.MayRemove, file.MayRename, file.IsArchived);

    internal sealed record FolderView(string Path, bool MayUpload, IReadOnlyList<EntryView> Items, string? Next, bool IsCut);

    internal sealed record EntryView(string Name, string Path, bool IsFolder, long Size, DateTimeOffset Changed, bool IsUnfinished);

    internal sealed record FolderBody(string Path);

    internal sealed record FolderMadeView(string Path);

    internal sealed record FileView(
        string Path, long Size, DateTimeOffset Changed, bool IsUnfinished, string? Login, string? Protocol, string? Sha256, DateTimeOffset? FirstFetched, string? FirstFetchedBy, bool MayRemove,
        bool MayRename, bool IsArchived);

    internal sealed record RenameBody(string Path, string Name);

    internal sealed record RenamedView(string Path);

    internal sealed record UploadView(long Offset, bool Done);
}
