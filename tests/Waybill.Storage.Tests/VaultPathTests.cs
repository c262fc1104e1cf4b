using System.Text;
using Waybill.TestKit.Storage;

namespace Waybill.Storage.Tests;

public sealed class VaultPathTests
{
    [Theory]
    [InlineData("", "/home")]
    [InlineData(".", "/home")]
    [InlineData("..", "/")]
    [InlineData("../../..", "/")]
    [InlineData("/", "/")]
    [InlineData("//a///b/", "/a/b")]
    [InlineData("a/./b", "/home/a/b")]
    [InlineData("a/../b", "/home/b")]
    [InlineData("/../a", "/a")]
    [InlineData("...", "/home/...")]
    [InlineData(".. ", "/home/.. ")]
    [InlineData("a\\..\\b", "/home/a\\..\\b")]
    [InlineData("%2e%2e/x", "/home/%2e%2e/x")]
    [InlineData("~", "/home/~")]
    [InlineData(".waybill", "/home/.waybill")]
    [InlineData("a.waybill-x", "/home/a.waybill-x")]
    public void Paths_are_read_as_a_file_system_would(string text, string expected)
    {
        Assert.Equal(VaultPathError.None, VaultPath.TryParse(Encoding.UTF8.GetBytes(text), VaultPath.Parse("/home"), out var path));
        Assert.Equal(expected, path!.ToString());
    }

    [Fact]
    public void What_is_no_path_is_refused_with_its_reason()
    {
        Assert.Equal(VaultPathError.HoldsNul, Parse("a\0"));
        Assert.Equal(VaultPathError.ReservedName, Parse("x/.waybill-t-1"));
        Assert.Equal(VaultPathError.ReservedName, Parse("x/.waybill-"));
        Assert.Equal(VaultPathError.ReservedName, Parse(".waybill-t-1/../x"));
        Assert.Equal(VaultPathError.None, Parse(new string('a', 255)));
        Assert.Equal(VaultPathError.NameTooLong, Parse(new string('a', 256)));
        Assert.Equal(VaultPathError.NameTooLong, Parse(new string('é', 128)));
        Assert.Equal(VaultPathError.None, Parse(string.Concat(Enumerable.Repeat("/abcdefg", 511)) + "/abcdef"));
        Assert.Equal(VaultPathError.TooLong, Parse(string.Concat(Enumerable.Repeat("/abcdefg", 512))));
        Assert.Equal(VaultPathError.NotUtf8, VaultPath.TryParse([0xC0, 0xAF], VaultPath.Root, out _));

        static VaultPathError Parse(string text) => VaultPath.TryParse(Encoding.UTF8.GetBytes(text), VaultPath.Root, out _);
    }

    [Fact]
    public void A_relative_path_that_grows_too_long_below_its_directory_is_refused()
    {
        var deep = VaultPath.Parse(string.Concat(Enumerable.Repeat("/abcdefg", 500)));
        Assert.Equal(VaultPathError.TooLong, VaultPath.TryParse(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("abcdefg/", 20))), deep, out _));
    }

    [Fact]
    public void Reading_a_canonical_path_again_changes_nothing_and_it_never_climbs()
    {
        foreach (var text in HostileNames.All)
        {
            foreach (var start in new[] { VaultPath.Root, VaultPath.Parse("/d/e") })
            {
                if (VaultPath.TryParse(text, start, out var path) != VaultPathError.None)
                {
                    continue;
                }

                Assert.Equal(VaultPathError.None, VaultPath.TryParse(path!.Bytes, start, out var again));
                Assert.Equal(path, again);
                Assert.Equal(path.GetHashCode(), again!.GetHashCode());
                Assert.Equal((byte)'/', path.Bytes[0]);
                Assert.True(path.Bytes.Length <= VaultPath.MaximumLength);
                if (!path.IsRoot)
                {
                    var names = path.ToString()[1..].Split('/');
                    Assert.DoesNotContain("..", names);
                    Assert.DoesNotContain(".", names);
                    Assert.DoesNotContain("", names);
                }
            }
        }
    }

    [Fact]
    public void A_sibling_whose_name_begins_alike_is_not_below()
    {
        var directory = VaultPath.Parse("/u1");
        Assert.True(VaultPath.Parse("/u1").IsAtOrBelow(directory));
        Assert.True(VaultPath.Parse("/u1/a").IsAtOrBelow(directory));
        Assert.False(VaultPath.Parse("/u10").IsAtOrBelow(directory));
        Assert.False(VaultPath.Parse("/u1_backup/a").IsAtOrBelow(directory));
        Assert.False(VaultPath.Parse("/u").IsAtOrBelow(directory));
        Assert.True(VaultPath.Parse("/u").IsAtOrBelow(VaultPath.Root));
    }
}
