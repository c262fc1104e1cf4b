using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Waybill.Core.Notifications;

/// <summary>An event with what is known of its account.</summary>
internal sealed record EventRow(
    long Id, string Topic, DateTimeOffset Created, string Body, long? AccountId, string? Account, string? Company, string? Email, string? ZoneName)
{
    private static readonly string[] TimeFormats = ["yyyy-MM-dd'T'HH:mm:ssK", "O"];

    public const string Select = """
        SELECT e.id, e.topic, e.created_at, e.body, a.id, a.number, a.name, a.email, a.time_zone
        FROM event e LEFT JOIN account a ON a.id = e.account_id
        """;

    /// <summary>The names and values that a mail may show, in the recipient's zone.</summary>
    public Dictionary<string, string> Values(NotificationOptions options, TimeZoneInfo zone)
    {
        Dictionary<string, string> values = [];
        var fields = new List<string>();
        foreach (var (name, node) in Fields())
        {
            // A list is a line for each item; a value is one line, whatever its text holds.
            var lines = node is JsonArray list
                ? [.. list.Take(NotificationLimits.Lines).Select(item => Template.Clean(Text(item, zone))), .. list.Count > NotificationLimits.Lines ? ["..."] : Array.Empty<string>()]
                : new[] { Template.Clean(Text(node, zone)) };
            values[name] = string.Join('\n', lines);
            fields.Add($"{Template.Clean(name)}: {string.Join("\n    ", lines)}");
        }

        values["fields"] = string.Join('\n', fields);
        values["topic"] = Topic;
        values["account"] = Account ?? "-";
        values["company"] = Template.Clean(Company ?? "-");
        values["provider"] = Template.Clean(options.ProviderName ?? "Waybill");
        values["support"] = Template.Clean(options.SupportMail ?? "your provider");
        values["time"] = LocalTimes.Show(Created, zone);
        return values;
    }

    /// <summary>The zone of the account, or the provider's.</summary>
    public TimeZoneInfo Zone(NotificationOptions options) =>
        ZoneName is { } name && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? zone : options.Zone;

    public JsonObject Fields()
    {
        try
        {
            return JsonNode.Parse(Body) as JsonObject ?? [];
        }
        catch (JsonException)
        {
            // Somebody wrote into the database; that there was an event is still told.
            return [];
        }
    }

    /// <summary>Times are told in the recipient's zone, everything else as it is.</summary>
    private static string Text(JsonNode? node, TimeZoneInfo zone)
    {
        if (node is JsonValue value && value.TryGetValue<string>(out var text))
        {
            return DateTimeOffset.TryParseExact(text, TimeFormats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
                ? LocalTimes.Show(time, zone)
                : text;
        }

        return node?.ToJsonString() ?? "-";
    }
}
