using System.Globalization;
using Microsoft.AspNetCore.Http;
using Waybill.Core.Audit;

namespace Waybill.Portal.People;

/// <summary>What is looked for in the audit, as an address says it: the filters of <c>waybill audit search</c>.</summary>
/// <param name="Query">The query.</param>
/// <param name="From">The first time as it was typed.</param>
/// <param name="Until">The last time as it was typed.</param>
internal sealed record AuditFilter(AuditQuery Query, string? From, string? Until)
{
    private static readonly string[] Formats = ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd HH:mm", "yyyy-MM-dd'T'HH:mm:ss"];

    public bool IsFromWrong => From is not null && Query.From is null;

    public bool IsUntilWrong => Until is not null && Query.Until is null;

    /// <summary>Reads them; a time without an offset is one in <paramref name="zone"/>.</summary>
    public static AuditFilter Read(IQueryCollection values, TimeZoneInfo zone)
    {
        var (from, until) = (Text("from"), Text("until"));
        return new AuditFilter(
            new AuditQuery { Text = Text("q"), Action = Text("action"), Actor = Text("actor"), Account = Text("account"), From = Parse(from, zone), Until = Parse(until, zone) }, from, until);

        string? Text(string name) => values[name] is [{ } text, ..] && !string.IsNullOrWhiteSpace(text) ? text.Trim() : null;
    }

    /// <summary>The same in an address.</summary>
    public QueryString ToQueryString()
    {
        var query = QueryString.Empty;
        foreach (var (name, value) in ((string, string?)[])[("q", Query.Text), ("action", Query.Action), ("actor", Query.Actor), ("account", Query.Account), ("from", From), ("until", Until)])
        {
            query = value is null ? query : query.Add(name, value);
        }

        return query;
    }

    private static DateTimeOffset? Parse(string? text, TimeZoneInfo zone) =>
        !DateTime.TryParseExact(text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local) ? null
        : zone.IsInvalidTime(local) ? new DateTimeOffset(local, zone.BaseUtcOffset)
        : new DateTimeOffset(local, zone.GetUtcOffset(local));
}
