using System.Globalization;
using Waybill.Core.Export;

namespace Waybill.Core.Audit;

/// <summary>The rows that match, as comma-separated values that are safe to open in a spreadsheet: the same from the command line and from the portal.</summary>
public static class AuditExport
{
    /// <summary>Writes them, the oldest first; a part is in memory at a time.</summary>
    /// <param name="audit">The log.</param>
    /// <param name="query">Which rows; page and order are not its business.</param>
    /// <param name="output">Where to; it is written to asynchronously.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task WriteAsync(AuditLog audit, AuditQuery query, TextWriter output, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(audit);
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(output);
        using var part = new StringWriter(CultureInfo.InvariantCulture);
        var csv = new SpreadsheetCsv(part);
        csv.Write("row", "time", "kind of actor", "actor", "action", "account", "subject", "address", "connection", "outcome", "detail");
        string? after = null;
        do
        {
            var page = await audit.SearchAsync(query with { Size = Page<AuditRecord>.MaximumSize, After = after, OldestFirst = true }, cancellationToken).ConfigureAwait(false);
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
}
