using Waybill.Core.Notifications;
using Waybill.SshKeys.Keys;

namespace Waybill.Core.Onboarding;

/// <summary>How requests for access are handled; configuration.</summary>
public sealed record OnboardingOptions
{
    /// <summary>How mails look and who sends them.</summary>
    public required NotificationOptions Notifications { get; init; }

    /// <summary>The base of every link.</summary>
    public string PublicUrl { get; init; } = "https://localhost:8443";

    /// <summary>Whether two persons must approve.</summary>
    public bool TwoPersons { get; init; }

    /// <summary>The provider's rule for verifying somebody who asks for a replacement key.</summary>
    public string? CallBack { get; init; }

    /// <summary>The provider's phone number.</summary>
    public string? Phone { get; init; }

    /// <summary>Where customers connect. Nothing is approved while there is none: the mail could not say where.</summary>
    public IReadOnlyList<PublicHost> Hosts { get; init; } = [];

    /// <summary>The host keys that clients may see now.</summary>
    public Func<IReadOnlyList<SshPublicKey>> HostKeys { get; init; } = static () => [];

    /// <summary>How long files stay.</summary>
    public int RetentionMonths { get; init; } = 12;

    /// <summary>Whether the set-up mail has a link to the login's connection pack: not where no portal shows it.</summary>
    public bool WithPackLink { get; init; }
}
