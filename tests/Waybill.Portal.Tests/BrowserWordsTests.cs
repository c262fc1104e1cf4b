using System.Text.RegularExpressions;
using Waybill.Portal.People;
using Waybill.TestKit;

namespace Waybill.Portal.Tests;

public sealed partial class BrowserWordsTests
{
    [Theory]
    [InlineData("There is no request R1. `waybill request list` shows them.", "There is no request R1.")]
    [InlineData("ann@example.com is the last administrator who can sign in. Add another first: `waybill person add EMAIL --name TEXT`.", "ann@example.com is the last administrator who can sign in.")]
    [InlineData("Somebody asks. Call the customer back at a number that you know. Then say with --verified how you did.", "Somebody asks. Call the customer back at a number that you know.")]
    [InlineData("Nobody could be told anything. Give the address too (at the command line with --email).", "Nobody could be told anything. Give the address too.")]
    [InlineData("'waybill-10042' of Dr. A. Smith -- is no name. Give another.", "'waybill-10042' of Dr. A. Smith -- is no name. Give another.")]
    [InlineData("Run `waybill doctor`.", "Run `waybill doctor`.")]
    public void Sentences_that_are_for_the_command_line_are_left_out(string message, string left) => Assert.Equal(left, BrowserWords.Of(message));

    [Fact]
    public void Every_refusal_of_Core_says_something_without_its_commands()
    {
        // As they stand in the code: what a person's words put into them makes no sentence a command.
        var refusals = Directory.EnumerateFiles(Path.Combine(RepositoryRoot.Find(), "src", "Waybill.Core"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(static file => Refusal().Matches(File.ReadAllText(file)).Select(static match => match.Groups[1].Value))
            .Where(static words => words.Contains("`waybill ", StringComparison.Ordinal)).ToList();
        Assert.True(refusals.Count > 20, $"only {refusals.Count} were found");
        Assert.All(refusals, static words => Assert.DoesNotContain("`waybill ", BrowserWords.Of(words), StringComparison.Ordinal));
    }

    [GeneratedRegex("""Problem\.(?:Refused|NotFound|Invalid|LimitReached|AlreadyExists)\(\s*\$?"((?:[^"\\]|\\.)*)"\)""")]
    private static partial Regex Refusal();
}
