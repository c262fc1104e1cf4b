using System.Globalization;
using Waybill.Core.Logins;
using Waybill.SshKeys.Keys;
using Waybill.Storage;

namespace Waybill.Core.Packs.Files;

/// <summary>The person's own set-up guide with its stylesheet, and the text that says which file is for what. The words are in the templates.</summary>
internal static class GuideFiles
{
    private static readonly string[] KnownFolders = ["cdr", "data", "invoices", "reports", "upload", "usage", "processed", "rejected", "vendors"];

    public static PackFile Guide(PackContent content) => new(
        content.Facts.Alias + "-guide.html", "text/html", PackContent.Utf8.GetBytes(PackTemplate.Load("guide.html").Render(Values(content))));

    public static PackFile Stylesheet(PackContent content) => new(
        content.Facts.Alias + "-guide.css", "text/css", PackContent.Utf8.GetBytes(PackTemplate.Read("guide.css")));

    public static PackFile ReadMe(PackContent content) => new(
        content.Facts.Alias + "-README.txt", "text/plain", PackContent.WindowsText(PackTemplate.Load("readme.txt").Render(Values(content))));

    private static PackValues Values(PackContent content)
    {
        var facts = content.Facts;
        var main = facts.Endpoints[0];
        var values = new PackValues
        {
            ["alias"] = facts.Alias,
            ["provider"] = facts.ProviderName,
            ["userName"] = facts.UserName,
            ["account"] = facts.Account ?? "",
            ["made"] = facts.Made.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            ["start"] = facts.StartDirectory,
            ["host"] = main.Host,
            ["urlHost"] = PackContent.UrlHost(main.Host),
            ["port"] = Number(main.Port),
            ["site"] = facts.SiteNameOf(0),
            ["puttySession"] = facts.PuttySessionOf(0),
            ["winScpPins"] = string.Join(';', facts.HostKeys.Select(static key => KeyFingerprint.WinScp(key.Key))),
            ["fetch"] = FolderFor(facts, static rights => rights.HasFlag(FileRights.Read) && !rights.HasFlag(FileRights.Create)) ?? (facts.StartDirectory == "/" ? "" : facts.StartDirectory),
        };
        KeyPlaces(values, content);
        values.WhenGiven("company", facts.Company);
        values.WhenGiven("supportMail", facts.Provider.SupportMail);
        values.WhenGiven("phone", facts.Provider.Phone);
        values.WhenGiven("caseLink", facts.Provider.CaseLink);
        values.WhenGiven("put", FolderFor(facts, static rights => rights.HasFlag(FileRights.Create)));
        values.OneOf(main.Policy, "modern", "compat", "pq");
        values.When("vendorOf", facts.Kind == LoginKind.Vendor);
        values.When("customerOf", facts.Kind == LoginKind.Customer);
        values.When("ownLogin", facts.Account is null);
        Months(values, facts.RetentionMonths);
        values.Each("others", content.Endpoints.Skip(1).Select(each => new PackValues { ["otherAlias"] = facts.AliasOf(each.Number) }));
        values.Each("endpoints", content.Endpoints.Select(static each => EndpointOf(each.Endpoint, each.Number)));
        values.Each("hostKeys", facts.HostKeys.Select(HostKeyOf));
        values.Each("used", facts.HostKeys.Where(static key => key.IsUsed).Select(static key => new PackValues { ["sha256"] = KeyFingerprint.Sha256(key.Key.Blob.Span) }));
        Ftps(values, content);
        values.Each("folders", facts.Folders.Select(FolderOf));
        return values;
    }

