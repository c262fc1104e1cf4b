using Waybill.Core.Keys;
using Waybill.Core.Keys.Life;
using Waybill.Core.People;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages.Staff;

/// <summary>Keys that somebody has to see to: others have them, several logins share them, or they expire. Each leads to its login, where it is mended.</summary>
[Permission(PortalOperation.SeeKeys)]
internal sealed class KeysModel(KeyLife life, BurntKeys burnt) : SignedInModel
{
    /// <summary>So early an account is reminded first (<see cref="KeyReminders"/>).</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromDays(30);

    public IReadOnlyList<RefusedKey> Burnt { get; private set; } = [];

    public IReadOnlyList<SharedKey> Shared { get; private set; } = [];

    public IReadOnlyList<ExpiringKey> Expiring { get; private set; } = [];

    public async Task OnGetAsync()
    {
        Burnt = await burnt.InUseAsync(PortalLimits.ListRows, HttpContext.RequestAborted);
        Shared = await life.SharedAsync(PortalLimits.ListRows, HttpContext.RequestAborted);
        Expiring = (await life.ExpiringAsync(Soon, size: PortalLimits.ListRows, cancellationToken: HttpContext.RequestAborted)).Items;
    }
}
