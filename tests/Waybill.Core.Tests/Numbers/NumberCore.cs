using Waybill.Core.Audit;
using Waybill.Core.Numbers;

namespace Waybill.Core.Tests.Numbers;

/// <summary>A data directory with two accounts and a range.</summary>
internal sealed class NumberCore : IAsyncDisposable
{
    public const string First = "01224000000";

    private NumberCore(TestCore core, NumberService numbers) => (Core, Numbers) = (core, numbers);

    public TestCore Core { get; }

    public NumberService Numbers { get; }

    public NumberCaller One { get; } = NumberCaller.Of("10042", Actor.Login("10042", "192.0.2.1", "c1"));

    public NumberCaller Two { get; } = NumberCaller.Of("10043", Actor.Login("10043", "192.0.2.2", "c2"));

    public NumberCaller Staff { get; } = NumberCaller.Provider(TestCore.Operator);

    public static async Task<NumberCore> CreateAsync(int size = 100, NumberOptions? options = null)
    {
        var core = await TestCore.CreateAsync();
        await core.AddAccountAsync();
        await core.AddAccountAsync("10043");
        var numbers = new NumberCore(core, core.Services.OpenNumbers(options ?? new NumberOptions()));
        if (size > 0)
        {
            await numbers.AddRangeAsync(First, size);
        }

        return numbers;
    }

    public async Task<NumberRange> AddRangeAsync(string first, int size) =>
        (await Core.Services.NumberRanges.AddAsync(new NewRange(Of(first), new PhoneNumber(Of(first).E164 + size - 1), new RangeTerms()), TestCore.Operator)).Get();

    public async Task<PhoneNumber> ActivateAsync(string number = First, NumberCaller? caller = null) =>
        (await Numbers.ActivateAsync(caller ?? One, Of(number))).Get().Number;

    public async Task<IReadOnlyList<string>> AuditAsync(string action) =>
        [.. (await Core.Services.Audit.SearchAsync(new AuditQuery { Action = action })).Items.Select(row => $"{row.Account} {row.Subject} {row.Detail}".Trim())];

    public static PhoneNumber Of(string text)
    {
        Assert.True(PhoneNumber.TryParse(text, out var number), text);
        return number;
    }

    public static NumberPattern Pattern(string text)
    {
        Assert.True(NumberPattern.TryParse(text, out var pattern), text);
        return pattern;
    }

    public static NumberTarget Target(string text) => NumberTarget.Parse(text).Get();

    public ValueTask DisposeAsync() => Core.DisposeAsync();
}
