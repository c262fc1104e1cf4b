using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace Waybill.Portal.Hosting;

/// <summary>Styles, scripts and the provider's logo: in memory, each under a name with its hash, so that browsers keep them for good and a new version has a new name.</summary>
internal sealed partial class AssetSet
{
    private const string Prefix = "Assets/";

    private readonly FrozenDictionary<string, Asset> _byPath;
    private readonly FrozenDictionary<string, string> _paths;

    public AssetSet(PortalOptions options)
    {
        var assembly = typeof(AssetSet).Assembly;
        Dictionary<string, Asset> byPath = [];
        Dictionary<string, string> paths = [];
        var waiting = assembly.GetManifestResourceNames().Where(static name => name.StartsWith(Prefix, StringComparison.Ordinal)).ToDictionary(static name => name[Prefix.Length..], Read);
        while (waiting.Count > 0)
        {
            // A script names others that it imports: they come first, since their names, with their hashes, become part of it.
            var (name, content) = waiting.First(each => Imports(each.Value).All(import => paths.ContainsKey(import.Groups[1].Value)));
            waiting.Remove(name);
            Add(name, Imports(content).Count == 0 ? content : Encoding.UTF8.GetBytes(Import().Replace(Encoding.UTF8.GetString(content), import => $"from \"{paths[import.Groups[1].Value]}\"")));
        }

        if (options.LogoFile is { } file && File.Exists(file))
        {
            Add("logo" + Path.GetExtension(file), File.ReadAllBytes(file));
            Logo = paths["logo" + Path.GetExtension(file)];
        }

        _byPath = byPath.ToFrozenDictionary(StringComparer.Ordinal);
        _paths = paths.ToFrozenDictionary(StringComparer.Ordinal);

        void Add(string name, byte[] content)
        {
            var hash = Convert.ToHexStringLower(SHA256.HashData(content))[..16];
            var named = $"{Path.GetFileNameWithoutExtension(name)}.{hash}{Path.GetExtension(name)}";
            byPath[named] = new Asset(content, TypeOf(name));
            paths[name] = "/assets/" + named;
        }

        byte[] Read(string resource)
        {
            using var stream = assembly.GetManifestResourceStream(resource)!;
            var content = new byte[stream.Length];
            stream.ReadExactly(content);
            return content;
        }
    }

    /// <summary>The path of the provider's logo; null where there is none.</summary>
    public string? Logo { get; }

    /// <summary>The path of an asset, by its name.</summary>
    public string this[string name] => _paths[name];

    public Task SendAsync(HttpContext context, string name)
    {
        if (!_byPath.TryGetValue(name, out var asset))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        context.Response.ContentType = asset.Type;
        context.Response.ContentLength = asset.Content.Length;
        context.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.Body.WriteAsync(asset.Content, context.RequestAborted).AsTask();
    }

    private static MatchCollection Imports(byte[] content) => Import().Matches(Encoding.UTF8.GetString(content));

    [GeneratedRegex(@"from ""\./([a-z-]+\.js)""")]
    private static partial Regex Import();

    private static string TypeOf(string name) => Path.GetExtension(name).ToLowerInvariant() switch
    {
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        ".png" => "image/png",
        ".jpg" or ".jpeg" => "image/jpeg",
        ".webp" => "image/webp",
        _ => "application/octet-stream",
    };

    private sealed record Asset(byte[] Content, string Type);
}
