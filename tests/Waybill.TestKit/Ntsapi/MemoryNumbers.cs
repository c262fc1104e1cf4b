using Waybill.Ntsapi.Numbers;

namespace Waybill.TestKit.Ntsapi;

/// <summary>The business of numbers in memory, for one account: a range of free numbers, one that somebody else has, and one that was ported in.</summary>
public sealed class MemoryNumbers : INtsapiNumbers
{
    /// <summary>A number that is there and never the account's.</summary>
    public const string Others = "02079460000";

    /// <summary>A number of the account that was ported in.</summary>
    public const string PortedIn = "02012345678";

    /// <summary>The beginning of the free numbers.</summary>
    public const string Prefix = "01224000";

    private static readonly NumberAnswer NotFound = new(NumberResult.NotFound);

    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private int _drawn;

    /// <summary>Prepares <paramref name="count"/> free numbers, at most 1,000.</summary>
    public MemoryNumbers(int count = 100)
    {
        for (var i = 0; i < count; i++)
        {
            _entries.Add($"{Prefix}{i:D3}", new Entry());
        }

        _entries.Add(Others, new Entry { IsOthers = true });
        _entries.Add(PortedIn, new Entry { IsActive = true, IsPortedIn = true });
    }

    /// <summary>Every call, in order: what was asked for in words.</summary>
    public List<string> Calls { get; } = [];

    /// <summary>What the next call comes to instead of doing anything.</summary>
    public NumberAnswer? Next { get; set; }

    /// <summary>Thrown by the next call.</summary>
    public Exception? Fails { get; set; }

    /// <summary>Awaited before each call is done.</summary>
    public Func<Task>? Before { get; set; }

    /// <summary>What STATUS answers with.</summary>
    public EmergencyState EmergencyState { get; set; } = new(1, "Info received");

    /// <summary>What VALIDATE answers with.</summary>
    public EmergencyValidation EmergencyValidation { get; set; }

    /// <summary>The numbers that the account has.</summary>
    public IReadOnlyList<string> Active
    {
        get
        {
            lock (_lock)
            {
                return [.. _entries.Where(static each => each.Value is { IsActive: true, IsPortedIn: false }).Select(static each => each.Key)];
            }
        }
    }

    public async ValueTask<NumberAnswer<string>> FindFreeAsync(string pattern) => await DoAsync<string>($"ALLO {pattern}", () =>
    {
        var free = Free(pattern);
        return free.Count == 0 ? NotFound : free[_drawn++ % free.Count];
    });

    public async ValueTask<NumberAnswer<string>> FindTenAsync(string pattern) => await DoAsync<string>($"ALTEN {pattern}", () =>
        Free(pattern).GroupBy(static number => number[..^1]).FirstOrDefault(static ten => ten.Count() == 10) is { } found ? found.Key : NotFound);

    public async ValueTask<NumberAnswer<IReadOnlyList<string>>> ListFreeAsync(string pattern, int count) => await DoAsync<IReadOnlyList<string>>($"ALIST {pattern} {count}", () =>
    {
        var free = Free(pattern);
        return free.Count == 0 ? NotFound : new NumberAnswer<IReadOnlyList<string>>(NumberAnswer.Done, [.. free.Take(count)]);
    });

    public ValueTask<NumberAnswer> ActivateAsync(string number) => DoAsync($"ACTI {number}", number, static entry =>
        entry.IsActive || entry.IsOthers ? new NumberAnswer(NumberResult.NotNow, "somebody was quicker, ask for another one") : Set(entry, static each => each.IsActive = true), isOwn: false);

    public ValueTask<NumberAnswer> DeactivateAsync(string number) => DoAsync($"DEAC {number}", number, static entry => Set(entry, static each => (each.IsActive, each.WasActive) = (false, true)));

    public ValueTask<NumberAnswer> ReactivateAsync(string number) => DoAsync($"REAC {number}", number, static entry =>
        entry.WasActive ? Set(entry, static each => (each.IsActive, each.WasActive) = (true, false)) : NotFound, isOwn: false);

