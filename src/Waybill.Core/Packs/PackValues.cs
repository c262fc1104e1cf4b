namespace Waybill.Core.Packs;

/// <summary>Values for a template: names, and lists for its repeated parts. A part looks for a name in itself first, then in what surrounds it.</summary>
internal sealed class PackValues
{
    private readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyList<PackValues>> _lists = new(StringComparer.Ordinal);
    private PackValues? _outer;

    public string this[string name]
    {
        set => _texts[name] = value;
    }

    /// <summary>A part that is repeated for each of these.</summary>
    public void Each(string name, IEnumerable<PackValues> items)
    {
        _lists[name] = [.. items];
        foreach (var item in _lists[name])
        {
            item._outer = this;
        }
    }

    /// <summary>A part that is there or not.</summary>
    public void When(string name, bool isThere) => Each(name, isThere ? [new PackValues()] : []);

    /// <summary>Parts of which that of a policy is there.</summary>
    public void OneOf(PackPolicy policy, string modern, string compat, string postQuantum)
    {
        When(modern, policy == PackPolicy.Modern);
        When(compat, policy == PackPolicy.Compat);
        When(postQuantum, policy == PackPolicy.PostQuantum);
    }

    /// <summary>A part with one value, that is there when the value is.</summary>
    public void WhenGiven(string name, string? value) => Each(name, string.IsNullOrEmpty(value) ? [] : [new PackValues { [name] = value }]);

    public string Text(string name) => _texts.TryGetValue(name, out var text) ? text : (_outer ?? throw Unknown(name)).Text(name);

    public IReadOnlyList<PackValues> List(string name) => _lists.TryGetValue(name, out var list) ? list : (_outer ?? throw Unknown(name)).List(name);

    /// <summary>The templates are part of the program: a name that nobody gives a value is a defect, and a test renders all of them.</summary>
    private static InvalidOperationException Unknown(string name) => new($"The template's name '{name}' has no value.");
}
