using Waybill.Core.Numbers;

namespace Waybill.Server.Configuration;

/// <summary>What the configuration says of numbers; what cannot work is refused with the reason.</summary>
internal static class NumberSettings
{
    public static NumberOptions Options(WaybillConfiguration configuration)
    {
        var section = configuration.Numbers;
        if (section.QuarantineDays is < 0 or > NumberOptions.LongestQuarantine)
        {
            throw new CommandException($"Numbers:QuarantineDays: {section.QuarantineDays} is out of range; 0 (none) to {NumberOptions.LongestQuarantine}");
        }

        if (section.TermMonths is < 1 or > NumberOptions.LongestTerm)
        {
            throw new CommandException($"Numbers:TermMonths: {section.TermMonths} is out of range; 1 to {NumberOptions.LongestTerm}");
        }

        if (section.MaxPerAccount is < 0 or > NumberLimits.PerAccountMaximum)
        {
            throw new CommandException($"Numbers:MaxPerAccount: {section.MaxPerAccount} is out of range; 0 (staff alone give numbers) to {NumberLimits.PerAccountMaximum}");
        }

        if (section.ChangeDays is < NumberOptions.ShortestChanges or > NumberOptions.LongestChanges)
        {
            throw new CommandException($"Numbers:ChangeDays: {section.ChangeDays} is out of range; {NumberOptions.ShortestChanges} to {NumberOptions.LongestChanges}");
        }

        return new NumberOptions
        {
            ChangeDays = section.ChangeDays,
            MaxPerAccount = section.MaxPerAccount,
            QuarantineDays = section.QuarantineDays,
            TermMonths = section.TermMonths,
            PstnTargets = section.PstnTargets,
            Zone = NotificationSettings.Zone(configuration),
        };
    }
}
