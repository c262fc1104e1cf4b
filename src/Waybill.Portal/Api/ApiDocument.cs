using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Waybill.Core.Tokens;

namespace Waybill.Portal.Api;

/// <summary>The OpenAPI document, made from <see cref="ApiTable"/>.</summary>
public static partial class ApiDocument
{
    private const string Scheme = "token";

    private const string LoginScheme = "login";

    private static readonly Lazy<byte[]> Bytes = new(static () => System.Text.Encoding.UTF8.GetBytes(Write()));

    /// <summary>The document as it is served and checked in.</summary>
    public static string Write() => Create().ToJsonString(new JsonSerializerOptions(ApiJson.Options) { WriteIndented = true, NewLine = "\n", MaxDepth = 64 }) + "\n";

    /// <summary>Answers with it.</summary>
    internal static async Task SendAsync(HttpContext context)
    {
        context.Response.ContentType = ApiJson.Media;
        context.Response.ContentLength = Bytes.Value.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(Bytes.Value, context.RequestAborted);
        }
    }

    private static JsonObject Create()
    {
        var schemas = new ApiSchemas();
        JsonObject paths = [];
        foreach (var group in ApiTable.All.GroupBy(static endpoint => PathOf(endpoint)))
        {
            JsonObject path = [];
            if (PathParameters(group.First().Path) is { Count: > 0 } parameters)
            {
                path["parameters"] = parameters;
            }

            foreach (var endpoint in group)
            {
                path[endpoint.Method.ToLowerInvariant()] = Operation(endpoint, schemas);
            }

            paths[group.Key] = path;
        }

        return new()
        {
            ["openapi"] = "3.1.1",
            ["info"] = new JsonObject
            {
                ["title"] = "Waybill",
                ["version"] = "1",
                ["description"] = "What the provider's programs do with accounts, logins, keys, feeds and deliveries. docs/api/README.md has examples.",
            },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = "/" }),
            ["security"] = new JsonArray(new JsonObject { [Scheme] = new JsonArray() }),
            ["tags"] = new JsonArray([.. ApiTable.All.Select(static endpoint => endpoint.Group).Distinct().Select(static group => (JsonNode)new JsonObject { ["name"] = group })]),
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["securitySchemes"] = new JsonObject
                {
                    [Scheme] = new JsonObject
                    {
                        ["type"] = "http",
                        ["scheme"] = "bearer",
                        ["description"] = "Made with `waybill token add`. Scopes: " + string.Join("; ", ApiScope.All.Select(static scope => $"{scope.Word}: {scope.What}")) + ".",
                    },
                    [LoginScheme] = new JsonObject
                    {
                        ["type"] = "http",
                        ["scheme"] = "basic",
                        ["description"] = "The user name and password of a customer's login, the same as for FTPS and NTSAPI. It sees its own account; wrong passwords count together with those that came by FTPS.",
                    },
                },
                ["parameters"] = new JsonObject
                {
                    ["IdempotencyKey"] = new JsonObject
                    {
                        ["name"] = ApiPipeline.KeyHeader,
                        ["in"] = "header",
                        ["required"] = false,
                        ["description"] = $"A new one, such as a UUID, with each new request: a repetition with the same key and body within {IdempotentRequests.Memory.TotalHours:0} hours gets the first answer, and nothing is done twice.",
                        ["schema"] = new JsonObject { ["type"] = "string", ["minLength"] = 1, ["maxLength"] = IdempotentRequests.KeyLength },
                    },
                },
                ["responses"] = new JsonObject
                {
                    ["Problem"] = new JsonObject
                    {
                        ["description"] = "It was not done. detail says why, and what to do next.",
                        ["content"] = new JsonObject { [ApiJson.ProblemMedia] = new JsonObject { ["schema"] = schemas.Of(typeof(ApiProblem)) } },
                    },
                    ["Error"] = new JsonObject
                    {
                        ["description"] = "It was not done. error says why.",
                        ["content"] = Json(schemas.Of(typeof(ApiError))),
                    },
                },
                ["schemas"] = schemas.Components,
            },
        };
    }

    private static JsonObject Operation(ApiEndpoint endpoint, ApiSchemas schemas)
    {
        JsonArray parameters = [.. endpoint.Query.Select(static parameter => (JsonNode)Parameter(parameter))];
        if (HttpMethods.IsPost(endpoint.Method))
        {
            parameters.Add(new JsonObject { ["$ref"] = "#/components/parameters/IdempotencyKey" });
        }

        JsonObject operation = new()
        {
            ["operationId"] = endpoint.Id,
            ["tags"] = new JsonArray(endpoint.Group),
            ["summary"] = endpoint.Summary,
            ["description"] = string.Join(' ', new[]
            {
                endpoint.Notes, endpoint.IsSecret ? "The answer is not kept: a repetition with the same Idempotency-Key gets the status alone." : null, endpoint.Scheme == ApiScheme.Login ? "For a login of the account, with its password." : $"Needs the scope {endpoint.Scope}.",
                endpoint.Scheme == ApiScheme.Login ? null : endpoint.IsForAccounts ? "A token of one account sees its own alone." : "Not for tokens of one account.",
            }.OfType<string>()),
            ["security"] = new JsonArray(endpoint.Scheme == ApiScheme.Login ? new JsonObject { [LoginScheme] = new JsonArray() } : new JsonObject { [Scheme] = new JsonArray(endpoint.Scope) }),
        };
        if (parameters.Count > 0)
        {
            operation["parameters"] = parameters;
        }

        if (endpoint.Request is { } request)
        {
            operation["requestBody"] = new JsonObject { ["required"] = true, ["content"] = Json(schemas.Of(request, isRequest: true)) };
        }
        else if (endpoint.Upload is { } media)
        {
            operation["requestBody"] = new JsonObject { ["required"] = true, ["content"] = new JsonObject { [media] = endpoint.UploadAs == ApiUploadKind.Files ? new JsonObject { ["schema"] = new JsonObject { ["type"] = "object" } } : new JsonObject() } };
        }

        JsonObject done = new() { ["description"] = "Done." };
        if (endpoint.Response is { } response)
        {
            done["content"] = Json(schemas.Of(response));
        }
        else if (endpoint.Content is { } content)
        {
            done["content"] = new JsonObject { [content] = new JsonObject() };
        }

        operation["responses"] = new JsonObject
        {
            [endpoint.Status.ToString(System.Globalization.CultureInfo.InvariantCulture)] = done,
            ["default"] = new JsonObject { ["$ref"] = "#/components/responses/" + (endpoint.Scheme == ApiScheme.Login ? "Error" : "Problem") },
        };
        return operation;
    }

    private static JsonObject Json(JsonObject schema) => new() { [ApiJson.Media] = new JsonObject { ["schema"] = schema } };

    private static JsonObject Parameter(ApiParameter parameter) => new()
    {
        ["name"] = parameter.Name,
        ["in"] = "query",
        ["required"] = parameter.IsRequired,
        ["description"] = parameter.What,
        ["schema"] = parameter.Kind switch
        {
            ApiParameterKind.Number when parameter.Maximum == long.MaxValue => new JsonObject { ["type"] = "integer", ["format"] = "int64", ["minimum"] = parameter.Minimum },
            ApiParameterKind.Number => new JsonObject { ["type"] = "integer", ["minimum"] = parameter.Minimum, ["maximum"] = parameter.Maximum },
            ApiParameterKind.Flag => new JsonObject { ["type"] = "boolean" },
            ApiParameterKind.Time => new JsonObject { ["type"] = "string", ["format"] = "date-time" },
            ApiParameterKind.Word => new JsonObject { ["type"] = "string", ["enum"] = new JsonArray([.. parameter.Words.Select(static word => (JsonNode)word)]) },
            _ => new JsonObject { ["type"] = "string", ["maxLength"] = parameter.Longest },
        },
    };

    private static JsonArray PathParameters(string path) =>
    [
        .. PathParameter().Matches(path).Select(static match => (JsonNode)new JsonObject
        {
            ["name"] = match.Groups[1].Value,
            ["in"] = "path",
            ["required"] = true,
            ["schema"] = match.Groups[2].Success ? new JsonObject { ["type"] = "integer", ["format"] = "int64" } : new JsonObject { ["type"] = "string" },
        }),
    ];

    private static string PathOf(ApiEndpoint endpoint) => PathParameter().Replace(endpoint.Path, "{$1}");

    [GeneratedRegex(@"\{(\w+)(:long)?\}")]
    private static partial Regex PathParameter();
}
