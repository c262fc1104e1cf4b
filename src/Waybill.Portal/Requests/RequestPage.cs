using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;
using Waybill.Core;
using Waybill.Core.Feeds;
using Waybill.Core.Onboarding;
using Waybill.Portal.People;

namespace Waybill.Portal.Requests;

/// <summary>A page with the form of a request for access.</summary>
internal abstract class RequestPage(OnboardingService onboarding, FeedTypes types, IStringLocalizer<Texts> words) : PageModel
{
    /// <summary>The form; null once it was taken in.</summary>
    public RequestFormView? Form { get; protected set; }

    /// <summary>What became of it; null before.</summary>
    public RequestTaken? Taken { get; private set; }

    protected OnboardingService Onboarding => onboarding;

    /// <summary>Where a visitor comes from.</summary>
    public static IPAddress AddressOf(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress ?? IPAddress.None;
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }

    protected RequestFormView View(string action, RequestDetails details) => new(action, new RequestInput(details), types)
    {
        // Only a link of ours fills in one with a hyphen.
        IsUserNameFixed = details.UserName?.Contains('-', StringComparison.Ordinal) == true,
    };

    /// <summary>Takes the form in by <paramref name="send"/>, or shows it again with what is wrong.</summary>
    protected async Task<IActionResult> TakeAsync(RequestFormView view, Func<RequestForm, IPAddress, ValueTask<Result<Submission>>> send)
    {
        var input = await RequestInput.ReadAsync(Request, HttpContext.RequestAborted);
        view = view with { Input = Fixed(view, input), WasSent = true };
        if (input.IsTooLarge)
        {
            Form = view with { Problems = [new FieldProblem("key", words["RequestKeyTooLarge", PortalLimits.KeyFile / 1024])] };
            return Status(StatusCodes.Status422UnprocessableEntity);
        }

        // Not ended by a browser that goes away: a private key that was sent is refused for good all the same.
        var result = await send(input.ToForm(), AddressOf(HttpContext));
        if (result.Succeeded && result.Value.Reference is not null)
        {
            Taken = new RequestTaken(result.Value, view.Input.Details.Email?.Trim());
            return Page();
        }

        Form = view with { Problems = result.Value?.Problems ?? [], IsPrivateKey = result.Value?.IsPrivateKey ?? false, Refusal = result.Problem is { } problem ? BrowserWords.Of(problem.Message) : null };
        return result.Problem?.Kind switch
        {
            ProblemKind.NotFound => NotFound(),
            ProblemKind.LimitReached => Status(StatusCodes.Status429TooManyRequests),
            ProblemKind.Busy or ProblemKind.Unusable => StatusCode(StatusCodes.Status503ServiceUnavailable),
            _ => Status(StatusCodes.Status422UnprocessableEntity),
        };
    }

    /// <summary>What the link says stands, whatever was sent.</summary>
    private static RequestInput Fixed(RequestFormView view, RequestInput input)
    {
        var known = view.Input.Details;
        return input with
        {
            Details = input.Details with
            {
                Email = view.IsEmailFixed ? known.Email : input.Details.Email,
                Account = view.IsAccountFixed ? known.Account : input.Details.Account,
                UserName = view.IsUserNameFixed ? known.UserName : input.Details.UserName,
            },
        };
    }

    private PageResult Status(int code)
    {
        Response.StatusCode = code;
        return Page();
    }
}