    private static void Ftps(PackValues values, PackContent content)
    {
        var facts = content.Facts;
        values.Each("ftps", facts.Ftps is not { } ftps ? [] : [Values(ftps)]);

        PackValues Values(PackFtps ftps)
        {
            var part = new PackValues { ["root"] = content.RootName, ["ftpsAlias"] = facts.FtpsAliasOf(0), ["ftpsSite"] = facts.FtpsSiteNameOf(0), ["ftpsHost"] = ftps.Endpoints[0].Host, ["tls"] = ftps.Endpoints[0].TlsWord };
            part.When("hasRoot", ftps.RootPem is not null);
            part.Each("ftpsEndpoints", content.FtpsEndpoints.Select(static each => EndpointOf(each.Endpoint, each.Number)));
            part.Each("certificates", ftps.Certificates.Select(static certificate =>
            {
                var item = new PackValues { ["sha256"] = certificate.Sha256, ["sha1"] = certificate.Sha1 };
                item.WhenGiven("from", certificate.TakesOver?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
                return item;
            }));
            return part;
        }
    }

    private static void KeyPlaces(PackValues values, PackContent content)
    {
        var windows = content.OpenSshKey.IsWindows ? content.OpenSshKey.ToString() : $@"%USERPROFILE%\.ssh\{content.Facts.Alias}";
        var unix = content.OpenSshKey.IsWindows ? KeyFilePath.OpenSshDefault(content.Facts.Alias) : content.OpenSshKey;
        values["keyWinScp"] = content.PuttyKey.ForWinScp();
        values["keyPutty"] = content.PuttyKey.WithoutVariables();
        values["keyFileZilla"] = content.FileZillaKey.WithoutVariables();
        values["keyOpenSsh"] = content.OpenSshKey.ToString();
        values["windowsKey"] = $"\"{windows}\"";
        values["windowsConfig"] = $"\"{windows[..(windows.LastIndexOfAny(['\\', '/']) + 1)]}{content.ConfigName}\"";
        values["unixKey"] = ShellText.Word(unix.ToString());
        values["unixConfig"] = ShellText.Word(unix.Beside(content.ConfigName).ToString());
    }

    private static PackValues EndpointOf(PackEndpoint endpoint, int number)
    {
        var values = new PackValues { ["host"] = endpoint.Host, ["port"] = Number(endpoint.Port), ["number"] = Number(number + 1) };
        values.WhenGiven("region", endpoint.Region);
        values.When("other", number > 0);
        return values;
    }

    private static PackValues HostKeyOf(PackHostKey key)
    {
        var values = new PackValues
        {
            ["type"] = key.Key.KeyType,
            ["putty"] = KeyFingerprint.Putty(key.Key),
            ["puttyMd5"] = KeyFingerprint.PuttyMd5(key.Key),
            ["winScp"] = KeyFingerprint.WinScp(key.Key),
            ["openSsh"] = KeyFingerprint.OpenSsh(key.Key),
            ["openSshMd5"] = KeyFingerprint.OpenSshMd5(key.Key),
        };
        values.When("next", !key.IsUsed);
        return values;
    }

    private static PackValues FolderOf(PackFolder folder)
    {
        var values = new PackValues { ["path"] = folder.Path };
        var name = folder.Path.StartsWith("/vendors/<", StringComparison.Ordinal) ? "vendors" : folder.Path[(folder.Path.LastIndexOf('/') + 1)..];
        foreach (var known in KnownFolders)
        {
            values.When("is-" + known, name == known);
        }

        var may = folder.Rights switch
        {
            _ when folder.Rights.HasFlag(FileRights.Create) => "may-put",
            _ when folder.Rights.HasFlag(FileRights.Collect) => "may-collect",
            _ when folder.Rights.HasFlag(FileRights.Delete) => "may-confirm",
            _ when folder.Rights.HasFlag(FileRights.Read) => "may-fetch",
            _ => "may-list",
        };
        foreach (var each in (string[])["may-put", "may-collect", "may-confirm", "may-fetch", "may-list"])
        {
            values.When(each, each == may);
        }

        Months(values, folder.RetentionMonths);
        return values;
    }

    private static void Months(PackValues values, int months)
    {
        values["months"] = Number(months);
        values.When("oneMonth", months == 1);
    }

    /// <summary>A folder for the examples: with a name of its own, that stands for itself.</summary>
    private static string? FolderFor(PackFacts facts, Func<FileRights, bool> may) =>
        facts.Folders.Where(folder => folder.Path.Length > 1 && !folder.Path.Contains('<', StringComparison.Ordinal) && may(folder.Rights)).Select(static folder => folder.Path).FirstOrDefault();

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
