namespace Waybill.Core;

/// <summary>A part of a long list.</summary>
/// <typeparam name="T">What is listed.</typeparam>
/// <param name="Items">The part, at most <see cref="MaximumSize"/> items.</param>
/// <param name="Next">What to pass to get the part after it; null at the end.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next)
{
    /// <summary>The most items in one page; asking for more gets this many.</summary>
    public const int MaximumSize = 1000;

    internal static int Clamp(int size) => Math.Clamp(size, 1, MaximumSize);
}
