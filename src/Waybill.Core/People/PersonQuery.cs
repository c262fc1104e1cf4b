namespace Waybill.Core.People;

/// <summary>Which people to list; everything given must hold. They come by e-mail address.</summary>
public sealed record PersonQuery
{
    /// <summary>Beginnings of words of name or e-mail address; null for all.</summary>
    public string? Text { get; init; }

    /// <summary>Only people with a role at this account.</summary>
    public string? Account { get; init; }

    /// <summary>Only people with this role at the provider.</summary>
    public PersonRole? ProviderRole { get; init; }

    /// <summary>The page's size.</summary>
    public int Size { get; init; } = 100;

    /// <summary><see cref="Page{T}.Next"/> of the page before.</summary>
    public string? After { get; init; }
}
