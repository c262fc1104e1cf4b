using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Waybill.Portal.Connecting;

/// <summary>The TLS root, for clients that are to trust it. The .crt is PEM: Windows, macOS and phones read both, and update-ca-certificates, curl and lftp only that.</summary>
internal static class RootDownload
{
    public const string Pem = "/tls/root.pem";

    public const string Crt = "/tls/root.crt";

    public const string Der = "/tls/root.der";

    public static Task SendAsync(HttpContext context)
    {
        var root = context.RequestServices.GetRequiredService<IServerIdentity>().Root;
        var (content, type) = ((string)context.Request.RouteValues["file"]!, root) switch
        {
            ("root.pem", { } certificate) => (PemOf(certificate), "application/x-pem-file"),
            ("root.crt", { } certificate) => (PemOf(certificate), "application/x-x509-ca-cert"),
            ("root.der", { } certificate) => (certificate.Export(X509ContentType.Cert), "application/pkix-cert"),
            _ => (null, null),
        };
        if (content is null)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        context.Response.ContentType = type;
        context.Response.ContentLength = content.Length;
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"{context.Request.RouteValues["file"]}\"";
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.Body.WriteAsync(content, context.RequestAborted).AsTask();
    }

    private static byte[] PemOf(X509Certificate2 certificate) => Encoding.ASCII.GetBytes(certificate.ExportCertificatePem() + "\n");
}
