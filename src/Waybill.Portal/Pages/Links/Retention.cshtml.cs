using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Waybill.Core.Retention;
using Waybill.Portal.Links;
using Waybill.Portal.Security;

namespace Waybill.Portal.Pages.Links;

/// <summary>
/// Behind the link of a retention notice: what is about to go, and a button that fetches it all. Mail scanners open links and press buttons; that does no harm
/// here, and the link works until the files go.
/// </summary>
internal sealed class RetentionModel(RetentionLinks retention, ZipTurns turns, PortalOptions options) : PageModel
{
    private const int MaximumPage = RetentionLimits.LinkFiles / PortalLimits.Rows;

    public RetentionNotice Notice { get; private set; } = null!;

    public IReadOnlyList<NoticedFile> Rows { get; private set; } = [];

    /// <summary>The page of the list, from 1.</summary>
    public int Number { get; private set; }

    public bool HasMore => (long)Number * PortalLimits.Rows < Notice.Listed;

    public string Address { get; private set; } = "";

    /// <summary>When they go, where the provider is.</summary>
    public string Run => TimeZoneInfo.ConvertTime(Notice.Run, options.Zone).ToString("yyyy-MM-dd HH:mm zzz", CultureInfo.InvariantCulture);

    public string RunDay => TimeZoneInfo.ConvertTime(Notice.Run, options.Zone).ToString("d MMMM yyyy", CultureInfo.InvariantCulture);

    public static string Day(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public static string Size(long bytes) => bytes switch
    {
        < 1_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes} B"),
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0.#} kB"),
        < 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.#} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.##} GB"),
    };

    public async Task<IActionResult> OnGetAsync(string token, int number = 1)
    {
        if (await retention.FindAsync(token, HttpContext.RequestAborted) is not { } notice || number is < 1 or > MaximumPage)
        {
            return NotFound();
        }

        (Notice, Number, Address) = (notice, number, LinkRouting.PathOf(token));
        Rows = await retention.ListAsync(notice, (long)(number - 1) * PortalLimits.Rows, PortalLimits.Rows, HttpContext.RequestAborted);
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(string token)
    {
        if (await retention.FindAsync(token, HttpContext.RequestAborted) is not { } notice)
        {
            return NotFound();
        }

        using var turn = turns.TryTake(string.Create(CultureInfo.InvariantCulture, $"{notice.Account} {notice.Run.ToUnixTimeMilliseconds()}"));
        if (turn is null)
        {
            Response.Headers.RetryAfter = "60";
            return StatusCode(StatusCodes.Status503ServiceUnavailable);
        }

        Response.ContentType = "application/zip";
        Response.Headers.ContentSecurityPolicy = SecurityHeaders.Sandbox;
        Response.Headers.ContentDisposition = $"attachment; filename=\"{notice.Account}-{Day(notice.Run)}.zip\"";
        var address = HttpContext.Connection.RemoteIpAddress;
        try
        {
            var sent = await retention.SendAsync(
                notice, Response.Body, (address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address)?.ToString(), HttpContext.RequestAborted);
            if (!sent.Succeeded)
            {
                Response.Clear();
                return StatusCode(StatusCodes.Status503ServiceUnavailable);
            }
        }
        catch (Exception) when (Response.HasStarted)
        {
            // What was sent must not look whole; the audit says how far it came.
            HttpContext.Abort();
        }

        return new EmptyResult();
    }
}
