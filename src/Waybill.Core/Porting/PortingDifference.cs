namespace Waybill.Core.Porting;

/// <summary>What changed in an order, for the audit: the names of the fields, and what stood and stands in them.</summary>
internal static class PortingDifference
{
    /// <summary>
    /// The fields that differ, as <c>postcode: 'S1 1AA' → 'S2 2BB'</c>. Of the account number at the losing provider it says that it changed, and no more: whoever knows it can
    /// have the numbers moved elsewhere.
    /// </summary>
    /// <param name="before">What the order said; null for one that is new.</param>
    /// <param name="after">What it says now.</param>
    public static string Of(PortingDetails? before, PortingDetails after)
    {
        var (old, now) = (before is null ? null : PortingForm.Of(before), PortingForm.Of(after));
        return string.Join("; ", ((string?[])
            [
                Field("main number", old?.Main, now.Main), Field("main number is ported", old?.MainPorts, now.MainPorts), Field("numbers", old?.Numbers, now.Numbers), Field("line", old?.Line, now.Line),
                Field("address", old?.Address, now.Address), Field("postcode", old?.Postcode, now.Postcode), Field("losing provider", old?.LosingProvider, now.LosingProvider),
                old?.LosingAccount == now.LosingAccount ? null : now.LosingAccount is null ? "account number there: taken out" : old?.LosingAccount is null ? "account number there: given" : "account number there: changed",
                Holder(before, after), Field("signatory", old?.Signatory, now.Signatory), Field("wanted day", old?.Wanted, now.Wanted),
            ]).OfType<string>());

        string? Field(string name, string? from, string? to) => from == to ? null : before is null ? $"{name}: {Show(to)}" : $"{name}: {Show(from)} → {Show(to)}";
    }

    /// <summary>Who holds the range, as it is known now, and as it was where that changed.</summary>
    public static string HolderOf(PortingDetails before, PortingDetails after) => Holder(before, after) ?? "range holder: " + Show(after.IsRangeHolder);

    private static string? Holder(PortingDetails? before, PortingDetails after) =>
        before?.IsRangeHolder == after.IsRangeHolder ? null : before is null ? "range holder: " + Show(after.IsRangeHolder) : $"range holder: {Show(before.IsRangeHolder)} → {Show(after.IsRangeHolder)}";

    private static string Show(bool? isHolder) => isHolder switch { true => "the losing provider", false => "another", null => "not known" };

    // In quotes, doubled within: nobody writes a field into another one.
    private static string Show(string? text) => text is null ? "none" : $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