    public async ValueTask<NumberAnswer<NumberState>> StateAsync(ServiceNumber number) => await DoAsync<NumberState>($"STAT {number}", () =>
        Own(number) is { } entry ? new NumberState(entry.IsActive, new DateOnly(2026, 12, 31), entry.Targets) : NotFound);

    public ValueTask<NumberAnswer> SetTargetAsync(ServiceNumber number, int index, string? target) => DoAsync($"SET {number} {index} {target}", number, entry =>
        target is null or ['S', ':', ..] or [>= '0' and <= '9', ..] ? Set(entry, each => each.Targets[index - 1] = target ?? "") : new NumberAnswer(NumberResult.Invalid, "This is no target"));

    public ValueTask<NumberAnswer> SetOrderAsync(ServiceNumber number, int index, string periods) => DoAsync($"ORDE {number} {index} {periods}", number, static _ => NumberAnswer.Done);

    public ValueTask<NumberAnswer> SetPinAsync(string number, string? pin) => DoAsync($"SPIN {number} {pin}", number, static _ => NumberAnswer.Done);

    public async ValueTask<NumberAnswer<string>> FeaturesAsync(string number) => await DoAsync<string>($"FEAT {number}", () =>
        Own(new ServiceNumber(number, false)) is { } entry ? string.Concat(entry.Features) : NotFound);

    public ValueTask<NumberAnswer> SetFeatureAsync(string number, char letter, bool isOn) => DoAsync($"FEAT {number} {letter} {isOn}", number, entry =>
        letter is not ('D' or 'J' or 'U') ? new NumberAnswer(NumberResult.Invalid, "There is no such feature")
        : Set(entry, each => _ = isOn ? each.Features.Add(letter) : each.Features.Remove(letter)));

    public ValueTask<NumberAnswer> SetInformationAsync(string number, string text) => DoAsync($"GEN {number} {text}", number, static _ => NumberAnswer.Done);

    public ValueTask<NumberAnswer> CreateEmergencyAsync(ServiceNumber number) => DoAsync($"CREATE {number}", number, static entry => Set(entry, static each => each.Emergency = []));

    public ValueTask<NumberAnswer> SetEmergencyFieldAsync(ServiceNumber number, string field, string value) => DoAsync($"{field} {number} {value}", number, entry =>
        entry.Emergency is null ? new NumberAnswer(NumberResult.NotNow, "There is no record. Send CREATE first") : Set(entry, each => each.Emergency![field] = value));

    public async ValueTask<NumberAnswer<IReadOnlyList<EmergencyField>>> EmergencyDataAsync(ServiceNumber number) => await DoAsync<IReadOnlyList<EmergencyField>>($"DATA {number}", () =>
        Own(number) is not { } entry ? NotFound
        : entry.Emergency is not { } fields ? new NumberAnswer(NumberResult.NotNow)
        : new NumberAnswer<IReadOnlyList<EmergencyField>>(NumberAnswer.Done, [.. EmergencyFields.All.Where(fields.ContainsKey).Select(name => new EmergencyField(name, fields[name]))]));

    public async ValueTask<NumberAnswer<EmergencyState>> EmergencyStatusAsync(ServiceNumber number) => await DoAsync<EmergencyState>($"STATUS {number}", () =>
        Own(number) is null ? NotFound : EmergencyState);

    public async ValueTask<NumberAnswer<EmergencyValidation>> ValidateEmergencyAsync(ServiceNumber number) => await DoAsync<EmergencyValidation>($"VALIDATE {number}", () =>
        Own(number) is not { } entry ? NotFound
        : entry.Emergency is not { } fields ? new NumberAnswer(NumberResult.NotNow)
        : !fields.ContainsKey("POSTCODE") ? new NumberAnswer(NumberResult.Invalid, "The record has no POSTCODE")
        : EmergencyValidation);

