using System.CommandLine;
using Waybill.Portal.Api;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>api openapi</c>.</summary>
internal static class ApiCommands
{
    public static IEnumerable<Command> Create(Func<ParseResult, CommandContext> context)
    {
        var openApi = new Command("openapi", "Print the OpenAPI document of the REST API.");
        openApi.SetAction(parse => context(parse).Output.Write(ApiDocument.Write()));
        return [new Command("api", "The REST API.") { openApi }];
    }
}
