namespace Waybill.Core.Onboarding;

/// <summary>What a person says when they ask for access: the fields of the form. What is not said is null or empty.</summary>
public sealed record RequestDetails
{
    /// <summary>First name.</summary>
    public string? FirstName { get; init; }

    /// <summary>Last name.</summary>
    public string? LastName { get; init; }

    /// <summary>E-mail address.</summary>
    public string? Email { get; init; }

    /// <summary>Phone number, as it is written.</summary>
    public string? Phone { get; init; }

    /// <summary>Company.</summary>
    public string? Company { get; init; }

    /// <summary>Account number, as it is given; it may be none of ours.</summary>
    public string? Account { get; init; }

    /// <summary>The user name that they would like; null takes the account number.</summary>
    public string? UserName { get; init; }

    /// <summary>The feeds that they want, by their names; none means all.</summary>
    public IReadOnlyList<string> Feeds { get; init; } = [];

    /// <summary>The file types that they want, as csv; none means all.</summary>
    public IReadOnlyList<string> FileTypes { get; init; } = [];

    /// <summary>Whether a program will connect, not a person.</summary>
    public bool Automation { get; init; }

    /// <summary>The networks that they will come from, as CIDR; none means anywhere.</summary>
    public IReadOnlyList<string> AllowFrom { get; init; } = [];

    /// <summary>First and last name.</summary>
    public string Name => $"{FirstName} {LastName}".Trim();

    /// <summary>The same with the two names of <c>Ann Example</c> or <c>Example, Ann</c>; null changes nothing.</summary>
    public RequestDetails Named(string? name)
    {
        var (first, last) = FormLines.Names(name);
        return name is null ? this : this with { FirstName = first, LastName = last };
    }
}
