using System.Data.Common;
using System.Globalization;
using Waybill.Core.Database;
using Waybill.Core.Numbers;
using Waybill.Core.Onboarding;

namespace Waybill.Core.Porting;

/// <summary>The statements of orders of porting.</summary>
internal static class PortingSql
{
    public const string Ours = "o.state IN ('submitted', 'validating', 'accepted', 'scheduled')";

    private const string DayFormat = "yyyy-MM-dd";

    private const string Select = """
        SELECT o.id, o.reference, a.number, o.state, o.main, o.main_ports, o.address, o.postcode, o.losing_provider, o.losing_account, o.line, o.range_holder, o.signatory, o.wanted,
               o.submitted_at, o.due_at, o.earliest, o.agreed, o.code, o.why, o.ported_on, o.keep_letters_until, o.created_at, o.created_by, o.changed_at, o.account_id, o.upload,
               o.upload_line
        FROM porting_order o JOIN account a ON a.id = o.account_id
        """;

    /// <summary>Those of whose time nobody was told yet that it has passed.</summary>
    public const string OverdueStatement = Select + " WHERE o.remind_at <= @now ORDER BY o.remind_at, o.id LIMIT @limit";

    /// <summary>The rows of a table that somebody sent.</summary>
    public const string OfUploadStatement = Select + " WHERE o.upload = @upload ORDER BY o.upload_line LIMIT @limit";

    /// <summary>The last span of those that were sent which begins before an end.</summary>
    public const string TakenStatement = """
        SELECT s.first, s.last, o.reference, o.account_id FROM porting_span s JOIN porting_order o ON o.id = s.order_id WHERE s.is_sent = 1 AND s.first <= @last ORDER BY s.first DESC LIMIT 1
        """;

    /// <summary>What counts for the bound of an account.</summary>
    public const string CountOpenStatement = "SELECT count(*) FROM porting_order o WHERE o.account_id = @account AND o.state NOT IN ('completed', 'cancelled')";

    /// <summary>Letters whose time is over.</summary>
    public const string LettersOverStatement = """
        SELECT l.id, l.name, l.size, l.sha256, l.added_at, l.added_by, o.reference, a.number, o.id
        FROM porting_order o JOIN porting_letter l ON l.order_id = o.id JOIN account a ON a.id = o.account_id
        WHERE o.has_letters = 1 AND o.keep_letters_until < @today ORDER BY o.keep_letters_until, o.id, l.id LIMIT @limit
        """;

    public static Problem Unknown(string? reference) => Problem.NotFound($"There is no order of porting {Words.Show(reference)}. Look it up in the list.");

    public static PortingOrder? Find(DatabaseConnection connection, string? reference) => ReferenceId.Normalise(reference) is { } known
        ? connection.First(Select + " WHERE o.reference = @reference", Read, ("@reference", known)) is { } order ? Whole(connection, order) : null
        : null;

    /// <summary>A page of orders, with their numbers and letters.</summary>
    public static List<PortingOrder> List(DatabaseConnection connection, PortingQuery query, long? account, int size, long afterDue, long afterId)
    {
        // By an index, whatever is asked for: those of one account, or those with a time by which something is due.
        var ofAccount = account is null ? "" : "o.account_id = @account AND ";
        var orders = query.Queue
            ? connection.All(
                $"{Select} WHERE {ofAccount}o.due_at IS NOT NULL AND {Ours} AND (@state IS NULL OR o.state = @state) AND (o.due_at, o.id) > (@due, @id) ORDER BY o.due_at, o.id LIMIT @limit",
                Read, ("@account", account), ("@state", query.State?.ToWord()), ("@due", afterDue), ("@id", afterId), ("@limit", size))
            : connection.All(
                $"{Select} WHERE {ofAccount}(@state IS NULL OR o.state = @state) AND o.id < @id ORDER BY o.id DESC LIMIT @limit",
                Read, ("@account", account), ("@state", query.State?.ToWord()), ("@id", afterId), ("@limit", size));
        return [.. orders.Select(order => Whole(connection, order))];
    }

    public static PortingOrder Add(DatabaseConnection connection, PortingOrder order)
    {
        var id = connection.Number(
            """
            INSERT INTO porting_order (reference, account_id, state, main_ports, created_at, created_by, changed_at, upload, upload_line)
            VALUES (@reference, @account, 'draft', 1, @now, @by, @now, @upload, @line) RETURNING id
            """,
            ("@reference", order.Reference), ("@account", order.AccountId), ("@now", order.Created.ToColumn()), ("@by", order.CreatedBy), ("@upload", order.Upload), ("@line", order.UploadLine));
        var added = order with { Id = id };
        SaveDetails(connection, added);
        return added;
    }

