namespace Waybill.Interop.Tests.Crashes;

/// <summary>A row of the audit log that says a file was uploaded.</summary>
internal sealed record AuditedUpload(string Path, long Size);
