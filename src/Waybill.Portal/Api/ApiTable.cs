using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;

namespace Waybill.Portal.Api;

/// <summary>Every call that there is.</summary>
internal static class ApiTable
{
    public const string DocumentPath = "/v1/openapi.json";

    public static IReadOnlyList<ApiEndpoint> All { get; } =
    [
        .. AccountsApi.Endpoints, .. LoginsApi.Endpoints, .. KeysApi.Endpoints, .. KeyCareApi.Endpoints, .. PasswordsApi.Endpoints, .. HandoversApi.Endpoints, .. VaultApi.Endpoints, .. CatalogueApi.Endpoints, .. ArrivalsApi.Endpoints,
        .. SessionsApi.Endpoints, .. PortalSessionsApi.Endpoints, .. UpkeepApi.Endpoints, .. RequestsApi.Endpoints, .. FeedsApi.Endpoints, .. RoutingApi.Endpoints, .. InboundApi.Endpoints,
        .. ExpectationsApi.Endpoints, .. RetentionApi.Endpoints, .. PeopleApi.Endpoints, .. NotificationsApi.Endpoints, .. ConnectingApi.Endpoints, .. AuditApi.Endpoints,
        .. BillingApi.Endpoints, .. PortingApi.Endpoints, .. AccountApi.Endpoints, .. NumberRangesApi.Endpoints, .. NumbersApi.Endpoints, .. NumberLoginApi.Endpoints,
    ];

    /// <summary>Gives each its address.</summary>
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        foreach (var endpoint in All)
        {
            string[] methods = HttpMethods.IsGet(endpoint.Method) ? [HttpMethods.Get, HttpMethods.Head] : [endpoint.Method];
            var mapped = endpoints.MapMethods(endpoint.Path, methods, context => ApiPipeline.InvokeAsync(endpoint, context)).WithMetadata(endpoint);
            if (endpoint.Upload is not null)
            {
                mapped.WithMetadata(new UploadSize(endpoint.UploadSize));
            }
        }

        endpoints.MapMethods(DocumentPath, [HttpMethods.Get, HttpMethods.Head], ApiDocument.SendAsync);
    }

    private sealed class UploadSize(long size) : IRequestSizeLimitMetadata
    {
        public long? MaxRequestBodySize => size;
    }
}
