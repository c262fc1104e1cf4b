using Waybill.Core.Logins;
using Waybill.Ftp.Hosting;

namespace Waybill.Server.Hosting;

/// <summary>What is known of an FTP connection that never logged in.</summary>
/// <param name="Report">Its story.</param>
/// <param name="Limit">What stood against a login whose password was right, in words; null if there was none.</param>
/// <param name="Attempts">The passwords that came.</param>
/// <param name="Candidate">The login that it tried last, as it is now.</param>
/// <param name="Client">What to call the program.</param>
/// <param name="Meant">The login that the user name may have meant, and how they differ; null without a guess.</param>
internal sealed record FtpRefusalFacts(
    FtpConnectionReport Report, string? Limit, IReadOnlyList<PasswordTry> Attempts, LoginCandidate? Candidate, string Client, (string Name, string Difference)? Meant);
