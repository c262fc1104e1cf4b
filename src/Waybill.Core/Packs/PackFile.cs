namespace Waybill.Core.Packs;

/// <summary>A file of a pack.</summary>
/// <param name="Name">Its name: ASCII letters, digits, dots, underscores and hyphens.</param>
/// <param name="MediaType">Its type for a web page.</param>
/// <param name="Content">Its bytes.</param>
public sealed record PackFile(string Name, string MediaType, ReadOnlyMemory<byte> Content);
