using System.CommandLine;

namespace Waybill.Server.CommandLine;

/// <summary>Options that every command takes.</summary>
internal static class CommonOptions
{
    public static readonly Option<string?> Data = new("--data")
    {
        Description = "the data directory; else WAYBILL_DATA, else ./data",
        HelpName = "DIR",
        Recursive = true,
    };

    public static readonly Option<bool> Json = new("--json") { Description = "print data as JSON", Recursive = true };

    public static readonly Option<string[]> Set = new("--set")
    {
        Description = "a setting for this run, as Ssh:Policy=compat; may be repeated",
        HelpName = "SECTION:KEY=VALUE",
        Recursive = true,
        AllowMultipleArgumentsPerToken = false,
    };
}
