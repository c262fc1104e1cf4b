using System.Globalization;
using System.Text.RegularExpressions;

namespace Waybill.Architecture.Tests;

/// <summary>docs/operations/limits.md says what the code says: each name is declared, each value is its default, each test is there.</summary>
public partial class LimitsPageTests
{
    private static readonly string[] Page = File.ReadAllLines(Path.Combine(RoomTests.Root, "docs", "operations", "limits.md"));

    /// <summary>Types whose bounds are properties, with the value as their default.</summary>
    private static readonly string[] ByInstance = ["SshLimits", "FtpLimits", "NtsapiLimits", "GateLimits", "SftpOptions", "ScpOptions", "LocalStoreOptions"];

    /// <summary>Types with bounds whose names do not say so.</summary>
    private static readonly string[] OtherTypes =
    [
        "SftpOptions", "ScpOptions", "LocalStoreOptions", "VaultPath", "BlockingThreads", "AllowedNetworks", "AccountNumber", "Words", "OfferedKeys", "IdempotentRequests", "ApiTokens",
        "DiagnosisService", "ServerHealth", "CertificateWatch", "PublicKeyFile", "PrivateKeyFile", "KexInit", "ChannelPipeWriter", "CommandLines",
    ];

    /// <summary>What stands among them and bounds nothing.</summary>
    private static readonly string[] NoBounds =
    [
        "LocalStoreOptions.ShownUserId", "LocalStoreOptions.ShownGroupId", "LocalStoreOptions.FilePermissions", "LocalStoreOptions.DirectoryPermissions", "LocalStoreOptions.CreationMask",
        "LocalStoreOptions.ReserveOn", "ScpOptions.WithheldPermissions",
    ];

