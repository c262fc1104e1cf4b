using Waybill.Core.Database;

namespace Waybill.Core.Audit;

/// <summary>
/// The index of the audit's texts by three characters. Rows get into it after they were committed, so that no upload waits for it; a search takes in what is missing
/// first. It proves nothing: <see cref="AuditVerifier"/> reads the rows.
/// </summary>
internal static class AuditIndex
{
    /// <summary>Rows taken in by one transaction: some four milliseconds, which uploads wait for at most.</summary>
    public const int Batch = 200;

    /// <summary>Threes of a text that are looked for; what they find is compared with the whole text.</summary>
    private const int MaximumThrees = 32;

    /// <summary>The expression that finds all rows which hold the text, and few others; null for a text of less than three characters.</summary>
    public static string? Match(string text)
    {
        var runes = text.EnumerateRunes().ToList();
        var threes = Enumerable.Range(0, Math.Clamp(runes.Count - 2, 0, MaximumThrees)).Select(i => $"{runes[i]}{runes[i + 1]}{runes[i + 2]}").Distinct().ToList();
        return threes.Count == 0 ? null : string.Join(" AND ", threes.Select(static three => $"\"{three.Replace("\"", "\"\"")}\""));
    }

    /// <summary>Takes in all rows that are there.</summary>
    public static async ValueTask<Outcome> CatchUpAsync(WaybillDatabase database, CancellationToken cancellationToken)
    {
        while (await database.ReadAsync(static connection => End(connection) < Last(connection), cancellationToken).ConfigureAwait(false))
        {
            var taken = await database.WriteAsync<int>(
                static transaction =>
                {
                    // Asked again: another process may have been here meanwhile.
                    var connection = transaction.Connection;
                    var (from, to) = (End(connection), Math.Min(End(connection) + Batch, Last(connection)));
                    connection.Execute(
                        """
                        INSERT INTO audit_text (rowid, text)
                        SELECT sequence, coalesce(subject, '') || char(10) || coalesce(detail, '') || char(10) || coalesce(address, '') || char(10) || coalesce(connection, '') FROM audit WHERE sequence > @from AND sequence <= @to
                        """,
                        ("@from", from), ("@to", to));
                    return connection.Execute("UPDATE audit_text_end SET sequence = @to", ("@to", to));
                },
                cancellationToken).ConfigureAwait(false);
            if (!taken.Succeeded)
            {
                return taken.Problem;
            }
        }

        return Outcome.Done;
    }

    private static long End(DatabaseConnection connection) => connection.Number("SELECT sequence FROM audit_text_end");

    private static long Last(DatabaseConnection connection) => connection.Number("SELECT coalesce(max(sequence), 0) FROM audit");
}
