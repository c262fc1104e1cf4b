using Waybill.Core.Feeds;
using Waybill.Core.Onboarding;

namespace Waybill.Portal.Requests;

/// <summary>The form of a request as a page shows it: empty, filled in, or with what is to be mended.</summary>
/// <param name="Action">Where it is sent.</param>
/// <param name="Input">What stands in it.</param>
/// <param name="Types">The provider's feeds.</param>
internal sealed record RequestFormView(string Action, RequestInput Input, FeedTypes Types)
{
    /// <summary>What is to be mended, by field.</summary>
    public IReadOnlyList<FieldProblem> Problems { get; init; } = [];

    /// <summary>It was sent and came back; else what is missing is only told beside its field.</summary>
    public bool WasSent { get; init; }

    /// <summary>What stands against it as a whole.</summary>
    public string? Refusal { get; init; }

    /// <summary>A private key reached the server.</summary>
    public bool IsPrivateKey { get; init; }

    /// <summary>The key that is there already; another one may be given.</summary>
    public RequestKey? Known { get; init; }

    /// <summary>The address is the one that the link was sent to.</summary>
    public bool IsEmailFixed { get; init; }

    /// <summary>The account is the one that the link is for.</summary>
    public bool IsAccountFixed { get; init; }

    /// <summary>The user name is the one that the link is for: a vendor's.</summary>
    public bool IsUserNameFixed { get; init; }

    /// <summary>A new key for a login that is there: its name and feeds stay.</summary>
    public bool IsKeyOnly { get; init; }

    /// <summary>The person names the login; else a link of ours does.</summary>
    public bool IsReplacement { get; init; }

    /// <summary>The file types of all feeds.</summary>
    public IEnumerable<string> FileTypes => Types.All.SelectMany(static type => type.FileTypes).Distinct(StringComparer.Ordinal);

    /// <summary>What is wrong with a field, or null.</summary>
    public string? ProblemOf(string field) => Problems.FirstOrDefault(problem => problem.Field == field)?.Message;
}
