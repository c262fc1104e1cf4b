namespace Waybill.Core.Porting;

/// <summary>A letter of authority. Its content is opaque: nothing here opens it, and it is only ever handed out as a file to be saved.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Name">The name of its file, with the ending that its content has.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Sha256">The hash of its content, in hexadecimal.</param>
/// <param name="Added">When it came.</param>
/// <param name="AddedBy">From whom.</param>
public sealed record PortingLetter(long Id, string Name, long Size, string Sha256, DateTimeOffset Added, string AddedBy);
