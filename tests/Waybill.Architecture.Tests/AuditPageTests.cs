using System.Text.RegularExpressions;

namespace Waybill.Architecture.Tests;

/// <summary>docs/operations/audit.md names every action that a row can have, and no other.</summary>
public partial class AuditPageTests
{
    [Fact]
    public void Every_action_stands_on_the_page()
    {
        var actions = Directory.EnumerateFiles(Path.Combine(RoomTests.Root, "src", "Waybill.Core"), "*Actions.cs", SearchOption.AllDirectories)
            .SelectMany(file => Action().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value)).ToList();
        var page = File.ReadAllText(Path.Combine(RoomTests.Root, "docs", "operations", "audit.md"));
        var listed = page[page.IndexOf("## Actions", StringComparison.Ordinal)..];
        listed = listed[..listed.IndexOf("\n\nEach row", StringComparison.Ordinal)];
        Assert.True(actions.Count > 50, "the actions were not found");
        Assert.Equal(actions.Order(), Word().Matches(listed).Select(match => match.Groups[1].Value).Order());
    }

    [GeneratedRegex("""public const string \w+ = "([^"]+)";""")]
    private static partial Regex Action();

    [GeneratedRegex("`([a-z-]+)`")]
    private static partial Regex Word();
}