    [Fact]
    public void Every_limit_names_a_test_and_every_test_it_names_is_there()
    {
        var tests = Files("tests").SelectMany(file => TestMethod().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value)).ToHashSet();
        var limits = Limits().ToList();
        Assert.True(limits.Count > 50, "the tables of limits were not found");
        Assert.DoesNotContain(limits, limit => limit.Tests.Count == 0 || limit.Tests.Exists(test => !tests.Contains(test)));
    }

    [Fact]
    public void Every_value_is_the_default_of_its_name()
    {
        var sources = Files("src").ToLookup(file => Path.GetFileName(file).Split('.')[0], File.ReadAllText);
        Assert.Empty(Limits().SelectMany(limit => limit.Names.Select(name => Complaint(name, limit.Value, sources))).OfType<string>());
    }

    [Fact]
    public void Every_bound_stands_on_the_page()
    {
        var names = Limits().SelectMany(limit => limit.Names).ToHashSet();
        var sources = Files("src").ToLookup(file => Path.GetFileName(file).Split('.')[0], File.ReadAllText);
        var types = sources.Select(static type => type.Key).Where(static type => type.EndsWith("Limits", StringComparison.Ordinal) && type != "QuotaLimits").Concat(OtherTypes).ToList();
        Assert.True(types.Count > OtherTypes.Length + 10, "the classes of limits were not found");
        List<string> missing = [];
        foreach (var type in types)
        {
            var bounds = sources[type].SelectMany(source => (ByInstance.Contains(type) ? Bound() : Fixed()).Matches(source)).Select(match => $"{type}.{match.Groups[1].Value}").ToList();
            Assert.True(bounds.Count > 0, $"{type} has no bound, or is not there");
            missing.AddRange(bounds.Except(names).Except(NoBounds));
        }

        Assert.Empty(missing);
    }

    private static string? Complaint(string name, string value, ILookup<string, string> sources)
    {
        var (type, member) = (name.Split('.')[0], name.Split('.')[1]);
        var declared = sources[type].Select(source => Regex.Match(source, $@"(?:const|static readonly|public) [\w?]+(?: [\w?]+)? ?\b{member}(?: \{{ get; init; \}})?(?: = ([^;]+))?;?\r?$", RegexOptions.Multiline))
            .FirstOrDefault(match => match.Success);
        if (declared is null)
        {
            return $"{name} is not declared";
        }

        // One without a default of its own follows from others, and the page says how.
        var expression = declared.Groups[1];
        return !expression.Success || Notations(expression.Value).Any(notation => Regex.IsMatch(value, $@"(?<![\w,.^]){Regex.Escape(notation)}(?![\w^]|[,.]\d)"))
            ? null
            : $"{name} is {expression.Value}, and the page says {value}";
    }

    /// <summary>How a page may write a default of the code: products of numbers, powers of two, and TimeSpan.FromX.</summary>
    private static IEnumerable<string> Notations(string expression)
    {
        if (Time().Match(expression) is { Success: true } time)
        {
            var number = decimal.Parse(time.Groups[2].Value, CultureInfo.InvariantCulture);
            var unit = time.Groups[1].Value switch { "Milliseconds" => "ms", "Seconds" => "s", var word => number == 1 ? word.ToLowerInvariant()[..^1] : word.ToLowerInvariant() };
            return [$"{number} {unit}"];
        }

        if (Power().Match(expression) is { Success: true } power)
        {
            return [$"2^{power.Groups[1].Value}"];
        }

        var product = expression.Split('*').Aggregate(1L, (sum, factor) => sum * long.Parse(factor.Trim().Replace("_", "", StringComparison.Ordinal).TrimEnd('L'), CultureInfo.InvariantCulture));
        (long Size, string Word)[] units = [(1L << 30, "GiB"), (1L << 20, "MiB"), (1L << 10, "KiB")];
        return [product.ToString("N0", CultureInfo.InvariantCulture), .. units.Where(unit => product % unit.Size == 0).Select(unit => $"{product / unit.Size} {unit.Word}")];
    }

    private static IEnumerable<Limit> Limits()
    {
        var type = "";
        List<string> columns = [];
        foreach (var line in Page)
        {
            if (line.StartsWith("## ", StringComparison.Ordinal))
            {
                type = "";
            }
            else if (Default().Match(line) is { Success: true } named)
            {
                type = named.Groups[1].Value;
            }
            else if (!line.StartsWith('|'))
            {
                columns = [];
            }
            else if (columns.Count == 0)
            {
                columns = Cells(line);
                Assert.Equal(["limit", "name", "reached in the tests by"], (string[])[columns[0], columns[1], columns[^1]]);
            }
            else if (!line.StartsWith("| ---", StringComparison.Ordinal))
            {
                var cells = Cells(line);
                Assert.Equal(columns.Count, cells.Count);
                var names = Code().Matches(cells[1]).Select(match => match.Groups[1].Value);
                yield return new Limit(line, [.. names.Select(name => name.Contains('.', StringComparison.Ordinal) ? name : $"{type}.{name}")], cells[2],
                    [.. Code().Matches(cells[^1]).Select(match => match.Groups[1].Value)]);
            }
        }
    }

    private static List<string> Cells(string line) => [.. line.Trim('|', ' ').Split('|').Select(cell => cell.Trim())];

    private static IEnumerable<string> Files(string folder) => RoomTests.Sources(folder).Select(file => Path.Combine(RoomTests.Root, file));

    private sealed record Limit(string Line, IReadOnlyList<string> Names, string Value, List<string> Tests)
    {
        public override string ToString() => Line;
    }

    [GeneratedRegex(@"\[(?:Fact|Theory)[^\n]*\n(?:\s*\[[^\n]*\n|\s*//[^\n]*\n)*\s*public (?:async )?(?:Task|void|ValueTask) (\w+)\(")]
    private static partial Regex TestMethod();

    [GeneratedRegex(@"public (?:const |static readonly )?(?:int\??|long|uint|TimeSpan) (\w+)(?: \{ get; init; \})?")]
    private static partial Regex Bound();

    [GeneratedRegex(@"(?:public|internal) (?:const|static readonly) (?:int|long|uint|TimeSpan) (\w+) =")]
    private static partial Regex Fixed();

    [GeneratedRegex(@"^TimeSpan\.From(\w+)\(([\d.]+)\)$")]
    private static partial Regex Time();

    [GeneratedRegex(@"^1[uL]? << (\d+)$")]
    private static partial Regex Power();

    [GeneratedRegex(@"^Named in `(\w+)`")]
    private static partial Regex Default();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();
}
