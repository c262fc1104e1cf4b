using Waybill.Server.CommandLine;

namespace Waybill.Server.Checks;

/// <summary>What a check found: what, why, and what to do next.</summary>
internal sealed record Finding(Verdict Verdict, string Check, string Message)
{
    /// <summary>The command that shows more or mends it; null where none does.</summary>
    public Remedy? Remedy { get; init; }

    /// <summary>All of it on a line.</summary>
    public string Line(DataDirectory data) => Remedy is { } remedy ? $"{Message}; {remedy.Words}: {ShellWord.Command(data, remedy.Command)}" : Message;
}
