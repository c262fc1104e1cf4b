using System.Net;
using Waybill.Core.Diagnosis;

namespace Waybill.Portal;

/// <summary>The sources that the running server refuses for a while, since they kept failing.</summary>
public interface IConnectionPenalties
{
    /// <summary>Those in force.</summary>
    IReadOnlyList<SourcePenalty> All { get; }

    /// <summary>Forgives a source; says whether it had a penalty.</summary>
    bool Clear(IPAddress source);
}
