using System.Net.Mime;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using Waybill.Core;
using Waybill.Core.Packs;
using Waybill.Portal.Connecting;

namespace Waybill.Portal.Packs;

/// <summary>
/// Connection packs for pages. A page's route ends with <c>/{file?}</c>; it knows whose pack its visitor may see and asks here for the rest: the view for <c>_Pack</c>, or the
/// file. Who may see it is decided before.
/// </summary>
internal sealed class PackDesk(Func<ConnectionPackService> packs, PortalOptions options, IStringLocalizer<PackTexts> words)
{
    /// <summary>What the page answers.</summary>
    /// <param name="request">The request, with the places of the keys.</param>
    /// <param name="userName">The login.</param>
    /// <param name="path">The page's address without the file and the query.</param>
    /// <param name="file">The file that is asked for; null for the page.</param>
    /// <param name="actor">Who takes a file along.</param>
    /// <param name="cancellationToken">The visitor is gone.</param>
    public async Task<PackAnswer> AnswerAsync(HttpRequest request, string userName, string path, string? file, Actor actor, CancellationToken cancellationToken)
    {
        var question = PackQuestion.Read(request.Query, words["KeyPathNotPutty"], words["KeyPathNotOpenSsh"]);
        var shown = await packs().ShowAsync(userName, question.Places, cancellationToken);
        if (!shown.Succeeded)
        {
            return new PackAnswer(null, new StatusCodeResult(
                shown.Problem.Kind is ProblemKind.NotFound or ProblemKind.Refused ? StatusCodes.Status404NotFound : StatusCodes.Status503ServiceUnavailable));
        }

        if (file is null || question.IsWrong)
        {
            request.HttpContext.Response.StatusCode = question.IsWrong ? StatusCodes.Status422UnprocessableEntity : StatusCodes.Status200OK;
            return new PackAnswer(new PackView(shown.Value, question, path, QrPicture.Of(options.PublicUrl + path)), null);
        }

        if (file != shown.Value.ZipName && shown.Value.Files.All(each => each.Name != file))
        {
            return new PackAnswer(null, new NotFoundResult());
        }

        // Reading the guide here takes nothing along.
        if (HttpMethods.IsHead(request.Method) || IsPage(file))
        {
            return new PackAnswer(null, Content(request.HttpContext.Response, shown.Value, file));
        }

        var made = await packs().MakeAsync(userName, question.Places, actor, cancellationToken);
        return new PackAnswer(null, made.Succeeded ? Content(request.HttpContext.Response, made.Value, file) : new StatusCodeResult(StatusCodes.Status503ServiceUnavailable));
    }

    /// <summary>The guide and its look open in the browser; the rest is saved.</summary>
    private static bool IsPage(string file) => file.EndsWith("-guide.html", StringComparison.Ordinal) || file.EndsWith("-guide.css", StringComparison.Ordinal);

    private static FileContentResult Content(HttpResponse response, ConnectionPack pack, string name)
    {
        if (name == pack.ZipName)
        {
            return new FileContentResult(pack.ToZip(), MediaTypeNames.Application.Zip) { FileDownloadName = name };
        }

        var file = pack.Files.First(each => each.Name == name);
        var content = file.Content.ToArray();
        if (!IsPage(name))
        {
            return new FileContentResult(content, MediaTypeNames.Application.Octet) { FileDownloadName = name };
        }

        response.Headers.ContentDisposition = $"inline; filename=\"{name}\"";
        return new FileContentResult(content, file.MediaType + "; charset=utf-8");
    }
}

/// <summary>What a page with a pack answers: one of both.</summary>
/// <param name="View">For <c>_Pack</c>.</param>
/// <param name="Result">Instead of the page.</param>
internal sealed record PackAnswer(PackView? View, IActionResult? Result);
