using System.CommandLine;
using System.Text.Json;
using System.Text.RegularExpressions;
using Waybill.Server.CommandLine;
using Waybill.TestKit;

namespace Waybill.Server.Tests.CommandLine;

/// <summary>What docs/api says of each command: the call that does the same, or why there is none. A command that is in neither list fails; so does a row without its command or call.</summary>
public sealed partial class ApiParityTests
{
    private static readonly string Folder = Path.Combine(RepositoryRoot.Find(), "docs", "api");

    private static readonly Command Root = WaybillCommandLine.Root(TextWriter.Null, TextWriter.Null);

    [Fact]
    public void Each_command_has_its_call_or_a_reason_why_it_has_none()
    {
        var called = Rows("commands.md").Select(static row => row.First).SelectMany(static cell => Spans(cell)).ToList();
        var excluded = Excluded().Where(static words => !words.Contains("--", StringComparison.Ordinal)).ToList();
        Assert.True(called.Count > 100 && excluded.Count > 10, $"{called.Count} and {excluded.Count} commands were found");
        Assert.Equal(Runnable(Root, "").Order(), called.Concat(excluded).Order());
    }

    [Fact]
    public void Each_option_that_has_no_call_is_an_option_of_its_command()
    {
        var options = Excluded().Where(static words => words.Contains("--", StringComparison.Ordinal)).Select(static words => words.Split(" --", 2)).ToList();
        Assert.NotEmpty(options);
        Assert.All(options, static each =>
        {
            var command = each[0].Split(' ').Aggregate(Root, static (at, word) => at.Subcommands.Single(next => next.Name == word));
            Assert.Contains("--" + each[1], command.Options.Select(static option => option.Name));
        });
    }

    [Fact]
    public void Each_call_beside_a_command_is_one_of_the_document()
    {
        var paths = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "openapi.json"))).RootElement.GetProperty("paths");
        HashSet<string> calls = [.. paths.EnumerateObject().SelectMany(static path => path.Value.EnumerateObject().Select(call => $"{call.Name.ToUpperInvariant()} {path.Name}")), "GET /v1/openapi.json"];
        Assert.All(Rows("commands.md"), row =>
        {
            var named = Spans(row.Second).ToList();
            Assert.NotEmpty(named);
            Assert.Empty(named.Except(calls));
        });
    }

    private static IEnumerable<string> Runnable(Command command, string path) => command.Subcommands.SelectMany(each =>
    {
        var name = path + each.Name;
        return Runnable(each, name + " ").Concat(each.Action is null ? [] : [name]);
    });

    /// <summary>The commands of the table of what is not here: <c>files scan, hash</c> is <c>files scan</c> and <c>files hash</c>.</summary>
    private static IEnumerable<string> Excluded() => Rows("README.md", "## What is not here").SelectMany(static row => Spans(row.First)).SelectMany(static span =>
    {
        var words = span.Split(", ");
        var parent = words[0][..(words[0].LastIndexOf(' ') + 1)];
        return words.Skip(1).Select(word => parent + word).Prepend(words[0]);
    });

    /// <summary>The rows of the page's table without its head, or of the one behind a heading.</summary>
    private static List<(string First, string Second)> Rows(string page, string? heading = null)
    {
        var text = File.ReadAllText(Path.Combine(Folder, page));
        var rows = Row().Matches(heading is null ? text : text[text.IndexOf(heading + "\n", StringComparison.Ordinal)..]).Select(static match => (match.Groups[1].Value, match.Groups[2].Value)).Skip(1).ToList();
        Assert.NotEmpty(rows);
        return rows;
    }

    private static IEnumerable<string> Spans(string cell) => Span().Matches(cell).Select(static match => match.Groups[1].Value);

    [GeneratedRegex(@"^\| (?!---)(.*?) \| (.*) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Span();
}
