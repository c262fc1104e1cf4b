namespace Waybill.Core.Packs;

/// <summary>Who runs the server, as customers are told.</summary>
/// <param name="Name">Its name; null if the configuration has none.</param>
/// <param name="SupportMail">Where to ask.</param>
/// <param name="Phone">Whom to call.</param>
/// <param name="CaseLink">Where to open a case.</param>
public sealed record PackProvider(string? Name = null, string? SupportMail = null, string? Phone = null, string? CaseLink = null);
