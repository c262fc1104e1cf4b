using Waybill.Ftp.Commands;

namespace Waybill.Ftp.Control;

/// <summary>What came on the control connection, and which command it is.</summary>
/// <param name="Input">What came.</param>
/// <param name="Line">The line, where it is one.</param>
internal readonly record struct ControlLine(ControlInput Input, ReadOnlyMemory<byte> Line)
{
    /// <summary>Its row of the table; null when it is no command.</summary>
    public FtpCommand? Command { get; private init; }

    /// <summary>What stands behind the verb.</summary>
    public ReadOnlyMemory<byte> Argument { get; private init; }

    /// <summary>The line that was read last.</summary>
    public static ControlLine Of(ControlInput input, ControlReader reader) => input == ControlInput.Line ? Of(reader.Line) : new(input, default);

    /// <summary>The same with bytes of its own: it is good when other lines have been read.</summary>
    public ControlLine Kept() => Input == ControlInput.Line ? Of(Line.ToArray()) : this;

    private static ControlLine Of(ReadOnlyMemory<byte> line) => FtpRequest.TrySplit(line, out var verb, out var argument) && FtpCommands.Find(verb.Span) is { } command
        ? new(ControlInput.Line, line) { Command = command, Argument = argument }
        : new(ControlInput.Line, line);
}
