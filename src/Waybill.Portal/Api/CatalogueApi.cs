using Waybill.Core;
using Waybill.Core.Catalogue;
using static Waybill.Portal.Api.ApiEndpoint;

namespace Waybill.Portal.Api;

/// <summary>The catalogue: the files that there are and were, who delivered and who fetched them.</summary>
internal static class CatalogueApi
{
    private const string Read = "files:read";

    public static IReadOnlyList<ApiEndpoint> Endpoints { get; } =
    [
        Get<Page<CatalogueFileView>>("/v1/accounts/{number}/files", "listFiles", Read, "List an account's files in the order in which they came, as the catalogue has them.", ListAsync, ApiPaging.With(
            ApiParameter.Path("only this file, or this folder and what lies below it") with { Name = "below" }, ApiParameter.Flag("gone", "also versions that are not there any more"))),
        Get<CatalogueFileFetchesView>("/v1/accounts/{number}/fetches", "listFetches", Read, "Show the newest version of a file in the catalogue, and who fetched it, the latest first.", FetchesAsync,
            ApiParameter.Path("the file in the vault, as /invoices/march.pdf") with { IsRequired = true }),
    ];

    private static async ValueTask<ApiAnswer> ListAsync(ApiCall call)
    {
        var account = await call.AccountAsync();
        return account.Succeeded
            ? ApiAnswer.Of(
                await call.Get<FileCatalogue>().ListAsync(
                    account.Value.Number, new CatalogueQuery { Below = Below(call.Text("below")), WithGone = call.Flag("gone"), Size = call.Limit, After = call.After }, call.Cancel),
                static files => ApiPaging.Of(files, View))
            : account.Problem;
    }

    private static async ValueTask<ApiAnswer> FetchesAsync(ApiCall call)
    {
        var account = await call.AccountAsync();
        if (!account.Succeeded)
        {
            return account.Problem;
        }

        var catalogue = call.Get<FileCatalogue>();
        var path = call.Text("path")!;
        var file = await catalogue.FindAsync(account.Value.Number, path, call.Cancel);
        if (file is null)
        {
            // Of what is gone, the version that was there last.
            var versions = await catalogue.ListAsync(account.Value.Number, new CatalogueQuery { Below = path, WithGone = true, Size = Page<CatalogueFile>.MaximumSize }, call.Cancel);
            file = versions.Value?.Items.LastOrDefault(version => version.Path == path);
        }

        return file is null
            ? ApiProblem.NotFound($"Account {account.Value.Number} has and had no file of that path. GET /v1/accounts/{account.Value.Number}/files lists those that there are.")
            : ApiAnswer.Of(new CatalogueFileFetchesView(View(file), await catalogue.FetchesAsync(file.Id, call.Cancel)));
    }

    private static string? Below(string? path) => path?.TrimEnd('/') is { Length: > 0 } below ? below : null;

    private static CatalogueFileView View(CatalogueFile file) => new(
        file.Id, file.Account, file.Path, file.Size, file.ExpectedSize, file.IsIncomplete, file.IsUnclean, file.Arrived, file.Login, file.Protocol, file.Sha256 is { } hash ? Convert.ToHexStringLower(hash) : null,
        file.FirstFetched, file.FirstFetchedBy, file.Gone, file.GoneHow);

    internal sealed record CatalogueFileView(
        long Id, string Account, string Path, long Size, long? ExpectedSize, bool Incomplete, bool Unclean, DateTimeOffset Arrived, string? Login, string Protocol, string? Sha256, DateTimeOffset? FirstFetched,
        string? FirstFetchedBy, DateTimeOffset? Gone, GoneHow? GoneHow);

    internal sealed record CatalogueFileFetchesView(CatalogueFileView File, IReadOnlyList<FileFetch> Fetches);
}