    public static void SaveDetails(DatabaseConnection connection, PortingOrder order)
    {
        var details = order.Details;
        connection.Execute(
            """
            UPDATE porting_order SET main = @main, main_ports = @ports, address = @address, postcode = @postcode, losing_provider = @provider, losing_account = @account, line = @line,
                range_holder = @holder, signatory = @signatory, wanted = @wanted, changed_at = @now WHERE id = @id
            """,
            ("@id", order.Id), ("@main", details.Main?.E164), ("@ports", details.MainPorts ? 1 : 0), ("@address", details.Address), ("@postcode", details.Postcode?.Text),
            ("@provider", details.LosingProvider), ("@account", details.LosingAccount), ("@line", details.Line?.ToWord()), ("@holder", details.IsRangeHolder is { } holder ? holder ? 1 : 0 : null),
            ("@signatory", details.Signatory), ("@wanted", Column(details.Wanted)), ("@now", order.Changed.ToColumn()));
        connection.Execute("DELETE FROM porting_span WHERE order_id = @id", ("@id", order.Id));
        foreach (var span in details.Numbers)
        {
            connection.Execute(
                "INSERT INTO porting_span (order_id, first, last, is_sent) VALUES (@id, @first, @last, @sent)",
                ("@id", order.Id), ("@first", span.First.E164), ("@last", span.Last.E164), ("@sent", PortingStep.IsOurs(order.State) ? 1 : 0));
        }
    }

    public static void SaveState(DatabaseConnection connection, PortingOrder order)
    {
        connection.Execute(
            """
            UPDATE porting_order SET state = @state, range_holder = @holder, submitted_at = @submitted, due_at = @due, earliest = @earliest, agreed = @agreed, code = @code, why = @why, ported_on = @ported,
                keep_letters_until = @keep, changed_at = @now, remind_at = CASE WHEN due_at IS @due THEN remind_at ELSE @due END WHERE id = @id
            """,
            ("@id", order.Id), ("@state", order.State.ToWord()), ("@holder", order.Details.IsRangeHolder is { } holder ? holder ? 1 : 0 : null), ("@submitted", order.Submitted?.ToColumn()),
            ("@due", order.Due?.ToColumn()), ("@earliest", Column(order.Earliest)), ("@agreed", Column(order.Agreed)), ("@code", order.Code), ("@why", order.Why), ("@ported", Column(order.PortedOn)),
            ("@keep", Column(order.KeepLettersUntil)), ("@now", order.Changed.ToColumn()));
        connection.Execute("UPDATE porting_span SET is_sent = @sent WHERE order_id = @id AND is_sent <> @sent", ("@id", order.Id), ("@sent", PortingStep.IsOurs(order.State) ? 1 : 0));
    }

    public static void AddChange(DatabaseConnection connection, long order, PortingChange change) => connection.Execute(
        "INSERT INTO porting_change (order_id, at, by, from_state, to_state, code, why) VALUES (@order, @at, @by, @from, @to, @code, @why)",
        ("@order", order), ("@at", change.Time.ToColumn()), ("@by", change.By), ("@from", change.From?.ToWord()), ("@to", change.To.ToWord()), ("@code", change.Code), ("@why", change.Why));

    public static List<PortingChange> History(DatabaseConnection connection, long order) => connection.All(
        "SELECT at, by, from_state, to_state, code, why FROM porting_change WHERE order_id = @order ORDER BY id DESC LIMIT @limit",
        static row => new PortingChange(row.Time(0), row.GetString(1), row.IsDBNull(2) ? null : row.Word<PortingState>(2), row.Word<PortingState>(3), row.TextOrNull(4), row.TextOrNull(5)),
        ("@order", order), ("@limit", PortingLimits.History));

    public static long CountOpen(DatabaseConnection connection, long account) =>
        connection.Number(CountOpenStatement, ("@account", account));

