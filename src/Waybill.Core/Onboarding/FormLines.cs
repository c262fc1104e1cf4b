using System.Text.RegularExpressions;
using Waybill.Core.Feeds;

namespace Waybill.Core.Onboarding;

/// <summary>
/// Finds the fields of the form in the text of a mail: <c>Account Number: 10042</c>, as a list with numbers, bullets or quote marks in front, as cells of a table, or
/// with the value on the next line. The first of each counts, since answers stand above what they answer.
/// </summary>
internal static partial class FormLines
{
    /// <summary>Lines of a mail that are looked at.</summary>
    private const int MostLines = 2_000;

    private const int LongestLabel = 80;
    private const int LongestLine = 2_000;
    private const int MostChoices = 12;

    private static readonly Dictionary<string, string> Labels = Table(
        ("name", "firstandlastname firstlastname firstnamelastname name fullname yourname contactname contactperson contact"),
        ("first", "firstname forename givenname"),
        ("last", "lastname surname familyname"),
        ("email", "email emailaddress mail mailaddress contactemail"),
        ("phone", "phone phonenumber telephone telephonenumber tel mobile mobilenumber contactphone contactnumber"),
        ("company", "company companyname organisation organization customer customername business businessname"),
        ("account", "accountnumber account accountno accountid accountnr customernumber customerno customerid acct acctno acctnumber clientid accountcode"),
        ("user", "ftpusernamerequested usernamerequested username ftpusername sftpusername sftpusernamerequested requestedusername usernamewanted preferredusername ftpuser sftpuser"),
        ("feeds", "typeofftpfeed typeofsftpfeed typeoffeed typeoffeeds feedtype feedtypes feed feeds"),
        ("types", "filetype filetypes fileformat fileformats typeoffile format"),
        ("allow", "sourceaddress sourceaddresses sourceip sourceips ip ips ipaddress ipaddresses allowlist ipallowlist ipwhitelist ipwhitelisting whitelist allowfrom"),
        ("automation", "automation automated forautomation isitforautomation automatic"),
        ("key", "publicsshkey publickey sshpublickey sshkey mypublickey ourpublickey key pubkey"),
        ("from", "from"));

    /// <summary>Whether a line is a label of the key with the key behind it; the rest of the line is the key.</summary>
    public static string WithoutKeyLabels(string text) => KeyLabel().Replace(text, "\n");

    /// <summary>What the text says; what it does not stays empty.</summary>
    public static RequestDetails Read(string text, FeedTypes types, out string? forwardedFrom)
    {
        Dictionary<string, string> found = [];
        var lines = text.Split('\n', MostLines + 1).Take(MostLines).Select(Clean).ToList();
        for (var at = 0; at < lines.Count; at++)
        {
            if (Split(lines[at]) is not { } field)
            {
                continue;
            }

            var value = field.Value;
            if (field.Name is "feeds" or "types")
            {
                value = Choices(lines, at, value);
            }
            else if (value.Length == 0 && NextValue(lines, at) is { } next)
            {
                value = next;
            }

            if (value.Length > 0)
            {
                found.TryAdd(field.Name, value);
            }
        }

        forwardedFrom = found.GetValueOrDefault("from");
        var (first, last) = Names(found.GetValueOrDefault("name"));
        return new RequestDetails
        {
            FirstName = found.GetValueOrDefault("first") ?? first,
            LastName = found.GetValueOrDefault("last") ?? last,
            Email = found.GetValueOrDefault("email") is { } email ? Mail.MailSender.Read(email.Replace("mailto:", "", StringComparison.OrdinalIgnoreCase))?.Address : null,
            Phone = found.GetValueOrDefault("phone"),
            Company = found.GetValueOrDefault("company"),
            Account = Number(found.GetValueOrDefault("account")) ?? Mentioned(text),
            UserName = found.GetValueOrDefault("user"),
            Feeds = FeedWords.Feeds(found.GetValueOrDefault("feeds") ?? "", types),
            FileTypes = FeedWords.FileTypes(found.GetValueOrDefault("types") ?? "", types),
            AllowFrom = (found.GetValueOrDefault("allow") ?? "").Split([' ', ',', ';'], StringSplitOptions.RemoveEmptyEntries),
            Automation = found.GetValueOrDefault("automation") is { } automation && automation.StartsWith('y') | automation.StartsWith('Y') | automation.StartsWith('1'),
        };
    }

