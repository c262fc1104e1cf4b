using System.Xml.Linq;

namespace Waybill.Architecture.Tests;

/// <summary>Who may reference whom (ARCHITECTURE.md), and where P/Invoke and unsafe code may stand.</summary>
public class RoomTests
{
    internal static readonly string Root = FindRoot();

    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["SshKeys"] = [],
        ["Net"] = [],
        ["Storage"] = [],
        ["Ssh"] = ["SshKeys", "Net"],
        ["Sftp"] = ["Storage"],
        ["Ftp"] = ["Net", "Storage"],
        ["Ntsapi"] = ["Net"],
        ["Core"] = ["SshKeys", "Storage"],
        ["Portal"] = ["SshKeys", "Storage", "Core"],
        ["Server"] = ["SshKeys", "Net", "Storage", "Ssh", "Sftp", "Ftp", "Ntsapi", "Core", "Portal"],
    };

    public static TheoryData<string> Rooms => [.. Directory.GetDirectories(Path.Combine(Root, "src")).Select(path => Path.GetFileName(path)["Waybill.".Length..])];

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_room_references_only_the_rooms_it_may(string room)
    {
        Assert.True(Allowed.ContainsKey(room), $"{room} is a new room: say in this test and in ARCHITECTURE.md whom it may reference");
        var project = XDocument.Load(Path.Combine(Root, "src", $"Waybill.{room}", $"Waybill.{room}.csproj"));
        var references = project.Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/'))["Waybill.".Length..]);
        Assert.Empty(references.Except(Allowed[room]));
    }

    [Fact]
    public void Native_calls_and_unsafe_code_stay_in_their_two_folders()
    {
        string[] homes = [Path.Combine("src", "Waybill.SshKeys", "Crypto"), Path.Combine("src", "Waybill.Storage", "Local", "Native")];
        string[] marks = ["LibraryImport(", "DllImport(", "unsafe ", "fixed (", " Marshal.", "(Marshal."];
        var strays = Sources("src")
            .Where(file => !homes.Any(home => file.StartsWith(home, StringComparison.Ordinal)))
            .SelectMany(file => Lines(file).Where(line => marks.Any(mark => Code(line.Text).Contains(mark, StringComparison.Ordinal))))
            .ToList();
        Assert.Empty(strays);
    }

    [Fact]
    public void Storage_touches_client_paths_through_the_kernel_alone()
    {
        string[] marks = ["File.Open", "File.Exists", "File.Create", "File.Delete", "File.Move", "File.Read", "File.Write", "Directory.", "Path.Combine", "Path.GetFullPath", "FileInfo(", "DirectoryInfo("];
        var strays = Sources(Path.Combine("src", "Waybill.Storage"))
            .SelectMany(file => Lines(file).Where(line => marks.Any(mark => System.Text.RegularExpressions.Regex.IsMatch(
                Code(line.Text), @"(?<![\w.])" + System.Text.RegularExpressions.Regex.Escape(mark)))))
            .ToList();
        Assert.Empty(strays);
    }

    [Theory]
    [InlineData("Ftp")]
    [InlineData("Ntsapi")]
    public void Each_command_has_a_file_with_its_name(string room)
    {
        var folder = Path.Combine(Root, "src", $"Waybill.{room}", "Commands");
        var table = Lines(Path.Combine(folder, $"{room}Commands.cs")).Where(line => line.Text.Contains("new(\"", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(table);
        Assert.DoesNotContain(table, row =>
        {
            var parts = System.Text.RegularExpressions.Regex.Match(row.Text, @"new\(""(\w+)"".* (\w+)\.RunAsync\)");

            // Left out of HELP are other names of a command, and those that are refused all alike.
            var isNamed = parts.Groups[2].Value.Equals(parts.Groups[1].Value + "Command", StringComparison.OrdinalIgnoreCase) || row.Text.Contains("IsHidden = true", StringComparison.Ordinal);
            return !isNamed || !File.Exists(Path.Combine(folder, parts.Groups[2].Value + ".cs"));
        });
    }

    [Fact]
    public void No_source_holds_a_leftover()
    {
        string[] marks = ["NotImplementedException", "TO" + "DO", "FIX" + "ME", "#region"];
        var strays = Sources("src").SelectMany(file => Lines(file).Where(line => marks.Any(mark => line.Text.Contains(mark, StringComparison.Ordinal)))).ToList();
        Assert.Empty(strays);
    }

    [Fact]
    public void The_standards_page_names_only_files_that_are_there()
    {
        var page = File.ReadAllText(Path.Combine(Root, "docs", "standards.md"));
        var named = System.Text.RegularExpressions.Regex.Matches(page, "`((?:src|tests|fuzz)/[^`]+)`").Select(match => match.Groups[1].Value).Distinct().ToList();
        Assert.NotEmpty(named);
        Assert.DoesNotContain(named, path => !File.Exists(Path.Combine(Root, path)) && !Directory.Exists(Path.Combine(Root, path)));
    }

    internal static IEnumerable<string> Sources(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Root, file))
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal));

    private static IEnumerable<(string File, int Line, string Text)> Lines(string file) =>
        File.ReadAllLines(Path.Combine(Root, file)).Select((text, index) => (file, index + 1, text));

    private static string Code(string line)
    {
        var comment = line.IndexOf("//", StringComparison.Ordinal);
        return comment < 0 ? line : line[..comment];
    }

    private static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Waybill.slnx")))
        {
            directory = directory.Parent!;
        }

        return directory.FullName;
    }
}
