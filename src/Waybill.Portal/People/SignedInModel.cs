using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.DependencyInjection;
using Waybill.Core;
using Waybill.Core.People;

namespace Waybill.Portal.People;

/// <summary>
/// A page for people who are signed in: others are led to sign in, and back. What its <see cref="PermissionAttribute"/> and that of the form's handler name is
/// checked first: who may not is told so with a 403, and an account that somebody has no role at is a 404, whether it is there or not.
/// </summary>
internal abstract class SignedInModel : PageModel
{
    /// <summary>The value of the address that names the account.</summary>
    public const string AccountValue = "account";

    /// <summary>The value of the query that says what a form did: the partial <c>_Done</c> shows the text <c>Done</c> + this.</summary>
    public const string DoneValue = "done";

    /// <summary>The session of whoever looks at the page.</summary>
    public PortalSession Session { get; private set; } = null!;

    /// <summary>How far the person may go at the account of the address; null on pages of the provider.</summary>
    public AccountAccess? Access { get; private set; }

    /// <summary>What the portal does with the files of that account.</summary>
    public PortalFiles FilesAllowed { get; private set; }

    /// <summary>Who acts, for the audit.</summary>
    public Actor Actor => Session.ActorFrom(SessionCookie.Client(HttpContext));

    /// <summary>Where the person is, or else the provider.</summary>
    public TimeZoneInfo Zone => PersonTime.ZoneOf(Session.Person, HttpContext.RequestServices.GetRequiredService<PortalOptions>());

    /// <summary>A time where the person is, or else the provider.</summary>
    public string Time(DateTimeOffset time) => PersonTime.Show(time, Session.Person, HttpContext.RequestServices.GetRequiredService<PortalOptions>());

    /// <summary>Whether the person may do something else here too: a button that would only be refused is not shown.</summary>
    public bool May(PortalOperation operation) => PortalPermissions.Of(operation) is { IsAtAccount: true } permission
        ? Access is { } access && FilesAllowed >= permission.Files && (access.IsView
            ? PortalAccess.MayView(Session) && PortalPermissions.AllowsViewer(operation)
            : Session.Person.Roles.Any(role =>
                string.Equals(role.Account, access.Account, StringComparison.OrdinalIgnoreCase) && PortalPermissions.Allows(permission.Operation, role.Role)))
        : PortalAccess.Check(Session, operation).Succeeded;

    /// <summary>The address of a page of the account.</summary>
    public string AccountPath(string path) => $"/account/{Uri.EscapeDataString(Access!.Account)}{path}";

    /// <summary>What stands in a field, without blanks around it; null for nothing.</summary>
    protected static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    /// <summary>The address of the next part of a list, with all else that the address says; null at the end.</summary>
    protected string? NextPage(string? after) => after is null
        ? null
        : Request.Path + QueryString.Create([.. Request.Query.Where(static each => each.Key is not ("after" or DoneValue)), new("after", after)]);

    /// <summary>After a form that did what it should: a page of this portal, this one if none is named, which shows what is so now, with the notice <c>Done</c> + <paramref name="word"/>.</summary>
    protected LocalRedirectResult Done(string word, string? path = null) => LocalRedirect((path ?? Request.Path) + QueryString.Create(DoneValue, word));

    public override async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(next);
        if (HttpContext.Features.Get<PortalSession>() is not { } session)
        {
            // Back to the page, not to what its form did: that is for its reader to press again.
            context.Result = new RedirectResult(BackPath.With("/sign-in", Request.Path + (HttpMethods.IsGet(Request.Method) ? Request.QueryString : QueryString.Empty)));
            return;
        }

        Session = session;
        foreach (var permission in (PermissionAttribute?[])[GetType().GetCustomAttribute<PermissionAttribute>(), context.HandlerMethod?.MethodInfo.GetCustomAttribute<PermissionAttribute>()])
        {
            if (permission is not null && await CheckAsync(permission.Operation) is { } problem)
            {
                context.Result = Refuse(problem);
                return;
            }
        }

        await base.OnPageHandlerExecutionAsync(context, next);
    }

    /// <summary>The answer to what cannot be shown at all: 404 for what is not there, 503 for what cannot be done now, else 403 with the reason.</summary>
    protected StatusCodeResult Refuse(Problem problem)
    {
        if (problem.Kind == ProblemKind.NotFound)
        {
            return NotFound();
        }

        if (problem.Kind is ProblemKind.Busy or ProblemKind.Unusable)
        {
            return StatusCode(StatusCodes.Status503ServiceUnavailable);
        }

        HttpContext.Features.Set(new Refusal(BrowserWords.Of(problem.Message)));
        return StatusCode(StatusCodes.Status403Forbidden);
    }

    private async Task<Problem?> CheckAsync(PortalOperation operation)
    {
        if (!PortalPermissions.Of(operation).IsAtAccount)
        {
            return PortalAccess.Check(Session, operation).Problem;
        }

        var access = await HttpContext.RequestServices.GetRequiredService<PeopleServices>().Access.CheckAsync(
            Session, operation, (string)RouteData.Values[AccountValue]!, HttpContext.RequestAborted);
        if (access.Succeeded && !access.Value.IsView && Access is null)
        {
            await HttpContext.RequestServices.GetRequiredService<PeopleServices>().People.SeenAsync(Session.Person, access.Value.Account, HttpContext.RequestAborted);
        }

        Access = access.Succeeded ? access.Value : null;
        FilesAllowed = access.Succeeded
            ? await HttpContext.RequestServices.GetRequiredService<PeopleServices>().Access.FilesOfAsync(access.Value.Account, HttpContext.RequestAborted)
            : PortalFiles.Off;
        return access.Problem;
    }
}
