using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using Waybill.Core;

namespace Waybill.Portal.People;

/// <summary>A page with forms. One that did what it should leads to a page that shows it; one that did not comes back with what was sent and what is wrong with it.</summary>
internal abstract class FormModel : SignedInModel
{
    /// <summary>The handler of the form that was sent in vain, and why; null when none was.</summary>
    public (string Form, string Words)? Wrong { get; private set; }

    /// <summary>What is wrong with a form; null for nothing.</summary>
    public string? WrongOf(string form) => Wrong?.Form == form ? Wrong?.Words : null;

    /// <summary>What was sent with a form that comes back; null for another form, and for nothing.</summary>
    public string? Sent(string form, string field) => Wrong?.Form == form && Request.Form[field] is [{ Length: > 0 } text, ..] ? text : null;

    /// <summary>Gets what the page shows; its problem is the answer instead of a page.</summary>
    protected abstract Task<Problem?> LoadAsync();

    /// <summary>The page as it is now.</summary>
    protected async Task<IActionResult> ShowAsync() => await LoadAsync() is { } problem ? Refuse(problem) : Page();

    /// <summary>The answer to a form.</summary>
    /// <param name="form">Its handler.</param>
    /// <param name="problem">Why it did not do what it should; null when it did.</param>
    /// <param name="word">Names the notice that says what it did.</param>
    /// <param name="path">The page that shows it; null for this one.</param>
    protected async Task<IActionResult> AfterAsync(string form, Problem? problem, string word, string? path = null)
    {
        if (problem is null)
        {
            return Done(word, path);
        }

        Wrong = (form, HttpContext.RequestServices.GetRequiredService<Answers>().Of(problem));
        return await ShowAsync();
    }
}
