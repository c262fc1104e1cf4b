using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Waybill.Core.Database;
using Waybill.Core.Links;
using Waybill.Core.Retention;

namespace Waybill.Core.Notifications;

/// <summary>Turns events into rows of the outbox and of the digests, in the transaction that marks the event as handled: none is lost, and none is told twice.</summary>
internal sealed class OutboxWriter(WaybillDatabase database, NotificationOptions options, TemplateSet templates, TimeProvider time)
{
    private readonly SecretLinks _links = new(database, time);

    /// <summary>Handles the oldest events; says how many.</summary>
    public ValueTask<Result<int>> HandleAsync(CancellationToken cancellationToken) => database.WriteAsync<int>(
        transaction =>
        {
            var connection = transaction.Connection;
            var events = connection.All(
                EventRow.Select + " WHERE e.handled_at IS NULL ORDER BY e.id LIMIT @limit", ReadEvent, ("@limit", NotificationLimits.EventsTogether));
            if (events.Count == 0)
            {
                return 0;
            }

            var now = time.GetUtcNow();
            var hooks = connection.All(HookSql.SelectPlain + " ORDER BY h.id", HookSql.Read);
            foreach (var each in events)
            {
                Tell(transaction, each, now);
                foreach (var hook in hooks.Where(hook => hook.Wants(each.Topic, each.Account)))
                {
                    CallHook(connection, each, hook, now);
                }

                if (OutboxSql.IsParked(connection, each.Id))
                {
                    OutboxSql.ParkEvent(connection, each.Id);
                }

                connection.Execute("UPDATE event SET handled_at = @now WHERE id = @id", ("@id", each.Id), ("@now", now.ToColumn()));
            }

            return events.Count;
        },
        cancellationToken);

    /// <summary>Makes the digest that is due longest; says whether there was one.</summary>
    public ValueTask<Result<bool>> MakeDigestAsync(CancellationToken cancellationToken) => database.WriteAsync<bool>(
        transaction =>
        {
            var connection = transaction.Connection;
            var now = time.GetUtcNow();
            var due = connection.First(
                "SELECT recipient, zone FROM digest_item WHERE due_at <= @now ORDER BY due_at, id LIMIT 1",
                static row => (Recipient: row.GetString(0), Zone: row.GetString(1)),
                ("@now", now.ToColumn()));
            if (due.Recipient is null)
            {
                return false;
            }

            (string, object?)[] key = [("@recipient", due.Recipient), ("@zone", due.Zone), ("@now", now.ToColumn())];
            const string Mine = "i.recipient = @recipient AND i.zone = @zone AND i.due_at <= @now";
            var events = connection.All(
                $"""
                SELECT e.id, e.topic, e.created_at, e.body, a.id, a.number, a.name, a.email, a.time_zone
                FROM digest_item i JOIN event e ON e.id = i.event_id LEFT JOIN account a ON a.id = e.account_id WHERE {Mine} ORDER BY i.id LIMIT @limit
                """,
                ReadEvent, [.. key, ("@limit", NotificationLimits.EventsInDigest)]);
            var count = connection.Number($"SELECT count(*) FROM digest_item i WHERE {Mine}", key);
            var (content, holdsSecret) = Digest(
                transaction, due.Recipient, events, count, TimeZoneInfo.TryFindSystemTimeZoneById(due.Zone, out var zone) ? zone : options.Zone, now);
            var account = events.Select(each => each.AccountId).Distinct().ToList();
            OutboxSql.Add(
                connection, DeliveryKind.Mail, TemplateSet.Digest, null, account is [{ } only] ? only : null, null, due.Recipient, MailMessages.NewId(options.From), content, now,
                holdsSecret);
            connection.Execute("DELETE FROM digest_item AS i WHERE " + Mine, key);
            return true;
        },
        cancellationToken);

    internal static EventRow ReadEvent(System.Data.Common.DbDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.Time(2), row.GetString(3), row.IsDBNull(4) ? null : row.GetInt64(4), row.TextOrNull(5), row.TextOrNull(6),
        row.TextOrNull(7), row.TextOrNull(8));

    private void Tell(WriteTransaction transaction, EventRow each, DateTimeOffset now)
    {
        var connection = transaction.Connection;
        var rule = TopicRule.Find(options.Topics, each.Topic);

        // Whoever is both gets one mail, the earlier one.
        var recipients = new Recipient[] { new(each.Email, rule.Account, each.Zone(options)), new(options.SupportMail, rule.Provider, options.Zone) }
            .Where(static recipient => recipient.Address is not null && recipient.Telling != Telling.None)
            .GroupBy(static recipient => recipient.Address!, StringComparer.OrdinalIgnoreCase)
            .Select(static group => group.MaxBy(static recipient => recipient.Telling)!);
        foreach (var (address, telling, zone) in recipients)
        {
            if (telling == Telling.Now)
            {
                var values = each.Values(options, zone);
                var holdsSecret = AddLink(transaction, each, address!, values);
                AddPage(each, address!, values);
                OutboxSql.Add(
                    connection, DeliveryKind.Mail, each.Topic, each.Id, each.AccountId, null, address!, MailMessages.NewId(options.From), templates.For(each.Topic).Render(values), now,
                    holdsSecret);
            }
            else
            {
                connection.Execute(
                    "INSERT INTO digest_item (recipient, zone, event_id, due_at) VALUES (@recipient, @zone, @event, @due)",
                    ("@recipient", address!.ToLowerInvariant()), ("@zone", zone.Id), ("@event", each.Id), ("@due", LocalTimes.Next(now, options.DigestAt, zone).ToColumn()));
            }
        }
    }

