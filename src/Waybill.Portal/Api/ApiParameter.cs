using System.Globalization;

namespace Waybill.Portal.Api;

/// <summary>What a parameter of a query may be.</summary>
internal enum ApiParameterKind
{
    Text,
    Number,
    Flag,
    Time,
    Word,
}

/// <summary>A parameter of a query.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">What it may be.</param>
/// <param name="What">In words.</param>
internal sealed record ApiParameter(string Name, ApiParameterKind Kind, string What)
{
    /// <summary>The longest text.</summary>
    public const int Length = 512;

    /// <summary>The longest path: each character may be three of an address, of which a request line has room for so many.</summary>
    public const int PathLength = 3072;

    /// <summary>Of <see cref="ApiParameterKind.Text"/>: the longest.</summary>
    public int Longest { get; init; } = Length;

    /// <summary>The smallest number.</summary>
    public long Minimum { get; init; }

    /// <summary>The largest number.</summary>
    public long Maximum { get; init; } = long.MaxValue;

    /// <summary>Of <see cref="ApiParameterKind.Word"/>: which.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>Whether it must be given.</summary>
    public bool IsRequired { get; init; }

    public static ApiParameter Text(string name, string what) => new(name, ApiParameterKind.Text, what);

    /// <summary>A path in a vault.</summary>
    public static ApiParameter Path(string what) => new("path", ApiParameterKind.Text, what) { Longest = PathLength };

    public static ApiParameter Flag(string name, string what) => new(name, ApiParameterKind.Flag, what);

    public static ApiParameter Time(string name, string what) => new(name, ApiParameterKind.Time, what);

    public static ApiParameter Number(string name, string what, long minimum = 0, long maximum = long.MaxValue) =>
        new(name, ApiParameterKind.Number, what) { Minimum = minimum, Maximum = maximum };

    /// <summary>One of the words of an enumeration.</summary>
    public static ApiParameter Word<T>(string name, string what)
        where T : struct, Enum => new(name, ApiParameterKind.Word, what) { Words = [.. Enum.GetNames<T>().Select(System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName)] };

    /// <summary>What is wrong with a value; null when nothing is.</summary>
    public string? Check(string value) => Kind switch
    {
        ApiParameterKind.Text when value.Length == 0 || value.Length > Longest => $"it has 1 to {Longest} characters",
        ApiParameterKind.Number when !(long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= Minimum && number <= Maximum) =>
            Maximum == long.MaxValue ? $"it is a whole number, {Minimum} or more" : $"it is a whole number from {Minimum} to {Maximum}",
        ApiParameterKind.Flag when value is not ("true" or "false") => "it is true or false",
        ApiParameterKind.Time when !ApiJson.TryReadTime(value, out _) => "it is a time as 2027-01-31T06:00:00Z (a + is written %2B)",
        ApiParameterKind.Word when !Words.Contains(value) => $"it is one of {string.Join(", ", Words)}",
        _ => null,
    };
}