    /// <summary>A number of these that another order has, which was sent and is not over; with that order's reference and account.</summary>
    public static (PhoneNumber Number, string Reference, long Account)? Taken(DatabaseConnection connection, PortingOrder order)
    {
        foreach (var span in order.Details.Numbers)
        {
            // Those that were sent do not overlap: the last that begins before the end is the only one that may reach into these.
            var found = connection.First(
                TakenStatement, static row => ((long First, long Last, string Reference, long Account)?)(row.GetInt64(0), row.GetInt64(1), row.GetString(2), row.GetInt64(3)), ("@last", span.Last.E164));
            if (found is { } other && other.Last >= span.First.E164)
            {
                return (new PhoneNumber(Math.Max(other.First, span.First.E164)), other.Reference, other.Account);
            }
        }

        return null;
    }

    /// <summary>A number of these that is here and did not go to another provider, and whether another account has it, or may have it again.</summary>
    public static (PhoneNumber Number, bool IsForeign)? Here(DatabaseConnection connection, IReadOnlyList<NumberSpan> spans, long account) => spans
        .Select(span => connection.First(
            """
            SELECT number, state <> 'free' AND coalesce(account_id, former_account_id, 0) <> @account FROM phone_number
            WHERE number BETWEEN @first AND @last AND state <> 'portedout' LIMIT 1
            """,
            static row => ((PhoneNumber Number, bool IsForeign)?)(new PhoneNumber(row.GetInt64(0)), row.GetInt64(1) != 0),
            ("@first", span.First.E164), ("@last", span.Last.E164), ("@account", account)))
        .FirstOrDefault(static number => number is not null);

    /// <summary>Keeps what is in a letter; says under which number its letters find it.</summary>
    public static long AddLetterFile(DatabaseConnection connection, byte[] content) =>
        connection.Number("INSERT INTO porting_letter_file (content) VALUES (@content) RETURNING id", ("@content", content));

    public static void AddLetter(DatabaseConnection connection, long order, PortingLetter letter, long file)
    {
        connection.Execute(
            "INSERT INTO porting_letter (order_id, name, size, sha256, file_id, added_at, added_by) VALUES (@order, @name, @size, @sha256, @file, @at, @by)",
            ("@order", order), ("@name", letter.Name), ("@size", letter.Size), ("@sha256", letter.Sha256), ("@file", file), ("@at", letter.Added.ToColumn()), ("@by", letter.AddedBy));
        connection.Execute("UPDATE porting_order SET has_letters = 1 WHERE id = @order", ("@order", order));
    }

    /// <summary>What the letters of an account take; one of many orders lies there once.</summary>
    public static long LetterBytes(DatabaseConnection connection, long account) => connection.Number(
        "SELECT coalesce(sum(size), 0) FROM (SELECT DISTINCT l.file_id, l.size FROM porting_order o JOIN porting_letter l ON l.order_id = o.id WHERE o.account_id = @account)", ("@account", account));

    public static byte[]? LetterContent(DatabaseConnection connection, long order, long letter) => connection.First(
        "SELECT f.content FROM porting_letter l JOIN porting_letter_file f ON f.id = l.file_id WHERE l.order_id = @order AND l.id = @id", static row => row.Bytes(0), ("@order", order), ("@id", letter));

    public static List<(PortingLetter Letter, string Reference, string Account, long Order)> LettersOver(DatabaseConnection connection, DateOnly today) => connection.All(
        LettersOverStatement, static row => (ReadLetter(row), row.GetString(6), row.GetString(7), row.GetInt64(8)), ("@today", Column(today)), ("@limit", PortingLimits.Together));

    /// <summary>Removes an order's letter, and what is in it with the last that has it.</summary>
    public static void RemoveLetter(DatabaseConnection connection, long order, long letter)
    {
        var file = connection.Number("DELETE FROM porting_letter WHERE id = @id RETURNING file_id", ("@id", letter));
        connection.Execute("DELETE FROM porting_letter_file WHERE id = @file AND NOT EXISTS (SELECT 1 FROM porting_letter l WHERE l.file_id = @file)", ("@file", file));
        connection.Execute("UPDATE porting_order SET has_letters = EXISTS (SELECT 1 FROM porting_letter l WHERE l.order_id = @order) WHERE id = @order", ("@order", order));
    }

    public static List<PortingOrder> Overdue(DatabaseConnection connection, DateTimeOffset now) =>
        [.. connection.All(OverdueStatement, Read, ("@now", now.ToColumn()), ("@limit", PortingLimits.Together)).Select(order => Whole(connection, order))];

    public static void SetReminded(DatabaseConnection connection, long order) => connection.Execute("UPDATE porting_order SET remind_at = NULL WHERE id = @id", ("@id", order));

