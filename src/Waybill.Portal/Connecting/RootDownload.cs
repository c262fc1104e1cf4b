using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Waybill.Portal.Connecting;

/// <summary>The installation's own TLS root, for clients that are to trust it: PEM for OpenSSL's kin, DER under .crt for Windows and phones.</summary>
internal static class RootDownload
{
    public const string Pem = "/tls/root.pem";

    public const string Der = "/tls/root.crt";

    public static Task SendAsync(HttpContext context)
    {
        var root = context.RequestServices.GetRequiredService<IServerIdentity>().Root;
        var (content, type) = ((string)context.Request.RouteValues["file"]!, root) switch
        {
            ("root.pem", { } certificate) => (Encoding.ASCII.GetBytes(certificate.ExportCertificatePem() + "\n"), "application/x-pem-file"),
            ("root.crt", { } certificate) => (certificate.Export(X509ContentType.Cert), "application/x-x509-ca-cert"),
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

    /// <summary>A certificate's fingerprint as openssl and browsers show it.</summary>
    public static string Fingerprint(X509Certificate2 certificate, HashAlgorithmName hash) =>
        string.Join(':', Convert.ToHexString(certificate.GetCertHash(hash)).Chunk(2).Select(static pair => new string(pair)));
}
