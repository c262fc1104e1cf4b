using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Waybill.Core;
using Waybill.Core.AccountFiles;
using Waybill.Core.People;
using Waybill.Portal.Files;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages.Customer;

/// <summary>A folder of an account's files, or one file.</summary>
[Permission(PortalOperation.ListFiles)]
internal sealed class FilesModel(AccountFileService files, ListingTurns turns, Answers answers) : SignedInModel
{
    /// <summary>Where a vendor's person begins who works for several; null for everybody else.</summary>
    public IReadOnlyList<string>? Roots { get; private set; }

    /// <summary>The folder; null for a file.</summary>
    public FolderPage? Folder { get; private set; }

    /// <summary>The file; null for a folder.</summary>
    public FileDetails? Found { get; private set; }

    /// <summary>The path in the vault.</summary>
    public string PathInVault { get; private set; } = "/";

    /// <summary>Where the person begins.</summary>
    public string Root { get; private set; } = "/";

    public string? More { get; private set; }

    /// <summary>Whether files may be put here.</summary>
    public bool MayUpload { get; private set; }

    /// <summary>Where else files may be put.</summary>
    public IReadOnlyList<string> UploadFolders { get; private set; } = [];

    /// <summary>The name that somebody wanted, when it could not be.</summary>
    public string? NewName { get; private set; }

    public string? NameError { get; private set; }

    public string? Error { get; private set; }

    /// <summary>The folders above, from the root on, with their names.</summary>
    public IEnumerable<(string Path, string Name)> Above
    {
        get
        {
            var below = PathInVault[(Root.Length == 1 ? 0 : Root.Length)..].Split('/', StringSplitOptions.RemoveEmptyEntries);
            var path = Root.Length == 1 ? "" : Root;
            foreach (var name in below.SkipLast(1))
            {
                path += "/" + name;
                yield return (path, name);
            }
        }
    }

    public string Here => AddressOf(PathInVault);

    public string AddressOf(string path) => AccountPath("/files" + FileAddress.Of(path));

    public string DownloadOf(string path) => AccountPath("/download" + FileAddress.Of(path));

    public UploadPlace Upload => new(AccountPath("/upload" + FileAddress.Of(PathInVault)), Here);

    public static string NameOf(string path) => path == "/" ? "" : path[(path.LastIndexOf('/') + 1)..];

    public async Task<IActionResult> OnGetAsync(string? after)
    {
        if (Asked is null && AccountFileService.RootsOf(Access!) is var roots && Access!.Vendors is not null)
        {
            Roots = roots;
            return roots.Count == 1 ? LocalRedirect(AddressOf(roots[0])) : Page();
        }

        return await WithAsync(session => ShowAsync(session, after));
    }

    [Permission(PortalOperation.WriteFiles)]
    public Task<IActionResult> OnPostRemoveAsync() => WithAsync(async session =>
    {
        var removed = await session.RemoveAsync();
        if (!removed.Succeeded)
        {
            Error = answers.Of(removed.Problem);
            return await ShowAsync(session, after: null);
        }

        return Done("Removed", AddressOf(ParentOf(session.PathInVault)));
    });

    [Permission(PortalOperation.WriteFiles)]
    public Task<IActionResult> OnPostRenameAsync(string? name) => WithAsync(async session =>
    {
        var renamed = await session.RenameAsync(name ?? "");
        if (!renamed.Succeeded)
        {
            (NameError, NewName) = (answers.Of(renamed.Problem), name);
            return await ShowAsync(session, after: null);
        }

        return Done("Renamed", AddressOf(renamed.Value));
    });

    private string? Asked => (string?)RouteData.Values["path"];

    private static string ParentOf(string path) => path.LastIndexOf('/') is > 0 and var slash ? path[..slash] : "/";

    private async Task<IActionResult> WithAsync(Func<AccountFileSession, Task<IActionResult>> use)
    {
        var opened = await files.OpenAsync(Access!, Session.Person, Asked, Actor, HttpContext.RequestAborted);
        if (!opened.Succeeded)
        {
            return Refuse(opened.Problem);
        }

        await using var session = opened.Value;
        return await use(session);
    }

    private async Task<IActionResult> ShowAsync(AccountFileSession session, string? after)
    {
        (PathInVault, Root) = (session.PathInVault, session.Root);
        Problem? problem;
        switch (await session.IsFolderAsync())
        {
            case true:
                using (var turn = turns.TryTake(Session.Person.Id.ToString(CultureInfo.InvariantCulture)))
                {
                    if (turn is null)
                    {
                        Response.Headers.RetryAfter = "5";
                        return StatusCode(StatusCodes.Status503ServiceUnavailable);
                    }

                    var listed = await session.ListAsync(PortalLimits.ListRows, after, HttpContext.RequestAborted);
                    (Folder, problem) = (listed.Value, listed.Problem);
                }

                More = NextPage(Folder?.Next);
                MayUpload = May(PortalOperation.WriteFiles) && session.MayUpload;
                UploadFolders = May(PortalOperation.WriteFiles) ? session.UploadFolders : [];
                break;
            case false:
                var found = await session.FindAsync(HttpContext.RequestAborted);
                (Found, problem) = (found.Value, found.Problem);
                break;
            default:
                return NotFound();
        }

        return problem is null ? Page() : Refuse(problem);
    }
}
