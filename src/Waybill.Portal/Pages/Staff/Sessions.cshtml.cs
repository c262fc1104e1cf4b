using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using Waybill.Core;
using Waybill.Core.Audit;
using Waybill.Core.People;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages.Staff;

/// <summary>Who is logged in by a protocol now.</summary>
[Permission(PortalOperation.SeeSessions)]
internal sealed class SessionsModel(IRunningServer server, AuditLog audit, IStringLocalizer<StaffTexts> words) : FormModel
{
    /// <summary>The beginning of the user name, account or address.</summary>
    [FromQuery(Name = "q")]
    public string? Search { get; set; }

    public IReadOnlyList<ServerSession> Sessions { get; private set; } = [];

    /// <summary>How many there are in all.</summary>
    public int Count { get; private set; }

    public string? More { get; private set; }

    public Task<IActionResult> OnGetAsync() => ShowAsync();

    /// <summary>Of one that has ended meanwhile the page says that it is not there any more.</summary>
    [Permission(PortalOperation.EndSessions)]
    public async Task<IActionResult> OnPostEndAsync(string? id)
    {
        if (server.Sessions.FirstOrDefault(each => each.Id == id) is not { } session)
        {
            return await AfterAsync("End", new Problem(ProblemKind.NotFound, words["SessionGone"].Value), "");
        }

        // Recorded first: no session is ended without a row.
        var recorded = await audit.AppendAsync(
            new AuditEntry(AuditActions.SessionKicked, Actor) { Account = session.Account, Subject = session.User, Detail = $"session {session.Id} from {session.Source}" }, CancellationToken.None);
        if (recorded.Succeeded)
        {
            server.Kick(session.Id, "an operator ended it");
        }

        return await AfterAsync("End", recorded.Problem, "SessionEnded");
    }

    protected override Task<Problem?> LoadAsync()
    {
        var all = server.Sessions;
        var text = Search?.Trim() ?? "";
        var after = Place.Parse(Request.Query["after"]);
        var found = all
            .Where(each => Begins(each.User) || Begins(each.Account) || Begins(each.Source))
            .OrderBy(static each => each.Since).ThenBy(static each => each.Id, StringComparer.Ordinal)
            .Where(each => after is null || new Place(each.Since.UtcTicks, each.Id).IsBehind(after))
            .Take(PortalLimits.ListRows + 1).ToList();
        Count = all.Count;
        Sessions = [.. found.Take(PortalLimits.ListRows)];
        More = NextPage(found.Count > PortalLimits.ListRows ? new Place(Sessions[^1].Since.UtcTicks, Sessions[^1].Id).ToString() : null);
        return Task.FromResult<Problem?>(null);

        bool Begins(string? value) => text.Length == 0 || value?.StartsWith(text, StringComparison.OrdinalIgnoreCase) == true;
    }

    /// <summary>Where a page of the list ended: sessions come and go meanwhile.</summary>
    private sealed record Place(long Since, string Id)
    {
        public static Place? Parse(string? text) =>
            text?.Split('-', 2) is [var since, var id] && long.TryParse(since, NumberStyles.None, CultureInfo.InvariantCulture, out var ticks) ? new Place(ticks, id) : null;

        public bool IsBehind(Place other) => Since > other.Since || (Since == other.Since && string.CompareOrdinal(Id, other.Id) > 0);

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Since}-{Id}");
    }
}
