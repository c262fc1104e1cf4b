using System.Text;
using Microsoft.AspNetCore.Mvc;
using Waybill.Core.Keys.Handover;

namespace Waybill.Portal.Pages.Links;

/// <summary>The passphrase of a private key, for a code.</summary>
internal sealed class KeyPassphraseModel(KeyHandovers handovers, PortalOptions options) : KeyPartModel(handovers, HandoverPart.Passphrase, options)
{
    /// <summary>Null until the code was right.</summary>
    public string? Passphrase { get; private set; }

    public override string ButtonText => "KeyPassphraseButton";

    protected override Task<IActionResult> HandOverAsync(HandoverParcel parcel)
    {
        // The answer to the form itself: no address shows it a second time.
        Passphrase = Encoding.ASCII.GetString(parcel.Content.Span);
        return Task.FromResult<IActionResult>(Page());
    }
}
