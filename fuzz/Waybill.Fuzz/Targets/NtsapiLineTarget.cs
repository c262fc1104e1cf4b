using System.Text;
using System.Text.RegularExpressions;
using Waybill.Net.Streams;
using Waybill.Ntsapi.Commands;
using Waybill.Ntsapi.Control;
using Waybill.Ntsapi.Hosting;

namespace Waybill.Fuzz.Targets;

/// <summary>
/// NTSAPI's bytes: cut into commands at every place, as CR LF, LF, CR or nothing ends them, and read. However the network splits them, the commands are the same ones.
/// </summary>
internal sealed partial class NtsapiLineTarget : IFuzzTarget
{
    private static readonly int Longest = new NtsapiLimits().CommandLine;

    public string Name => "ntsapi-line";

    public int Inputs => 200_000;

    public IReadOnlyCollection<string> Outcomes { get; } = ["Nothing", "Command", "TooLong", "NotAscii", "Unknown", "Glued", "NoNumber", "NoPattern", "PortedIn", "Usage"];

    public IReadOnlyList<string> Dictionary { get; } =
    [
        "AUTH u p", "ALLO 01224______", "ACTI 01224000000", "DEAC ", "REAC ", "STAT P2012345678", "SET 01224000000 1 S:a@b", "ORDE 01224000000 1 0000", "SPIN ", "FEAT 01224000000 D", "INFO 01224000000 GEN text",
        "INFO 01224000000 999 NAME Smith", "ALTEN 01224", "ALIST 01224 5", "BLKACTI 01224 10", "BLKINFO ", "BLKDEAC ", "BLKREAC ", "QUIT", "HELP", "+44", "_", "\r\n", "\n", "\r", " ", "\u00ff", "\0", "\t",
    ];

    public ValueTask<string> RunAsync(ReadOnlyMemory<byte> input)
    {
        var text = input.IsEmpty ? default : input.Span[1..];
        var whole = Cut(text, text.Length + 1);
        if (!whole.SequenceEqual(Cut(text, 1)) || !whole.SequenceEqual(Cut(text, input.IsEmpty ? 1 : input.Span[0] + 1)) || !whole.SequenceEqual(Expected(text)))
        {
            throw new InvalidOperationException("The commands depend on how the network splits them.");
        }

        var outcome = "Nothing";
        foreach (var line in whole)
        {
            outcome = line is null ? "TooLong" : Read(Encoding.Latin1.GetBytes(line));
        }

        return new(outcome);
    }

    public IEnumerable<(string Name, byte[] Input)> Record()
    {
        const string Number = "01224000000";
        (string Name, string Text)[] inputs =
        [
            ("nothing", ""), ("session", $"AUTH u p\r\nALLO 01224______\nACTI {Number}\rSTAT {Number}"), ("unknown", "exit\r"), ("glued", $"SET {Number} 1 S:44@server1SET {Number} 1 S:44@server1"), ("gluedQuit", $"SET {Number} 1 S:a@bQUIT"),
            ("usage", $"SET {Number} 1\n"), ("number", "STAT 1224\n"), ("pattern", "ALLO x\n"), ("ported", "ACTI P2012345678\n"), ("bytes", "STAT \u00ff\u00fb\u0001\n"), ("long", new string('x', Longest + 1) + "\nQUIT"),
            ("emergency", $"INFO {Number} 999 POSTCODE AB10 1AA\r\n"), ("block", "BLKACTI +441224 10\n"), ("empty", "\r\n\n\r \r\n"),
        ];
        return inputs.Select(input => (input.Name, (byte[])[(byte)input.Name.Length, .. Encoding.Latin1.GetBytes(input.Text)]));
    }

    private static string Read(byte[] line)
    {
        if (Strangers.ProtocolOf(line, "TLS") is not null)
        {
            return "Command";
        }

        if (RequestParser.TryParse(line, out var request) is not { } problem)
        {
            if (GluedCommands.IsIn(line, request.Command) || line.AsSpan().ContainsAnyExceptInRange((byte)' ', (byte)'~'))
            {
                throw new InvalidOperationException($"The line is taken for {request.Command.Verb}.");
            }

            return "Command";
        }

        var written = ReplyWriter.Write(problem);
        if (written is not [>= (byte)'1' and <= (byte)'9', (byte)' ', .., (byte)'\n'] || written.AsSpan().Count((byte)'\n') != 1)
        {
            throw new InvalidOperationException("A refusal is no reply, or more than one.");
        }

        return problem.Text switch
        {
            RequestParser.NotAscii => "NotAscii",
            RequestParser.Unknown => "Unknown",
            RequestParser.Glued => "Glued",
            RequestParser.NoNumber => "NoNumber",
            RequestParser.NoPattern => "NoPattern",
            RequestParser.PortedIn => "PortedIn",
            _ => "Usage",
        };
    }

    /// <summary>The commands; null for one that is too long.</summary>
    private static List<string?> Cut(ReadOnlySpan<byte> text, int piece)
    {
        using var lines = new CommandLines(Longest);
        List<string?> commands = [];
        while (!text.IsEmpty)
        {
            var room = lines.Room().Span;
            var count = Math.Min(Math.Min(piece, text.Length), room.Length);
            text[..count].CopyTo(room);
            text = text[count..];
            lines.Added(count);
            while (lines.TryTake() is var input and not CommandInput.None)
            {
                if (input == CommandInput.Flood)
                {
                    return commands;
                }

                commands.Add(input == CommandInput.TooLong ? null : Encoding.Latin1.GetString(lines.Line.Span));
            }
        }

        if (lines.TakeUnfinished(LineEnd.Close) == CommandInput.Line)
        {
            commands.Add(Encoding.Latin1.GetString(lines.Line.Span));
        }

        return commands;
    }

    private static IEnumerable<string?> Expected(ReadOnlySpan<byte> text) =>
        Ends().Split(Encoding.Latin1.GetString(text)).Where(static line => line.Length > 0).Select(static line => line.Length > Longest ? null : line);

    [GeneratedRegex("\r\n|\r|\n")]
    private static partial Regex Ends();
}
