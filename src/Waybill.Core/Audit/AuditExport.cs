using System.Globalization;
using Waybill.Core.Export;

namespace Waybill.Core.Audit;

/// <summary>
/// The rows that match, as comma-separated values that are safe to open in a spreadsheet: the same from the command line and from the portal. Whoever takes the log away
/// stands in it before the first byte is written.
/// </summary>
public sealed class AuditExport
{
    private readonly AuditLog _audit;
    private readonly AuditQuery _query;

    private AuditExport(AuditLog audit, AuditQuery query) => (_audit, _query) = (audit, query);

    /// <summary>Records that they are exported, and which; without the row there is no export.</summary>
    /// <param name="audit">The log.</param>
    /// <param name="query">Which rows; page and order are not its business.</param>
    /// <param name="actor">Who exports them.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async ValueTask<Result<AuditExport>> BeginAsync(AuditLog audit, AuditQuery query, Actor actor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(audit);
        ArgumentNullException.ThrowIfNull(query);
        var recorded = await audit.AppendAsync(new AuditEntry(AuditActions.AuditExported, actor) { Detail = Describe(query) }, cancellationToken).ConfigureAwait(false);
        return recorded.Succeeded ? new AuditExport(audit, query) : recorded.Problem;
    }

    /// <summary>Writes them, the oldest first; a part is in memory at a time.</summary>
    /// <param name="output">Where to; it is written to asynchronously.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task WriteAsync(TextWriter output, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(output);
        using var part = new StringWriter(CultureInfo.InvariantCulture);
        var csv = new SpreadsheetCsv(part);
        csv.Write("row", "time", "kind of actor", "actor", "action", "account", "subject", "address", "connection", "outcome", "detail");
        string? after = null;
        do
        {
            var page = await _audit.SearchAsync(_query with { Size = Page<AuditRecord>.MaximumSize, After = after, OldestFirst = true }, cancellationToken).ConfigureAwait(false);
            foreach (var row in page.Items)
            {
                csv.Write(row.Sequence, row.Time, row.ActorKind, row.Actor, row.Action, row.Account, row.Subject, row.Address, row.Connection, row.Outcome, row.Detail);
            }

            await output.WriteAsync(part.GetStringBuilder(), cancellationToken).ConfigureAwait(false);
            part.GetStringBuilder().Clear();
            after = page.Next;
        }
        while (after is not null);
    }

    /// <summary>The filter in words. An account that was asked for stands here and not in the row's own column: it was not the account that did something.</summary>
    private static string Describe(AuditQuery query)
    {
        var parts = ((string Name, string? Value)[])
        [
            ("text", query.Text), ("action", query.Action), ("actor", query.Actor), ("account", query.Account),
            ("from", query.From?.ToUniversalTime().ToString("u", CultureInfo.InvariantCulture)), ("until", query.Until?.ToUniversalTime().ToString("u", CultureInfo.InvariantCulture)),
        ];
        var given = string.Join(", ", parts.Where(static part => part.Value is not null).Select(static part => $"{part.Name} {part.Value}"));
        return given.Length == 0 ? "all rows" : given;
    }
}
