namespace Waybill.Core.Quotas;

/// <summary>The topics of events about quotas.</summary>
public static class QuotaTopics
{
    /// <summary>A quota is used up to 80 percent.</summary>
    public const string Used80 = "quota-80";

    /// <summary>A quota is used up to 95 percent.</summary>
    public const string Used95 = "quota-95";
}
