namespace Waybill.Portal;

/// <summary>What is wrong with the server now: the checks of <c>waybill doctor</c> that a running server can afford.</summary>
public interface IServerHealth
{
    /// <summary>Looks. What costs much is remembered for a while.</summary>
    ValueTask<IReadOnlyList<HealthFinding>> LookAsync(CancellationToken cancellationToken);
}
