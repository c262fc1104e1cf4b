using System.Data.Common;
using System.Text.Json.Nodes;
using Waybill.Core.Database;

namespace Waybill.Core.Numbers;

/// <summary>The statements of emergency records.</summary>
internal static class EmergencySql
{
    public const string Select = "SELECT number, fields, status, reason, updated_at, updated_by FROM emergency_record";

    /// <summary>Of numbers that somebody has: a record is kept for who may still take the number back, and is nobody's until then.</summary>
    public const string ListStatement = Select + """
         r WHERE r.status = @status AND r.number > @from AND EXISTS (SELECT 1 FROM phone_number p WHERE p.number = r.number AND p.state IN ('active', 'portedin')) ORDER BY r.number LIMIT @limit
        """;

    public static EmergencyRecord? Find(DatabaseConnection connection, PhoneNumber number) => connection.First(Select + " WHERE number = @number", Read, ("@number", number.E164));

    public static EmergencyRecord Read(DbDataReader row) => new(
        new PhoneNumber(row.GetInt64(0)), Fields(row.GetString(1)), (EmergencyStatus)row.GetInt32(2), row.TextOrNull(3), row.Time(4), row.GetString(5));

    public static void Write(DatabaseConnection connection, EmergencyRecord record) => connection.Execute(
        """
        INSERT INTO emergency_record (number, fields, status, reason, updated_at, updated_by) VALUES (@number, @fields, @status, @reason, @at, @by)
        ON CONFLICT (number) DO UPDATE SET fields = @fields, status = @status, reason = @reason, updated_at = @at, updated_by = @by
        """,
        ("@number", record.Number.E164), ("@fields", Fields(record).ToJsonString()), ("@status", (long)record.Status), ("@reason", record.Reason),
        ("@at", record.Updated.ToColumn()), ("@by", record.UpdatedBy));

    public static void Remove(DatabaseConnection connection, PhoneNumber number) => connection.Execute("DELETE FROM emergency_record WHERE number = @number", ("@number", number.E164));

    /// <summary>The fields by their words, in their order.</summary>
    public static JsonObject Fields(EmergencyRecord record)
    {
        var fields = new JsonObject();
        foreach (var (field, value) in record.Fields.OrderBy(static each => each.Key))
        {
            fields[EmergencyRecord.Word(field)] = value;
        }

        return fields;
    }

    private static Dictionary<EmergencyField, string> Fields(string text)
    {
        var fields = new Dictionary<EmergencyField, string>();
        foreach (var (word, value) in JsonNode.Parse(text) as JsonObject ?? [])
        {
            if (EmergencyRecord.FieldOf(word) is { } field && value is not null)
            {
                fields[field] = value.GetValue<string>();
            }
        }

        return fields;
    }
}
