using Microsoft.AspNetCore.Http;
using Waybill.Core;
using Waybill.Core.Certificates;
using Waybill.Core.Packs;
using Waybill.SshKeys.Keys;
using static Waybill.Portal.Api.ApiEndpoint;

namespace Waybill.Portal.Api;

/// <summary>What customers need to connect: host keys, and their packs.</summary>
internal static class ConnectingApi
{
    private const string Read = "accounts:read";

    public static IReadOnlyList<ApiEndpoint> Endpoints { get; } =
    [
        Get<Page<HostKeyView>>("/v1/host-keys", "listHostKeys", Read, "List the host keys in use and announced, Ed25519 first.", HostKeys),
        Get<Page<CertificateView>>("/v1/certificates", "listCertificates", Read, "List the portal's certificate and those that it was signed with, with their fingerprints.", Certificates),
        Get<Page<HostKeyView>>("/v1/logins/{login}/pack", "fetchPack", Read, "Fetch a login's connection pack: files for its programs with every host key pinned, and its set-up guide.", PackAsync,
            ApiParameter.Text("keyFile", "where the private key lies on the customer's computer; one that ends with .ppk is for WinSCP, PuTTY and FileZilla"),
            ApiParameter.Text("otherKeyFile", "the same for the other kind")) with
        {
            Response = null, Content = "application/zip", Notes = "Taking it along is a row of the audit, pack-made.",
        },
    ];

    private static ValueTask<ApiAnswer> HostKeys(ApiCall call) => new(ApiAnswer.Of(ApiPaging.Whole(call.Get<IServerIdentity>().HostKeys.Select(static key => new HostKeyView(
        key.KeyType, key.Bits, KeyFingerprint.Sha256(key.Blob.Span), KeyFingerprint.Md5(key.Blob.Span), KeyFingerprint.Putty(key), KeyFingerprint.WinScp(key), HostKeyNotation.OpenSshLine(key),
        [.. HostKeyNotation.Sshfp(key).Select(static line => line.ToString())])))));

    private static ValueTask<ApiAnswer> Certificates(ApiCall call)
    {
        var identity = call.Get<IServerIdentity>();
        return new(ApiAnswer.Of(ApiPaging.Whole(identity.Certificates.Concat(identity.Root is { } root && !identity.Certificates.Contains(root) ? [root] : []).Select(static certificate => new CertificateView(
            certificate.Subject, certificate.Issuer, certificate.SerialNumber, certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime(),
            CertificateNotation.Sha256(certificate), CertificateNotation.Sha1(certificate), certificate.ExportCertificatePem())))));
    }

    private static async ValueTask<ApiAnswer> PackAsync(ApiCall call)
    {
        var login = await call.LoginAsync();
        if (!login.Succeeded)
        {
            return login.Problem;
        }

        var places = PackKeyFiles.Of([.. new[] { call.Text("keyFile"), call.Text("otherKeyFile") }.OfType<string>()]);
        if (!places.Succeeded)
        {
            return places.Problem;
        }

        // Who asks for the headers alone takes nothing along.
        var packs = call.Get<Func<ConnectionPackService>>()();
        var pack = HttpMethods.IsHead(call.Context.Request.Method)
            ? await packs.ShowAsync(login.Value.UserName, places.Value, call.Cancel)
            : await packs.MakeAsync(login.Value.UserName, places.Value, call.Actor, call.Cancel);
        if (!pack.Succeeded)
        {
            return pack.Problem;
        }

        var zip = pack.Value.ToZip();
        return ApiAnswer.Of(new ApiContent(new MemoryStream(zip), zip.Length, pack.Value.ZipName));
    }

    internal sealed record HostKeyView(string Type, int Bits, string Sha256, string Md5, string Putty, string WinScp, string OpenSshLine, IReadOnlyList<string> Sshfp);

    internal sealed record CertificateView(
        string Subject, string Issuer, string SerialNumber, DateTimeOffset NotBefore, DateTimeOffset NotAfter, string Sha256, string Sha1, string Pem);
}
