namespace Waybill.Core.Inbound;

/// <summary>The topics of this feature's events.</summary>
public static class InboundEvents
{
    /// <summary>A delivered file was rejected; the body has file, path as its sender sees it, login, size, arrived, by and report.</summary>
    public const string Rejected = "file-rejected";
}
