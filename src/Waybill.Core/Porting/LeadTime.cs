namespace Waybill.Core.Porting;

/// <summary>How long a port takes at least, and its answer at most.</summary>
/// <param name="Installation">What is ported.</param>
/// <param name="RangeHolderDays">Working days where the losing provider holds the range of the numbers (PRO).</param>
/// <param name="SubsequentDays">Working days where it does not: the numbers were ported before (SUP).</param>
/// <param name="AnswerDays">Working days within which an order is answered: 1 for 24 hours, 2 for 48.</param>
public sealed record LeadTime(InstallationKind Installation, int RangeHolderDays, int SubsequentDays, int AnswerDays)
{
    /// <summary>Working days of an order. Where nobody knows who holds the range, the longer: a date that is too early is rejected by the losing provider.</summary>
    public int Days(bool? isRangeHolder) => isRangeHolder switch
    {
        true => RangeHolderDays,
        false => SubsequentDays,
        null => Math.Max(RangeHolderDays, SubsequentDays),
    };
}
