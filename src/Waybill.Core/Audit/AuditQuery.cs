namespace Waybill.Core.Audit;

/// <summary>What to look for; everything given must hold. The newest rows come first, unless asked otherwise.</summary>
public sealed record AuditQuery
{
    /// <summary>Not before.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Before.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>The actor's name, compared without case.</summary>
    public string? Actor { get; init; }

    /// <summary>The account's number, compared without case.</summary>
    public string? Account { get; init; }

    /// <summary>The action.</summary>
    public string? Action { get; init; }

    /// <summary>Text that subject, detail, address or connection hold, compared without case (of ASCII letters). Three characters or more are looked for by an index.</summary>
    public string? Text { get; init; }

    /// <summary>In the order in which it happened.</summary>
    public bool OldestFirst { get; init; }

    /// <summary>The page's size.</summary>
    public int Size { get; init; } = 100;

    /// <summary><see cref="Page{T}.Next"/> of the page before.</summary>
    public string? After { get; init; }
}
