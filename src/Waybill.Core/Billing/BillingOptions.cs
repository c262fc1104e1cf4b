using System.Globalization;

namespace Waybill.Core.Billing;

/// <summary>What the configuration says of balances (<c>Billing</c>).</summary>
public sealed record BillingOptions
{
    /// <summary>The most decimal places.</summary>
    public const int MostDecimals = 4;

    /// <summary>The currency of all ledgers, as ISO 4217 names it.</summary>
    public string Currency { get; init; } = "GBP";

    /// <summary>How many decimal places a minor unit is: 2 for pence, 4 for hundredths of a penny.</summary>
    public int Decimals { get; init; } = 2;

    /// <summary>Below how many minor units an account is told, unless it has a mark of its own; null for never.</summary>
    public long? LowBalance { get; init; }

    /// <summary>Minor units as a number of the currency, with all its decimal places: 1234 is 12.34.</summary>
    public decimal Value(long minor)
    {
        var amount = (UInt128)(minor < 0 ? -(Int128)minor : minor);
        return new decimal((int)(uint)amount, (int)(uint)(amount >> 32), 0, minor < 0, (byte)Decimals);
    }

    /// <summary>The same for people: 1,234.56 GBP.</summary>
    public string Show(long minor) => $"{Value(minor).ToString("N" + Decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)} {Currency}";
}
