namespace Waybill.Portal.People;

/// <summary>Why a page is not shown to whoever asked for it, in words.</summary>
internal sealed record Refusal(string Words);
