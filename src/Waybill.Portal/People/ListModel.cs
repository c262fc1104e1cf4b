using Microsoft.AspNetCore.Mvc;
using Waybill.Core;

namespace Waybill.Portal.People;

/// <summary>A page with a list that is searched, and a form that adds to it.</summary>
internal abstract class ListModel<T> : FormModel
    where T : notnull
{
    /// <summary>What is searched for.</summary>
    [FromQuery(Name = "q")]
    public string? Search { get; set; }

    public IReadOnlyList<T> Items { get; private set; } = [];

    public string? More { get; private set; }

    public Task<IActionResult> OnGetAsync() => ShowAsync();

    protected abstract ValueTask<Page<T>> FindAsync(string? after, CancellationToken cancellationToken);

    protected override async Task<Problem?> LoadAsync()
    {
        var page = await FindAsync(Request.Query["after"], HttpContext.RequestAborted);
        (Items, More) = (page.Items, NextPage(page.Next));
        return null;
    }

    /// <summary>The answer to the form that adds: the page of what is there now, once it has its folders.</summary>
    protected async Task<IActionResult> AfterAddAsync(Result<T> added, Func<T, Outcome> folders, string word, Func<T, string> path) =>
        await AfterAsync("Add", added.Succeeded ? folders(added.Value).Problem : added.Problem, word, added.Succeeded ? path(added.Value) : null);
}
