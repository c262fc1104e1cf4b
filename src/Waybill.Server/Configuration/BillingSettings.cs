using Waybill.Core.Billing;

namespace Waybill.Server.Configuration;

/// <summary>What the configuration says of balances; what cannot work is refused with the reason.</summary>
internal static class BillingSettings
{
    public static BillingOptions Options(BillingSection section)
    {
        if (section.Currency is not [_, _, _] || !section.Currency.All(char.IsAsciiLetterUpper))
        {
            throw new CommandException($"Billing:Currency: '{section.Currency}' is no currency; write it as ISO 4217 does, as GBP");
        }

        if (section.Decimals is < 0 or > BillingOptions.MostDecimals)
        {
            throw new CommandException($"Billing:Decimals: {section.Decimals} is not 0 to {BillingOptions.MostDecimals}");
        }

        if (section.LowBalance is < -BillingLimits.Amount or > BillingLimits.Amount)
        {
            throw new CommandException($"Billing:LowBalance: {section.LowBalance} is more than {BillingLimits.Amount} minor units");
        }

        return new BillingOptions { Currency = section.Currency, Decimals = section.Decimals, LowBalance = section.LowBalance };
    }
}
