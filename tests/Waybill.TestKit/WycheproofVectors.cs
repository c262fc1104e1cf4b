using System.Text.Json;

namespace Waybill.TestKit;

/// <summary>
/// Project Wycheproof's vectors. They lie beside the checkout (<c>../shared/vectors</c>) and are data only; a machine without them skips, with
/// <see cref="Missing"/> as the reason.
/// </summary>
public static class WycheproofVectors
{
    /// <summary>The reason to skip with.</summary>
    public const string Missing = "The Wycheproof vectors are not on this machine (../shared/vectors beside the checkout).";

    /// <summary>The folder, or null. A working tree may lie one level deeper than the checkout itself.</summary>
    public static string? Folder
    {
        get
        {
            for (var directory = new DirectoryInfo(RepositoryRoot.Find()).Parent; directory is not null; directory = directory.Parent)
            {
                var folder = Path.Combine(directory.FullName, "shared", "vectors");
                if (Directory.Exists(folder))
                {
                    return folder;
                }
            }

            return null;
        }
    }

    /// <summary>Whether they are here.</summary>
    public static bool Available => Folder is not null;

    /// <summary>The tests of one file, each with its group; <paramref name="name"/> as <c>x25519_test.json</c>.</summary>
    public static IEnumerable<WycheproofTest> Load(string name)
    {
        var folder = Folder ?? throw new FileNotFoundException(Missing, name);
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, name)));
        foreach (var group in document.RootElement.GetProperty("testGroups").EnumerateArray())
        {
            foreach (var test in group.GetProperty("tests").EnumerateArray())
            {
                yield return new WycheproofTest(group.Clone(), test.Clone());
            }
        }
    }
}

/// <summary>One vector with the group that it stands in.</summary>
/// <param name="Group">The group's object: key, sizes.</param>
/// <param name="Test">The test's object.</param>
public sealed record WycheproofTest(JsonElement Group, JsonElement Test)
{
    /// <summary>Its number in the file.</summary>
    public int Id => Test.GetProperty("tcId").GetInt32();

    /// <summary><c>valid</c>, <c>invalid</c> or <c>acceptable</c>.</summary>
    public string Result => Test.GetProperty("result").GetString()!;

    /// <summary>What it is about.</summary>
    public string Comment => Test.GetProperty("comment").GetString()!;

    /// <summary>Its flags.</summary>
    public IReadOnlyList<string> Flags => Test.TryGetProperty("flags", out var flags) ? [.. flags.EnumerateArray().Select(flag => flag.GetString()!)] : [];

    /// <summary>A field of the test, or else of its group, in hexadecimal.</summary>
    public byte[] Bytes(string name) => Convert.FromHexString(Text(name));

    /// <summary>A field of the test, or else of its group, as text.</summary>
    public string Text(string name) => (Test.TryGetProperty(name, out var value) ? value : Group.GetProperty(name)).GetString()!;

    /// <inheritdoc/>
    public override string ToString() => $"vector {Id} ({Result}): {Comment} [{string.Join(", ", Flags)}]";
}
