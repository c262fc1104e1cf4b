namespace Waybill.Core.Retention;

/// <summary>What a plan is to do.</summary>
public sealed record PlanRequest
{
    /// <summary>Mark the files for their run and tell the customers; without it a plan only reads.</summary>
    public bool Mark { get; init; }

    /// <summary>Only this account.</summary>
    public string? Account { get; init; }

    /// <summary>The day that a person read off another clock: vouches for this one.</summary>
    public DateOnly? Today { get; init; }

    /// <summary>Gets each account that loses or holds files, as soon as it is known.</summary>
    public Action<AccountPlan>? OnAccount { get; init; }

    /// <summary>Gets each file that goes, as soon as it is known; the oldest of an account first.</summary>
    public Action<PlannedFile>? OnFile { get; init; }
}
