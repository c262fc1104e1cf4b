namespace Waybill.Portal;

/// <summary>How fast one login may call, over all that it calls by: the REST API and NTSAPI count together.</summary>
public interface ILoginRate
{
    /// <summary>Calls a second.</summary>
    int PerSecond { get; }

    /// <summary>Takes one; false when they come too fast.</summary>
    /// <param name="caller">The login's user name, or another name of a caller that has a blank, as no user name has.</param>
    bool TryTake(string caller);
}
