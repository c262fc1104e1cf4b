namespace Waybill.Server.Scheduling;

/// <summary>Work that is done at set times. One that was due while the server was down is done once when it starts.</summary>
internal interface IScheduledJob
{
    /// <summary>A word that stays the same, as <c>retention-plan</c>.</summary>
    string Name { get; }

    /// <summary>When.</summary>
    Schedule Schedule { get; }

    /// <summary>Whether it is also done at each start of the server.</summary>
    bool IsDueAtStart => false;

    /// <summary>Does it; a returned problem or an exception is logged and shown by <c>schedule list</c>. Never runs twice at once.</summary>
    /// <param name="cancellationToken">The server stops.</param>
    ValueTask<Core.Outcome> RunAsync(CancellationToken cancellationToken);
}
