using System.Globalization;
using System.Text;

namespace Waybill.Core.Feeds;

/// <summary>
/// Writes call detail records in the FCS's UK Standard CDR format, version 3: 42 comma-separated columns without a header. The calls are made up, with numbers
/// from Ofcom's ranges for drama only, so that a sample can be shown to anyone. The same seed gives the same file.
/// </summary>
public sealed class UkStandardCdr(ulong seed, string customer, DateOnly day)
{
    private const int SecondsOfDay = 86_400;

    private static readonly string[] Carriers = ["TNW", "BTW", "GAM"];

    private ulong _state = seed;

    /// <summary>Writes <paramref name="rows"/> records of the day, in the order of their time, lines ended by CR LF.</summary>
    public void Write(Stream target, int rows)
    {
        ArgumentNullException.ThrowIfNull(target);
        using var writer = new StreamWriter(target, new UTF8Encoding(false), bufferSize: 64 * 1024, leaveOpen: true) { NewLine = "\r\n" };
        for (var row = 0; row < rows; row++)
        {
            writer.WriteLine(Record(row, (int)((long)row * SecondsOfDay / rows)));
        }
    }

    // Columns in the order of the format; an empty one has no value for a voice call.
    private string Record(int row, int second)
    {
        var kind = Next(100);
        var (dialled, type, description, pencePerMinute) = kind switch
        {
            < 45 => ($"01632960{Next(1000):000}", "G", "UK local and national", 90),
            < 60 => ($"020794{60_000 + Next(1000)}", "G", "London", 90),
            < 90 => ($"07700900{Next(1000):000}", "M", "UK mobile", 310),
            < 95 => ($"0306999{Next(1000):0000}", "N", "Non-geographic 03", 90),
            _ => ($"08081570{Next(1000):000}", "F", "Freephone", 0),
        };
        var answered = Next(100) < 84;
        var duration = answered ? 5 + (Next(60) * Next(30)) : 0;
        var price = duration * pencePerMinute / 60 / 10_000m;
        var withheld = Next(50) == 0;
        var caller = withheld ? "" : $"01632960{Next(1000):000}";
        var time = TimeOnly.MinValue.Add(TimeSpan.FromSeconds(second));
        var band = day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday ? "W" : time.Hour is >= 8 and < 18 ? "D" : "E";
        return string.Create(CultureInfo.InvariantCulture,
            $"{type},{(answered ? 0 : 16)},{customer},{dialled},{day:dd/MM/yyyy},{time:HH:mm:ss},{duration},,,{description},{type}{band},{band},{price:0.0000},{price:0.0000},,{caller},,1,{Carriers[Next(3)]},0,S,GBR,,STD,,,,{2 + Next(25)},{customer}-{day:yyyyMMdd}-{row:0000000},GBP,{caller},,,,,,,,,,,");
    }

    // SplitMix64: a sample must be the same everywhere, which no random number generator of the framework promises.
    private int Next(int bound)
    {
        _state += 0x9e3779b97f4a7c15;
        var mixed = _state;
        mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
        return (int)((mixed ^ (mixed >> 31)) % (ulong)bound);
    }
}