    /// <summary>
    /// The link by which the account fetches what is about to go. It is made here and stands in this mail alone: neither in the event, which web hooks are sent,
    /// nor in what the provider is told.
    /// </summary>
    private bool AddLink(WriteTransaction transaction, EventRow each, string address, Dictionary<string, string> values)
    {
        var link = options.PortalUrl is { } portal && each.AccountId is { } account && address.Equals(each.Email, StringComparison.OrdinalIgnoreCase)
            && each.Topic == RetentionTopics.Notice && RetentionLinks.Create(transaction, _links, account, each.Fields(), time.GetUtcNow()) is { } token
            ? $"{portal}/l/{token}"
            : null;
        values["link"] = link ?? "";

        // A sentence with its link, or nothing at all: templates know no conditions.
        values["download"] = link is null ? "" : $"All of them in one file, until then:\n{link}\n\n";
        values["fetch"] = link is null ? "" : $"\n    all of them in one file: {link}";
        return link is not null;
    }

    /// <summary>The page of the login that an event is about, for its reader: it opens for whoever is signed in and may see it, so it is no secret.</summary>
    private void AddPage(EventRow each, string address, Dictionary<string, string> values)
    {
        var isAccount = each.Account is not null && address.Equals(each.Email, StringComparison.OrdinalIgnoreCase);
        values["loginPage"] = options.PortalUrl is { } portal && each.Fields()["user"] is JsonValue user && user.TryGetValue<string>(out var name)
            ? $"In the portal: {portal}{(isAccount ? $"/account/{Uri.EscapeDataString(each.Account!)}" : "/staff")}/logins/{Uri.EscapeDataString(name)}\n\n"
            : "";
    }

    private ((string Subject, string Text, string? Html) Content, bool HoldsSecret) Digest(
        WriteTransaction transaction, string recipient, List<EventRow> events, long count, TimeZoneInfo zone, DateTimeOffset now)
    {
        var holdsSecret = false;
        var lines = new List<IReadOnlyDictionary<string, string>>(events.Count);
        foreach (var each in events)
        {
            var values = each.Values(options, zone);
            values["subject"] = Template.Clean(templates.For(each.Topic).Subject.Render(values), NotificationLimits.Subject);
            holdsSecret |= AddLink(transaction, each, recipient, values);
            AddPage(each, recipient, values);
            lines.Add(values);
        }

        var rest = count - events.Count;
        Dictionary<string, string> all = new()
        {
            ["provider"] = Template.Clean(options.ProviderName ?? "Waybill"),
            ["support"] = Template.Clean(options.SupportMail ?? "your provider"),
            ["count"] = count.ToString(CultureInfo.InvariantCulture),
            ["date"] = TimeZoneInfo.ConvertTime(now, zone).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            ["zone"] = zone.Id,
            ["more"] = rest > 0 ? $"and {rest} more" : "",
        };
        return (templates.For(TemplateSet.Digest).Render(all, lines), holdsSecret);
    }

    private static void CallHook(DatabaseConnection connection, EventRow each, Hook hook, DateTimeOffset now)
    {
        var id = "event-" + RandomNumberGenerator.GetHexString(32, lowercase: true);
        var body = HookBody(id, each.Topic, each.Account, each.Created, each.Fields());
        OutboxSql.Add(connection, DeliveryKind.Hook, each.Topic, each.Id, each.AccountId, hook.Id, hook.Url, id, (each.Topic, body, null), now);
    }

    /// <summary>What a web hook is sent.</summary>
    internal static string HookBody(string id, string topic, string? account, DateTimeOffset time, JsonObject data)
    {
        var body = new JsonObject { ["id"] = id, ["topic"] = topic, ["account"] = account, ["time"] = time.ToEvent(), ["data"] = data };
        var text = body.ToJsonString();
        if (Encoding.UTF8.GetByteCount(text) > NotificationLimits.HookBody)
        {
            body["data"] = null;
            body["dataLeftOut"] = true;
            text = body.ToJsonString();
        }

        return text;
    }

    private sealed record Recipient(string? Address, Telling Telling, TimeZoneInfo Zone);
}
