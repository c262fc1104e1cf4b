using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace Waybill.Portal.Api;

/// <summary>The JSON schemas of what is sent and answered, made from the types as the serializer sees them.</summary>
internal sealed class ApiSchemas
{
    private readonly SortedDictionary<string, JsonNode> _components = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Type> _types = [];

    /// <summary>Every named schema that was asked for.</summary>
    public JsonObject Components => new(_components.Select(static pair => KeyValuePair.Create<string, JsonNode?>(pair.Key, pair.Value.DeepClone())));

    /// <summary>The schema of a type: in place for what is simple, a reference for an object.</summary>
    public JsonObject Of(Type type, bool isRequest = false)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner)
        {
            return OrNull(Of(inner, isRequest));
        }

        if (type.IsEnum)
        {
            return new() { ["type"] = "string", ["enum"] = new JsonArray([.. Enum.GetNames(type).Select(static name => (JsonNode)JsonNamingPolicy.CamelCase.ConvertName(name))]) };
        }

        return Simple(type) ?? Collection(type, isRequest) ?? Reference(type, isRequest);
    }

    private static JsonObject? Simple(Type type) => Type.GetTypeCode(type) switch
    {
        TypeCode.String => new() { ["type"] = "string" },
        TypeCode.Boolean => new() { ["type"] = "boolean" },
        TypeCode.Int32 => new() { ["type"] = "integer", ["format"] = "int32" },
        TypeCode.Int64 => new() { ["type"] = "integer", ["format"] = "int64" },
        TypeCode.Double or TypeCode.Decimal => new() { ["type"] = "number" },
        _ when type == typeof(DateTimeOffset) => new() { ["type"] = "string", ["format"] = "date-time" },
        _ when type == typeof(TimeOnly) => new() { ["type"] = "string", ["format"] = "time" },
        _ when type == typeof(JsonObject) => new() { ["type"] = "object", ["additionalProperties"] = true },
        _ when type == typeof(TimeSpan) => new() { ["type"] = "string" },
        _ => null,
    };

    private JsonObject? Collection(Type type, bool isRequest)
    {
        var info = ApiJson.Options.GetTypeInfo(type);
        return info.Kind switch
        {
            JsonTypeInfoKind.Enumerable => new() { ["type"] = "array", ["items"] = Of(info.ElementType!, isRequest) },
            JsonTypeInfoKind.Dictionary => new() { ["type"] = "object", ["additionalProperties"] = Of(info.ElementType!, isRequest) },
            _ => null,
        };
    }

    private JsonObject Reference(Type type, bool isRequest)
    {
        var name = NameOf(type);
        if (!_types.TryGetValue(name, out var known))
        {
            _types.Add(name, type);
            _components[name] = Object(ApiJson.Options.GetTypeInfo(type), isRequest);
        }
        else if (known != type)
        {
            throw new InvalidOperationException($"{known} and {type} have one name in the API's document: {name}.");
        }

        return new() { ["$ref"] = "#/components/schemas/" + name };
    }

    private JsonObject Object(JsonTypeInfo info, bool isRequest)
    {
        JsonObject properties = [];
        JsonArray required = [];
        foreach (var property in info.Properties)
        {
            var isNullable = isRequest ? property.AssociatedParameter?.IsNullable ?? property.IsSetNullable : property.IsGetNullable;
            var schema = Of(property.PropertyType, isRequest);
            properties[property.Name] = isNullable && Nullable.GetUnderlyingType(property.PropertyType) is null ? OrNull(schema) : schema;
            if ((!isRequest && property.ShouldSerialize is null) || property.IsRequired || property.AssociatedParameter is { HasDefaultValue: false })
            {
                required.Add(property.Name);
            }
        }

        JsonObject schemaOfObject = new() { ["type"] = "object", ["properties"] = properties };
        if (required.Count > 0)
        {
            schemaOfObject["required"] = required;
        }

        if (isRequest)
        {
            schemaOfObject["additionalProperties"] = false;
        }

        return schemaOfObject;
    }

    private static JsonObject OrNull(JsonObject schema)
    {
        if (schema["type"] is JsonValue word)
        {
            schema["type"] = new JsonArray(word.DeepClone(), "null");
            (schema["enum"] as JsonArray)?.Add(null);
            return schema;
        }

        return schema["type"] is JsonArray ? schema : new() { ["anyOf"] = new JsonArray(schema, new JsonObject { ["type"] = "null" }) };
    }

    private static string NameOf(Type type)
    {
        var name = type.Name.Split('`')[0];
        name = name.EndsWith("View", StringComparison.Ordinal) ? name[..^4] : name.EndsWith("Body", StringComparison.Ordinal) ? name[..^4] + "Input" : name;
        name = name.StartsWith("Api", StringComparison.Ordinal) ? name[3..] : name;
        return string.Concat(type.GetGenericArguments().Select(NameOf)) + name;
    }
}
