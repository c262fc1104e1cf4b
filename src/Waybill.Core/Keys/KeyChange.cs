namespace Waybill.Core.Keys;

/// <summary>What changes of a key; null leaves it as it is.</summary>
public sealed record KeyChange
{
    /// <summary>What it is called; empty for nothing.</summary>
    public string? Label { get; init; }

    /// <summary>When it stops working.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>It does not stop by itself any more.</summary>
    public bool Never { get; init; }

    /// <summary>As <see cref="NewKey.IsRefusedWhileSuspended"/>: a key that has run out would work again.</summary>
    public bool IsRefusedWhileSuspended { get; init; }
}
