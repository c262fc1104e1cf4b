using Waybill.Core.Keys;
using Waybill.Core.Logins;
using Waybill.Ssh.Hosting;

namespace Waybill.Server.Hosting;

/// <summary>What is known of a connection that never logged in.</summary>
/// <param name="Report">Its story.</param>
/// <param name="Limit">What stood against a login whose signature was right, in words; null if there was none.</param>
/// <param name="Candidate">The login that it tried, as it is now.</param>
/// <param name="Check">Says what stands against a key of the candidate.</param>
/// <param name="Owners">Which logins have the keys that it offered.</param>
/// <param name="Meant">The login that the user name may have meant, and how they differ; null without a guess.</param>
internal sealed record RefusalFacts(
    SshConnectionReport Report, string? Limit, LoginCandidate? Candidate, Func<InstalledKey, LoginReason> Check, IReadOnlyList<KeyOwner> Owners,
    (string Name, string Difference)? Meant);
