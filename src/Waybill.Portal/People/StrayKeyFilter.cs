using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.Extensions.Localization;
using Waybill.Core;
using Waybill.Core.Keys;
using Waybill.Core.People;
using Waybill.SshKeys.Keys;

namespace Waybill.Portal.People;

/// <summary>
/// A private key in a field where none belongs, as in staff's question: nothing of it is kept but its public fingerprint, which is refused from now on.
/// </summary>
internal sealed class StrayKeyFilter(BurntKeys burnt, IStringLocalizer<Texts> texts) : IAsyncPageFilter
{
    /// <summary>How such a key came here, for the audit.</summary>
    public const string How = "a private key was sent in a form of the portal";

    /// <summary>The field of keys: its pages look at it, and say what happened beside it.</summary>
    private const string KeyField = "key";

    /// <summary>Characters that every private key has: the shortest is Ed25519's as PKCS#8.</summary>
    private const int Shortest = 64;

    public Task OnPageHandlerSelectionAsync(PageHandlerSelectedContext context) => Task.CompletedTask;

    public async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(next);
        var http = context.HttpContext;

        // The forms without the token's check are read by their pages as they come: files.
        var isForm = HttpMethods.IsPost(http.Request.Method) && http.Request.HasFormContentType
            && !context.ActionDescriptor.EndpointMetadata.OfType<IgnoreAntiforgeryTokenAttribute>().Any();
        if (!isForm || Find(await http.Request.ReadFormAsync(http.RequestAborted)) is not { } found)
        {
            await next();
            return;
        }

        // Not ended by a caller who goes away.
        var client = SessionCookie.Client(http);
        var actor = http.Features.Get<PortalSession>()?.ActorFrom(client) ?? new Actor(ActorKind.System, "visitor") { Address = client.Address.ToString() };
        if (!(await burnt.AddAsync(found, How, actor, CancellationToken.None)).Succeeded)
        {
            context.Result = new StatusCodeResult(StatusCodes.Status503ServiceUnavailable);
            return;
        }

        http.Features.Set(new Refusal(texts["StrayPrivateKey"].Value));
        context.Result = new StatusCodeResult(StatusCodes.Status400BadRequest);
    }

    private static PublicKeyReading? Find(IFormCollection form) => form
        .Where(static field => field.Key != KeyField)
        .SelectMany(static field => field.Value.OfType<string>())
        .Where(static text => text.Length >= Shortest)
        .Select(static text => PublicKeyFile.Read(Encoding.UTF8.GetBytes(text)))
        .FirstOrDefault(static reading => reading.IsPrivate);
}
