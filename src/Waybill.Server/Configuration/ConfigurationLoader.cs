using System.Collections;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Waybill.Server.Configuration;

/// <summary>
/// Reads the configuration in layers, later ones winning: defaults, <c>DIR/waybill.json</c>, the environment (<c>WAYBILL__Section__Key</c>), <c>--set Section:Key=value</c>.
/// Keys are compared without case; an unknown one is a warning with its path, never an error, so that a file of a newer version still starts.
/// </summary>
internal sealed class ConfigurationLoader
{
    private const string EnvironmentPrefix = "WAYBILL__";

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNameCaseInsensitive = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowReadingFromString,
        RespectNullableAnnotations = true,
    };

    private static readonly JsonDocumentOptions FileForm = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, AllowDuplicateProperties = false };

    private readonly List<string> _warnings = [];

    /// <summary>Loads and checks; throws <see cref="CommandException"/> with what is wrong and what to do.</summary>
    public static (WaybillConfiguration Configuration, IReadOnlyList<string> Warnings) Load(
        string file, IDictionary environment, IReadOnlyList<string> settings)
    {
        var loader = new ConfigurationLoader();
        var root = ReadFile(file);
        foreach (DictionaryEntry entry in environment)
        {
            if (entry.Key is string name && name.StartsWith(EnvironmentPrefix, StringComparison.OrdinalIgnoreCase))
            {
                loader.Set(root, name[EnvironmentPrefix.Length..].Split("__"), (string?)entry.Value ?? "", name);
            }
        }

        foreach (var setting in settings)
        {
            var equals = setting.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1)
            {
                throw new UsageException($"--set {setting}: write it as Section:Key=value");
            }

            loader.Set(root, setting[..equals].Split(':'), setting[(equals + 1)..], $"--set {setting}");
        }

        loader.FindUnknown(root, typeof(WaybillConfiguration), "");
        try
        {
            var configuration = root.Deserialize<WaybillConfiguration>(Json)!;
            ConfigurationCheck.Validate(configuration);
            return (configuration, loader._warnings);
        }
        catch (JsonException error)
        {
            throw new CommandException(WrongKind(root, error.Path ?? "$"));
        }
    }

    private static JsonObject ReadFile(string file)
    {
        if (!File.Exists(file))
        {
            return [];
        }

        try
        {
            return JsonNode.Parse(File.ReadAllText(file), documentOptions: FileForm)
                as JsonObject ?? throw new CommandException($"{file}: the file must hold one JSON object, {{ ... }}");
        }
        catch (JsonException error)
        {
            throw new CommandException($"{file}: not valid JSON at line {error.LineNumber + 1}, column {error.BytePositionInLine + 1}: {Reason(error)}; mend it there");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{file} cannot be read; check its owner and mode (user {Environment.UserName})");
        }
    }

    private static string Reason(JsonException error) => error.Message.Split(". ")[0].Split(" LineNumber")[0].TrimEnd('.');

    /// <summary>What a value is and what it may be; <paramref name="path"/> is a JSON path as <c>$.Limits.Total</c> or <c>$.Ssh.Public[0].Port</c>.</summary>
    private static string WrongKind(JsonObject root, string path)
    {
        JsonNode? node = root;
        var type = typeof(WaybillConfiguration);
        var names = new List<string>();
        foreach (var step in path.Split(['.', '['], StringSplitOptions.RemoveEmptyEntries).Skip(1))
        {
            if (step.EndsWith(']'))
            {
                node = (node as JsonArray)?[int.Parse(step[..^1], System.Globalization.CultureInfo.InvariantCulture)];
                type = type.GetGenericArguments()[0];
            }
            else if (Property(type, step) is { } property)
            {
                node = (node as JsonObject)?.FirstOrDefault(pair => pair.Key.Equals(step, StringComparison.OrdinalIgnoreCase)).Value;
                type = property.PropertyType;
                names.Add(property.Name);
            }
        }

        var value = Waybill.Net.Logging.PeerText.Sanitise(node?.ToJsonString() ?? "null", 80);
        var allowed = (Nullable.GetUnderlyingType(type) ?? type) == typeof(int) ? "a whole number"
            : type == typeof(bool) ? "true or false"
            : type == typeof(string) ? "a text"
            : IsList(type) ? "a list, as [\"...\"]"
            : "a section with keys of its own, { ... }";
        return $"{(names.Count == 0 ? "the configuration" : string.Join(':', names))}: {value} is not allowed; it is {allowed}";
    }

    private void Set(JsonObject root, string[] path, string value, string origin)
    {
        var node = root;
        var type = typeof(WaybillConfiguration);
        for (var depth = 0; depth < path.Length; depth++)
        {
            if (Property(type, path[depth]) is not { } property || (depth < path.Length - 1 && !IsSection(property.PropertyType)))
            {
                _warnings.Add($"{origin}: there is no setting {string.Join(':', path)}; it is ignored");
                return;
            }

            type = property.PropertyType;
            var name = node.FirstOrDefault(pair => pair.Key.Equals(path[depth], StringComparison.OrdinalIgnoreCase)).Key ?? property.Name;
            if (depth == path.Length - 1)
            {
                node[name] = Value(value, type);
                return;
            }

            if (node[name] is not JsonObject child)
            {
                child = [];
                node[name] = child;
            }

            node = child;
        }
    }

    private static JsonNode? Value(string value, Type type)
    {
        if (value.StartsWith('[') || value.StartsWith('{'))
        {
            try
            {
                return JsonNode.Parse(value);
            }
            catch (JsonException)
            {
                throw new UsageException($"'{value}' is not valid JSON");
            }
        }

        if (type == typeof(bool) && bool.TryParse(value, out var flag))
        {
            return flag;
        }

        return IsList(type)
            ? new JsonArray([.. value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(item => (JsonNode)item)])
            : JsonValue.Create(value);
    }

    private void FindUnknown(JsonNode? node, Type type, string path)
    {
        if (node is JsonArray array && IsList(type))
        {
            foreach (var item in array)
            {
                FindUnknown(item, type.GetGenericArguments()[0], path);
            }
        }

        if (node is not JsonObject fields)
        {
            return;
        }

        foreach (var (name, value) in fields)
        {
            var full = path.Length == 0 ? name : $"{path}:{name}";
            if (Property(type, name) is { } property)
            {
                FindUnknown(value, property.PropertyType, full);
            }
            else
            {
                _warnings.Add($"waybill.json: there is no setting {full}; it is ignored");
            }
        }
    }

    private static bool IsList(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>);

    private static bool IsSection(Type type) => type.Namespace == typeof(WaybillConfiguration).Namespace;

    private static PropertyInfo? Property(Type type, string name) =>
        IsSection(type)
            ? type.GetProperty(name, BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase)
            : null;
}
