using System.Text;
using Waybill.Core.Passwords;

namespace Waybill.Fuzz.Targets;

/// <summary>The header of somebody who calls the REST API with a user name and password.</summary>
internal sealed class BasicLoginTarget : IFuzzTarget
{
    public string Name => "basic-login";

    public int Inputs => 40_000;

    public IReadOnlyCollection<string> Outcomes { get; } = ["Credentials", "None"];

    public IReadOnlyList<string> Dictionary { get; } = ["Basic ", "basic ", "Bearer ", "MTAwNDI6cA==", "=", "OnA=", "dTpw", "\r", "\n"];

    public ValueTask<string> RunAsync(ReadOnlyMemory<byte> input)
    {
        var header = Encoding.Latin1.GetString(input.Span);
        if (BasicCredentials.Read(header) is not { } credentials)
        {
            return ValueTask.FromResult("None");
        }

        // What was read says the same again.
        var again = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credentials.User}:{credentials.Password}"));
        return credentials.User.Length > 0 && !credentials.User.Contains(':', StringComparison.Ordinal) && (again.Length > BasicCredentials.LongestHeader || BasicCredentials.Read(again) == credentials)
            ? ValueTask.FromResult("Credentials")
            : throw new InvalidOperationException("What was read is not what was sent.");
    }

    public IEnumerable<(string Name, byte[] Input)> Record()
    {
        string[] headers =
        [
            "Basic MTAwNDI6cA==", "basic dTpw", "Basic   dTo=", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("tést:123£:x")), "Basic OnA=", "Basic dQ==", "Basic /zpw", "Basic dTpwCg==", "Bearer dTpw",
            "Basic", "Basic %%%%", "Basic dTpw dTpw", "Basic " + new string('A', BasicCredentials.LongestHeader),
        ];
        return headers.Select(static (header, index) => ($"header-{index:00}", Encoding.Latin1.GetBytes(header)));
    }
}