    /// <summary>First and last name of <c>Ann Example</c> or <c>Example, Ann</c>.</summary>
    public static (string? First, string? Last) Names(string? name)
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            return (null, null);
        }

        if (name.Split(',', 2, StringSplitOptions.TrimEntries) is [{ Length: > 0 } family, { Length: > 0 } given])
        {
            return (given, family);
        }

        var words = name.Trim().TrimEnd(',').Split(' ', 2, StringSplitOptions.TrimEntries);
        return words.Length == 2 ? (words[0], words[1]) : (null, words[0]);
    }

    /// <summary>A line without what programs and people put around it.</summary>
    private static string Clean(string line)
    {
        var text = (line.Length > LongestLine ? line[..LongestLine] : line).Replace('\u00a0', ' ').TrimEnd().TrimStart(' ', '\t', '>', '|', '*', '_', '\u2022', '\u00b7');
        return Numbering().Replace(text, "").TrimStart(' ', '\t', '*', '_');
    }

    private static (string Name, string Value)? Split(string line)
    {
        var end = line.AsSpan().IndexOfAny(":=\t|");
        if (end is < 1 or > LongestLabel)
        {
            // A label alone on its line, the value below.
            return line.Length is > 0 and <= LongestLabel && Labels.TryGetValue(Letters(line), out var alone) && alone is not ("from" or "key") ? (alone, "") : null;
        }

        return Labels.TryGetValue(Letters(line[..end]), out var name) ? (name, line[(end + 1)..].Trim(' ', '\t', '|', '*', '_', ':')) : null;
    }

    private static string? NextValue(List<string> lines, int at)
    {
        var next = at + 1;
        while (next < lines.Count && next <= at + 2 && lines[next].Length == 0)
        {
            next++;
        }

        return next < lines.Count && lines[next].Length > 0 && Split(lines[next]) is null ? lines[next].Trim() : null;
    }

    /// <summary>A list below its label: the ticked ones where there are boxes, else all.</summary>
    private static string Choices(List<string> lines, int at, string value)
    {
        List<string> listed = value.Length > 0 ? [value] : [];
        for (var next = at + 1; next < lines.Count && next <= at + MostChoices && (lines[next].Length > 0 || next == at + 1) && Split(lines[next]) is null; next++)
        {
            listed.Add(lines[next]);
        }

        var hasBoxes = listed.Exists(static line => Box().IsMatch(line));
        return string.Join('\n', listed.Where(line => !hasBoxes || Ticked().IsMatch(line)).Select(static line => Box().Replace(line, " ").Trim()));
    }

    /// <summary><c>No. 10042</c>, <c>#10042</c>, <c>10042 (Example Ltd)</c>: the number is what matters, where there is one.</summary>
    private static string? Number(string? value)
    {
        if (value is null)
        {
            return null;
        }

        var word = value.Split([' ', '\t', ',', ';', '('], StringSplitOptions.RemoveEmptyEntries).FirstOrDefault(static each => each.Any(char.IsAsciiDigit));
        return (word ?? value).Trim('#', '.', '"', '\'', ' ', '*');
    }

    private static string? Mentioned(string text) => Mention().Match(text) is { Success: true } match ? match.Groups[1].Value.TrimEnd('.') : null;

    private static string Letters(string label)
    {
        var bracket = label.IndexOf('(', StringComparison.Ordinal);
        return string.Concat((bracket < 0 ? label : label[..bracket]).Where(char.IsAsciiLetter)).ToLowerInvariant();
    }

    private static Dictionary<string, string> Table(params (string Name, string Labels)[] rows) =>
        rows.SelectMany(static row => row.Labels.Split(' ').Select(label => (label, row.Name))).ToDictionary(static pair => pair.label, static pair => pair.Name, StringComparer.Ordinal);

    [GeneratedRegex(@"^(?:\(?(?:\d{1,2}|[a-zA-Z])[.)]\s*|[-\u2013\u2022\u00b7o]\s+)+")]
    private static partial Regex Numbering();

    [GeneratedRegex(@"\[\s?[xX\u2713\u2714 ]?\s?\]|[\u2610\u2611\u2612\u2713\u2714\u2705]|\(\s?[xX ]\s?\)")]
    private static partial Regex Box();

    [GeneratedRegex(@"\[\s?[xX\u2713\u2714]\s?\]|[\u2611\u2612\u2713\u2714\u2705]|\(\s?[xX]\s?\)")]
    private static partial Regex Ticked();

    [GeneratedRegex(@"\baccount\s{1,3}(?:number|no\.?|nr\.?|id|\#)\s{0,3}(?:is|of)?\s{0,3}[:#]?\s{0,3}([A-Za-z0-9._]{0,31}[0-9][A-Za-z0-9._]{0,31})", RegexOptions.IgnoreCase)]
    private static partial Regex Mention();

    [GeneratedRegex(@"^[ \t>*\d.)-]{0,20}[A-Za-z ]{0,40}\bkey\b[^:\n]{0,40}:(?=[ \t]*(?:ssh-|ecdsa-|AAAA))", RegexOptions.IgnoreCase | RegexOptions.Multiline)]
    private static partial Regex KeyLabel();
}
