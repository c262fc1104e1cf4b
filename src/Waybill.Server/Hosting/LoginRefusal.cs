namespace Waybill.Server.Hosting;

/// <summary>Why a login that showed what is right was refused; a feature of its connection.</summary>
/// <param name="Words">In words, for the audit.</param>
internal sealed record LoginRefusal(string Words);
