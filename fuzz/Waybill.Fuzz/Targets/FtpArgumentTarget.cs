using System.Text;
using Waybill.Ftp.Commands;
using Waybill.Ftp.Data;
using Waybill.Ftp.Listings;

namespace Waybill.Fuzz.Targets;

/// <summary>The arguments of PORT, EPRT, LIST, REST, MFMT and MFF; the first byte says whose.</summary>
internal sealed class FtpArgumentTarget : IFuzzTarget
{
    private static readonly string[] Verbs = ["PORT", "EPRT", "LIST", "REST", "MFMT", "MFF"];

    public string Name => "ftp-argument";

    public int Inputs => 120_000;

    public IReadOnlyCollection<string> Outcomes { get; } =
        ["PORT", "PORT refused", "EPRT", "EPRT refused", "EPRT unknown", "LIST", "LIST all", "REST", "REST refused", "MFMT", "MFMT refused", "MFF", "MFF refused"];

    public IReadOnlyList<string> Dictionary { get; } =
        ["127,0,0,1,200,1", "|1|127.0.0.1|51201|", "|2|::1|51201|", "-la ", "-", "9223372036854775807", "9223372036854775808", "20240229123456", "20161231235960", ".5", "Modify=", "UNIX.mode=0644;", ";", "0777", "%", "+", "0x"];

    public ValueTask<string> RunAsync(ReadOnlyMemory<byte> input)
    {
        var verb = Verbs[input.IsEmpty ? 0 : input.Span[0] % Verbs.Length];
        var argument = input.IsEmpty ? default : input.Span[1..];
        return ValueTask.FromResult(verb switch
        {
            "PORT" => Refused(verb, HostPort.TryParsePort(argument, out var port) && Is(port is { Port: >= 0 and <= 65_535 })),
            "EPRT" => HostPort.TryParseExtended(argument, out var extended, out var isKnown) ? Is(isKnown == extended is not null) && isKnown ? "EPRT" : "EPRT unknown" : "EPRT refused",
            "LIST" => ListOptions.Read(argument, out var path).All && Is(path.Length <= argument.Length) ? "LIST all" : "LIST",
            "REST" => Refused(verb, RestCommand.TryParse(argument, out var offset) && Is(offset >= 0)),
            "MFMT" => Refused(verb, FtpTime.TryParse(argument, out var seconds) && Is(SaysTheSame(argument, seconds))),
            _ => Refused(verb, MffCommand.TryRead(argument, out var changes) && Is(!changes.IsEmpty && changes.Permissions is null or (>= 0 and <= 0x1FF))),
        });
    }

    public IEnumerable<(string Name, byte[] Input)> Record()
    {
        (byte Verb, string Text)[] inputs =
        [
            (0, "127,0,0,1,200,1"), (0, "127,0,0,1,256,1"), (0, "1,2,3,4,5"), (1, "|1|127.0.0.1|51201|"), (1, "|2|::1|51201|"), (1, "|3|x|1|"), (1, "|1|127.1|5|"), (1, "!!!!"), (2, "-la x"),
            (2, "x y"), (2, "-l -a -1 -F"), (2, "-"), (3, "0"), (3, "9223372036854775807"), (3, "-1"), (3, "1e3"), (4, "20240229123456"), (4, "20240229123456.789"), (4, "20230229123456"),
            (4, "20161231235960"), (5, "Modify=20240229123456;"), (5, "modify=20240229123456;UNIX.mode=0644;"), (5, "UNIX.mode=99;"), (5, "x=y;"),
        ];
        return inputs.Select((input, i) => ($"{Verbs[input.Verb]}-{i:00}", (byte[])[input.Verb, .. Encoding.ASCII.GetBytes(input.Text)]));
    }

    // The 60th second is the 59th, and a fraction is read over.
    private static bool SaysTheSame(ReadOnlySpan<byte> argument, long seconds)
    {
        var written = FtpTime.Of(seconds);
        return Encoding.ASCII.GetString(argument[..FtpTime.Length]) is var text && (text == written || (text.EndsWith("60", StringComparison.Ordinal) && written == text[..12] + "59"));
    }

    private static string Refused(string verb, bool isGood) => isGood ? verb : verb + " refused";

    private static bool Is(bool so) => so ? true : throw new InvalidOperationException("What was read is out of its bounds.");
}
