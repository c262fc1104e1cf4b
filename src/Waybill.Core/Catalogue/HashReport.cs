namespace Waybill.Core.Catalogue;

/// <summary>What a run of hashing did.</summary>
/// <param name="Files">Files whose hash is known now.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="LeftOut">Files that were not there, could not be read or changed meanwhile: the scan or the next run sees to them.</param>
public sealed record HashReport(long Files, long Bytes, long LeftOut);