    public static List<PortingOrder> OfUpload(DatabaseConnection connection, string? upload) => ReferenceId.Normalise(upload) is { } known
        ? [.. connection.All(OfUploadStatement, Read, ("@upload", known), ("@limit", PortingLimits.ImportRows)).Select(order => Whole(connection, order))]
        : [];

    public static List<OneOffDay> Days(DatabaseConnection connection) => connection.All(
        "SELECT day, nation, is_holiday, name FROM porting_day ORDER BY day, nation LIMIT @limit",
        static row => new OneOffDay(Day(row.GetString(0)), row.GetString(1) is { Length: > 0 } nation ? Enum.Parse<Nation>(nation, ignoreCase: true) : null, row.GetInt64(2) != 0, row.GetString(3)),
        ("@limit", PortingLimits.OneOffDays));

    public static void SetDay(DatabaseConnection connection, OneOffDay day) => connection.Execute(
        "INSERT INTO porting_day (day, nation, is_holiday, name) VALUES (@day, @nation, @holiday, @name) ON CONFLICT (day, nation) DO UPDATE SET is_holiday = @holiday, name = @name",
        ("@day", Column(day.Day)), ("@nation", day.Nation?.ToWord() ?? ""), ("@holiday", day.IsHoliday ? 1 : 0), ("@name", day.Name));

    public static bool RemoveDay(DatabaseConnection connection, DateOnly day, Nation? nation) =>
        connection.Execute("DELETE FROM porting_day WHERE day = @day AND nation = @nation", ("@day", Column(day)), ("@nation", nation?.ToWord() ?? "")) > 0;

    private static PortingOrder Whole(DatabaseConnection connection, PortingOrder order) => order with
    {
        Details = order.Details with
        {
            Numbers = connection.All(
                "SELECT first, last FROM porting_span WHERE order_id = @order ORDER BY first LIMIT @limit",
                static row => new NumberSpan(new PhoneNumber(row.GetInt64(0)), new PhoneNumber(row.GetInt64(1))), ("@order", order.Id), ("@limit", PortingLimits.Spans)),
        },
        Letters = connection.All(
            "SELECT id, name, size, sha256, added_at, added_by FROM porting_letter WHERE order_id = @order ORDER BY id LIMIT @limit",
            ReadLetter, ("@order", order.Id), ("@limit", PortingLimits.Letters)),
    };

    private static PortingOrder Read(DbDataReader row) => new(
        row.GetString(1), row.GetString(2), row.Word<PortingState>(3),
        new PortingDetails
        {
            Main = row.IsDBNull(4) ? null : new PhoneNumber(row.GetInt64(4)), MainPorts = row.GetInt64(5) != 0, Address = row.TextOrNull(6),
            Postcode = row.TextOrNull(7) is { } postcode ? new Postcode(postcode) : null, LosingProvider = row.TextOrNull(8), LosingAccount = row.TextOrNull(9),
            Line = row.IsDBNull(10) ? null : row.Word<LineType>(10), IsRangeHolder = row.IsDBNull(11) ? null : row.GetInt64(11) != 0, Signatory = row.TextOrNull(12), Wanted = DayOrNull(row, 13),
        })
    {
        Id = row.GetInt64(0), Submitted = row.TimeOrNull(14), Due = row.TimeOrNull(15), Earliest = DayOrNull(row, 16), Agreed = DayOrNull(row, 17), Code = row.TextOrNull(18), Why = row.TextOrNull(19),
        PortedOn = DayOrNull(row, 20), KeepLettersUntil = DayOrNull(row, 21), Created = row.Time(22), CreatedBy = row.GetString(23), Changed = row.Time(24), AccountId = row.GetInt64(25),
        Upload = row.TextOrNull(26), UploadLine = row.IsDBNull(27) ? null : (int)row.GetInt64(27),
    };

    private static PortingLetter ReadLetter(DbDataReader row) => new(row.GetInt64(0), row.GetString(1), row.GetInt64(2), row.GetString(3), row.Time(4), row.GetString(5));

    private static string? Column(DateOnly? day) => day?.ToString(DayFormat, CultureInfo.InvariantCulture);

    private static DateOnly Day(string text) => DateOnly.ParseExact(text, DayFormat, CultureInfo.InvariantCulture);

    private static DateOnly? DayOrNull(DbDataReader row, int column) => row.TextOrNull(column) is { } text ? Day(text) : null;
}
