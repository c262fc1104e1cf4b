using System.Text;
using Waybill.Sftp.Scp;

namespace Waybill.Sftp.Tests.Scp;

public sealed class ScpArgumentsTests
{
    [Theory]
    [InlineData("scp -t /upload", "/upload")]
    [InlineData("scp -v -r -p -d -t -- -x", "-x")]
    [InlineData("scp -pt .", ".")]
    [InlineData("scp  \t -r   -t \"/a b\"", "/a b")]
    [InlineData("scp -t '/a b'/c\\ d", "/a b/c d")]
    [InlineData("scp -t ''", "")]
    [InlineData("scp -t ~/x", "~/x")]
    [InlineData("scp -t $(reboot);`id`|x&y>z", "$(reboot);`id`|x&y>z")]
    [InlineData("scp -t \"\\$a \\` \\\" \\\\ \\n\"", "$a ` \" \\ \\n")]
    [InlineData("scp -t 'it'\\''s'", "it's")]
    [InlineData("scp -t Übersicht📄", "Übersicht📄")]
    [InlineData("scp -t '-r'", null)]
    public void A_target_is_read_as_a_shell_would_quote_it_and_no_further(string command, string? expected)
    {
        Assert.True(ScpArguments.TryParse(command, out var arguments));
        if (expected is null)
        {
            Assert.NotNull(arguments.Problem);
            return;
        }

        Assert.Null(arguments.Problem);
        Assert.False(arguments.Sends);
        Assert.Equal(expected, Encoding.UTF8.GetString(Assert.Single(arguments.Operands).Text));
    }

    [Theory]
    [InlineData("scp -r -p -d -t x", false, true, true, true)]
    [InlineData("scp -rpdf x", true, true, true, true)]
    [InlineData("scp -v -q -f x", true, false, false, false)]
    [InlineData("scp -t x -r -p", false, false, false, false, true)]
    public void Options_come_alone_or_together_and_before_the_path(string command, bool sends, bool recursive, bool preserve, bool directory, bool wrong = false)
    {
        Assert.True(ScpArguments.TryParse(command, out var arguments));
        Assert.Equal((sends, recursive, preserve, directory, wrong), (arguments.Sends, arguments.Recursive, arguments.Preserve, arguments.NeedsDirectory, arguments.Problem is not null));
    }

    [Theory]
    [InlineData("scp -T -t x")]
    [InlineData("scp -S/bin/sh -t x")]
    [InlineData("scp -o ProxyCommand=id -t x")]
    [InlineData("scp --rsh=x -t x")]
    [InlineData("scp -t")]
    [InlineData("scp x y")]
    [InlineData("scp -t -f x")]
    [InlineData("scp -t x y")]
    [InlineData("scp -t 'x")]
    [InlineData("scp -t \"x")]
    [InlineData("scp -t x\\")]
    [InlineData("scp -t x\nid")]
    [InlineData("scp")]
    public async Task What_is_not_understood_is_refused_in_words_that_scp_shows(string command)
    {
        await using var harness = ScpHarness.Start(command);
        Assert.Matches("^\u0002scp: [ -~]+\n$", await harness.RestAsync());
        Assert.Equal(1, await harness.ExitAsync());
        Assert.Equal(["/"], harness.Memory.Paths);
    }

    [Theory]
    [InlineData("")]
    [InlineData("echo ${ShellId}%ComSpec%")]
    [InlineData("/usr/bin/scp -t x")]
    [InlineData("scpx -t x")]
    [InlineData("'scp -t x'")]
    [InlineData("\"scp")]
    public void Other_commands_are_not_scp(string command) => Assert.False(ScpArguments.TryParse(command, out _));

    [Fact]
    public void The_number_of_paths_is_bounded()
    {
        Assert.True(ScpArguments.TryParse("scp -f" + string.Concat(Enumerable.Repeat(" x", ScpArguments.MaximumPaths)), out var most));
        Assert.Null(most.Problem);
        Assert.True(ScpArguments.TryParse("scp -f" + string.Concat(Enumerable.Repeat(" x", ScpArguments.MaximumPaths + 1)), out var more));
        Assert.NotNull(more.Problem);
    }

    [Theory]
    [InlineData("*.csv", "a.csv", true)]
    [InlineData("*.csv", ".csv", false)]
    [InlineData(".*", ".csv", true)]
    [InlineData("a*b*c", "aXbXbc", true)]
    [InlineData("a*b*c", "aXbXbd", false)]
    [InlineData("?", "ü", true)]
    [InlineData("?", "üü", false)]
    [InlineData("[a-c]x", "bx", true)]
    [InlineData("[!a-c]x", "bx", false)]
    [InlineData("[^a-c]x", "dx", true)]
    [InlineData("[]x]*", "]y", true)]
    [InlineData("[a-]*", "-y", true)]
    [InlineData("[ab*", "[abc", true)]
    [InlineData("\\**", "*x", true)]
    [InlineData("\\**", "yx", false)]
    [InlineData("'['*", "[x", true)]
    public void A_pattern_matches_as_in_a_shell(string pattern, string name, bool matches)
    {
        Assert.True(ScpArguments.TryParse("scp -f /d/" + pattern, out var arguments));
        var operand = Assert.Single(arguments.Operands);
        Assert.Equal("/d/", Encoding.UTF8.GetString(operand.Directory));
        Assert.Equal(matches, operand.Pattern!.Matches(Encoding.UTF8.GetBytes(name)));
    }

    [Theory]
    [InlineData("'*'")]
    [InlineData("\\?")]
    [InlineData("\"[a]\"")]
    [InlineData("[a")]
    [InlineData("plain")]
    public void Quoted_wildcards_are_characters(string word)
    {
        Assert.True(ScpArguments.TryParse("scp -f " + word, out var arguments));
        Assert.Null(Assert.Single(arguments.Operands).Pattern);
    }

    [Fact]
    public async Task A_pattern_of_many_stars_takes_no_time()
    {
        Assert.True(ScpArguments.TryParse("scp -f " + string.Concat(Enumerable.Repeat("*a", 2000)) + "b", out var arguments));
        var pattern = Assert.Single(arguments.Operands).Pattern!;
        var name = Encoding.ASCII.GetBytes(new string('a', 255));
        Assert.False(await Task.Run(() => pattern.Matches(name)).WaitAsync(TimeSpan.FromSeconds(60)));
    }
}
