namespace Waybill.Storage;

/// <summary>What cut-off uploads take up that are kept for their logins to go on with (promise D7 of docs/promises.md).</summary>
/// <param name="Files">How many there are.</param>
/// <param name="Bytes">Their bytes.</param>
public readonly record struct PartialUsage(int Files, long Bytes);
