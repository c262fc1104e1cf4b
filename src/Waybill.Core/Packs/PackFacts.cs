using Waybill.Core.Logins;

namespace Waybill.Core.Packs;

/// <summary>All that a customer needs to know to connect: what pages show, mails say, and the files of a pack are made from. Texts are bounded and of one line.</summary>
/// <param name="UserName">The user name.</param>
/// <param name="Kind">What the login is for.</param>
/// <param name="Account">The account's number; null for logins of the provider.</param>
/// <param name="Company">The account's company.</param>
/// <param name="Vendor">The vendor's short name; null for other logins.</param>
/// <param name="StartDirectory">Where sessions start: <c>/</c> or a path without a slash at its end.</param>
/// <param name="Provider">Who runs the server.</param>
/// <param name="Endpoints">Where to connect to: the main one, then others.</param>
/// <param name="HostKeys">Every host key that the login may meet.</param>
/// <param name="Folders">What it sees, with its rights.</param>
/// <param name="RetentionMonths">How long files stay, unless a folder says otherwise.</param>
/// <param name="Made">The day, as the facts hold for it.</param>
public sealed record PackFacts(
    string UserName, LoginKind Kind, string? Account, string? Company, string? Vendor, string StartDirectory, PackProvider Provider,
    IReadOnlyList<PackEndpoint> Endpoints, IReadOnlyList<PackHostKey> HostKeys, IReadOnlyList<PackFolder> Folders, int RetentionMonths, DateOnly Made)
{
    private const string AnyProvider = "Waybill";

    /// <summary>How it connects by FTP over TLS; null for a login without a password, and where that is not offered.</summary>
    public PackFtps? Ftps { get; init; }

    /// <summary>The beginning of every file's name, and the name of the site where a client has short ones: <c>waybill-10020</c>.</summary>
    public string Alias => AliasFor(UserName);

    /// <summary>The provider's name, or a word in its place.</summary>
    public string ProviderName => Provider.Name ?? AnyProvider;

    /// <summary>What the files of a login are called, its private key too, wherever that was made.</summary>
    internal static string AliasFor(string userName) => "waybill-" + userName;

    /// <summary>The name under which clients keep an endpoint: two hyphens, since user names have at most one behind an account number.</summary>
    internal string AliasOf(int endpoint) => endpoint == 0 ? Alias : $"{Alias}--{endpoint + 1}";

    /// <summary>The same for FTP over TLS.</summary>
    internal string FtpsAliasOf(int endpoint) => endpoint == 0 ? $"{Alias}--ftps" : $"{Alias}--ftps-{endpoint + 1}";

    /// <summary>The name of the site in clients with windows: letters and digits of any script, and marks that mean nothing to any of them.</summary>
    internal string SiteNameOf(int endpoint)
    {
        const string Harmless = " ._-&,'()+";
        var name = string.Concat(ProviderName.Select(static each => char.IsLetterOrDigit(each) || Harmless.Contains(each, StringComparison.Ordinal) ? each : '-')).Trim();
        return $"{(name.Length > 0 ? name : AnyProvider)} files {UserName}{(endpoint == 0 ? "" : $" ({endpoint + 1})")}";
    }

    /// <summary>The same for FTP over TLS.</summary>
    internal string FtpsSiteNameOf(int endpoint) => SiteNameOf(endpoint) + " FTPS";

    /// <summary>The same for PuTTY, whose names are in the code page of each computer: a name that is not ASCII could not be typed for <c>psftp -load</c>.</summary>
    internal string PuttySessionOf(int endpoint) =>
        System.Text.Ascii.IsValid(ProviderName) ? SiteNameOf(endpoint) : (this with { Provider = new PackProvider() }).SiteNameOf(endpoint);
}
