using System.Globalization;
using System.Text;
using Waybill.Core.Database;

namespace Waybill.Core.Audit;

/// <summary>
/// The search; each condition that is given adds a line to the statement, so that the indexes are used. A plus before a column keeps its index out of the way: the
/// database has no statistics to choose by, and we know which condition finds fewer rows.
/// </summary>
internal static class AuditSearch
{
    /// <summary>What logins do all day: the index of actions, <c>audit_rare</c>, leaves it out, and the statement must say so in the same words to use it.</summary>
    internal const string Rare =
        "action NOT IN ('upload', 'download', 'login', 'login-refused', 'connection-ended', 'list', 'rename', 'remove', 'make-directory', 'set-attributes', 'archive', 'published')";

    public static async ValueTask<Page<AuditRecord>> RunAsync(WaybillDatabase database, AuditQuery query, CancellationToken cancellationToken)
    {
        if (query.Text?.Any(char.IsControl) == true)
        {
            // Escaped before they are written.
            return new Page<AuditRecord>([], null);
        }

        // A database that cannot be written to (a full disk) can be searched all the same, only slowly.
        var match = query.Text is { } text && AuditIndex.Match(text) is { } threes && (await AuditIndex.CatchUpAsync(database, cancellationToken).ConfigureAwait(false)).Succeeded
            ? threes : null;

        // CROSS JOIN: the index first. They come in the order of the rows, so that reading ends with the page.
        var sequence = match is null ? "sequence" : "audit_text.rowid";
        var sql = new StringBuilder(
            $"SELECT {AuditRow.Columns} FROM {(match is null ? "audit WHERE 1 = 1" : "audit_text CROSS JOIN audit ON sequence = audit_text.rowid WHERE audit_text MATCH @match")}");
        List<(string, object?)> parameters = match is null ? [] : [("@match", match)];

        void Where(string condition, string name, object? value)
        {
            if (value is not null)
            {
                sql.Append(" AND ").Append(condition);
                parameters.Add((name, value));
            }
        }

        var size = Page<AuditRecord>.Clamp(query.Size);
        var isRare = match is null && query.Action is not null && !Rare.Contains($"'{query.Action}'", StringComparison.Ordinal);
        if (isRare)
        {
            sql.Append(" AND ").Append(Rare);
        }

        // The times become numbers of rows, by the index of times alone: the rows are read in their order, and a clock that went back loses none.
        Where($"+time >= @from AND {sequence} >= (SELECT min(sequence) FROM audit WHERE time >= @from)", "@from", query.From?.ToColumn());
        Where($"+time < @until AND {sequence} <= (SELECT max(sequence) FROM audit WHERE time < @until)", "@until", query.Until?.ToColumn());
        Where($"{(isRare || query.Account is not null ? "+" : "")}lower(actor) = @actor", "@actor", query.Actor?.ToLowerInvariant());
        Where($"{(isRare ? "+" : "")}lower(account) = @account", "@account", query.Account?.ToLowerInvariant());
        Where("action = @action", "@action", query.Action);
        Where(
            @"(subject LIKE @text ESCAPE '\' OR detail LIKE @text ESCAPE '\' OR address LIKE @text ESCAPE '\' OR connection LIKE @text ESCAPE '\')",
            "@text",
            query.Text is null ? null : $"%{query.Text.Replace(@"\", @"\\").Replace("%", @"\%").Replace("_", @"\_")}%");
        Where(
            query.OldestFirst ? $"{sequence} > @after" : $"{sequence} < @after",
            "@after",
            long.TryParse(query.After, NumberStyles.None, CultureInfo.InvariantCulture, out var after) ? after : null);
        sql.Append($" ORDER BY {sequence}{(query.OldestFirst ? "" : " DESC")} LIMIT @limit");
        parameters.Add(("@limit", size + 1));

        return await database.ReadAsync(
            connection =>
            {
                var rows = connection.All(sql.ToString(), AuditRow.Read, [.. parameters]);
                var more = rows.Count > size;
                return new Page<AuditRecord>(
                    [.. rows.Take(size).Select(static row => row.ToRecord())],
                    more ? rows[size - 1].Sequence.ToString(CultureInfo.InvariantCulture) : null);
            },
            cancellationToken).ConfigureAwait(false);
    }
}
