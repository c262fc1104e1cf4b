using System.Text;

namespace Waybill.Core.Packs;

/// <summary>What the writers of the files have before them.</summary>
/// <param name="Facts">Who connects to what.</param>
/// <param name="Keys">Where the private keys are.</param>
internal sealed record PackContent(PackFacts Facts, PackKeyFiles Keys)
{
    public static UTF8Encoding Utf8 { get; } = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>The private key of OpenSSH, lftp, rclone and curl.</summary>
    public KeyFilePath OpenSshKey => Keys.OpenSsh ?? KeyFilePath.OpenSshDefault(Facts.Alias);

    /// <summary>The private key of WinSCP and PuTTY.</summary>
    public KeyFilePath PuttyKey => Keys.Putty ?? KeyFilePath.PuttyDefault(Facts.Alias);

    /// <summary>FileZilla reads both kinds, but knows no home directory.</summary>
    public KeyFilePath FileZillaKey => Keys.Putty is null && Keys.OpenSsh is { } key && !key.ToString().StartsWith('~') ? key : PuttyKey;

    public string KnownHostsName => Facts.Alias + "-known_hosts";

    /// <summary>The root certificate of FTP over TLS.</summary>
    public string RootName => Facts.Alias + "-root.crt";

    public string ConfigName => Facts.Alias + ".conf";

    /// <summary>Host names, numbered from 0; the first is the main one.</summary>
    public IEnumerable<(PackEndpoint Endpoint, int Number)> Endpoints => Facts.Endpoints.Select(static (endpoint, number) => (endpoint, number));

    /// <summary>The same of FTP over TLS; none for a login without a password.</summary>
    public IEnumerable<(PackEndpoint Endpoint, int Number)> FtpsEndpoints => (Facts.Ftps?.Endpoints ?? []).Select(static (endpoint, number) => (endpoint, number));

    /// <summary>The folder where sessions start, with a slash at its end.</summary>
    public string StartWithSlash => Facts.StartDirectory == "/" ? "/" : Facts.StartDirectory + "/";

    /// <summary>A host inside a URL.</summary>
    public static string UrlHost(string host) => host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host;

    /// <summary>A path inside a URL: its slashes stay.</summary>
    public static string UrlPath(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));

    /// <summary>A whole path inside a URL of FTP, where a path without its escaped slash begins where the session does; nothing for the root.</summary>
    public static string FtpPath(string path) => path == "/" ? "" : "/%2F" + UrlPath(path)[1..];

    /// <summary>A text file for Windows.</summary>
    public static byte[] WindowsText(string text) => Utf8.GetBytes(text.ReplaceLineEndings("\r\n"));

    /// <summary>A text file for everything else.</summary>
    public static byte[] UnixText(string text) => Utf8.GetBytes(text.ReplaceLineEndings("\n"));
}
