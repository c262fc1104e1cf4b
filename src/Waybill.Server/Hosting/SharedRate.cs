using Waybill.Net.Rates;
using Waybill.Portal;

namespace Waybill.Server.Hosting;

/// <summary>The rate of NTSAPI's commands, for the calls of the REST API.</summary>
internal sealed class SharedRate(LoginRates rates) : ILoginRate
{
    public int PerSecond => rates.PerSecond;

    public bool TryTake(string caller) => rates.TryTake(caller);
}