    public async ValueTask<NumberAnswer<NumberBlock>> ActivateBlockAsync(string pattern, int count) => await DoAsync<NumberBlock>($"BLKACTI {pattern} {count}", () =>
    {
        if (count < 2)
        {
            return new NumberAnswer(NumberResult.Invalid, "A block has 2 to 1000 numbers. Ask for so many.");
        }

        var free = Free(pattern);
        if (free.Count < count)
        {
            return NotFound;
        }

        foreach (var number in free.Take(count))
        {
            (_entries[number].IsActive, _entries[number].Block) = (true, new NumberBlock(free[0], free[count - 1], count));
        }

        return new NumberBlock(free[0], free[count - 1], count);
    });

    public async ValueTask<NumberAnswer<NumberBlock>> BlockAsync(string number) => await DoAsync<NumberBlock>($"BLKINFO {number}", () =>
        Own(new ServiceNumber(number, false))?.Block is { } block ? block : NotFound);

    public ValueTask<NumberAnswer> DeactivateBlockAsync(string first) => SetBlockAsync("BLKDEAC", first, static entry => (entry.IsActive, entry.WasActive) = (false, true));

    public ValueTask<NumberAnswer> ReactivateBlockAsync(string first) => SetBlockAsync("BLKREAC", first, static entry => (entry.IsActive, entry.WasActive) = (true, false));

    private static NumberAnswer Set(Entry entry, Action<Entry> change)
    {
        change(entry);
        return NumberAnswer.Done;
    }

    private async ValueTask<NumberAnswer> SetBlockAsync(string verb, string first, Action<Entry> change) => (await DoAsync<bool>($"{verb} {first}", () =>
    {
        var entries = _entries.Values.Where(entry => entry.Block?.First == first).ToList();
        entries.ForEach(change);
        return entries.Count == 0 ? NotFound : true;
    })).Answer;

    private ValueTask<NumberAnswer> DoAsync(string words, string number, Func<Entry, NumberAnswer> change, bool isOwn = true) =>
        DoAsync(words, new ServiceNumber(number, false), change, isOwn);

    private async ValueTask<NumberAnswer> DoAsync(string words, ServiceNumber number, Func<Entry, NumberAnswer> change, bool isOwn = true) => (await DoAsync<bool>(words, () =>
        (isOwn ? Own(number) : _entries.GetValueOrDefault(number.National)) is { } entry ? change(entry) : NotFound)).Answer;

    private async ValueTask<NumberAnswer<T>> DoAsync<T>(string words, Func<NumberAnswer<T>> call)
    {
        await (Before?.Invoke() ?? Task.CompletedTask);
        lock (_lock)
        {
            Calls.Add(words);
            var (next, fails) = (Next, Fails);
            (Next, Fails) = (null, null);
            return fails is not null ? throw fails : next is { } answer ? answer : call();
        }
    }

    private Entry? Own(ServiceNumber number) =>
        _entries.TryGetValue(number.National, out var entry) && !entry.IsOthers && entry.IsPortedIn == number.IsPortedIn && (entry.IsActive || entry.WasActive) ? entry : null;

    private List<string> Free(string pattern)
    {
        List<string> found = [.. _entries.Where(each => each.Value is { IsActive: false, IsOthers: false } && Fits(each.Key, pattern)).Select(static each => each.Key)];
        return found.Contains(pattern) ? [pattern] : found;
    }

    /// <summary>Ten characters with a <c>_</c> are a number of ten, and without one the beginning of one of 11 too.</summary>
    private static bool Fits(string number, string pattern) => (pattern.Length == 10 && pattern.Contains('_', StringComparison.Ordinal) ? pattern.Length == number.Length : pattern.Length <= number.Length) && pattern.Zip(number).All(static each => each.First == '_' || each.First == each.Second);

    private sealed class Entry
    {
        public bool IsActive { get; set; }

        public bool WasActive { get; set; }

        public bool IsOthers { get; init; }

        public bool IsPortedIn { get; init; }

        public string[] Targets { get; } = ["", "", ""];

        public SortedSet<char> Features { get; } = [];

        public Dictionary<string, string>? Emergency { get; set; }

        public NumberBlock? Block { get; set; }
    }
}
