using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Localization;
using Waybill.Core;
using Waybill.Core.AccountFiles;
using Waybill.Core.People;
using Waybill.Portal.People;

namespace Waybill.Portal.Files;

/// <summary>A file may be hours on its way: a session that has ended meanwhile, a right that was taken, or a vendor that was stopped counts all the same.</summary>
internal sealed class TransferRight(PeopleServices people, AccountFileService files, IStringLocalizer<AccountTexts> texts)
{
    /// <summary>Why it must not go on; null if it may.</summary>
    public async ValueTask<Problem?> CheckAsync(HttpContext http, PortalOperation operation, string account, AccountFileSession session)
    {
        var now = await people.Sessions.FindAsync(SessionCookie.Of(http), http.RequestAborted);
        if (now is null)
        {
            return new Problem(ProblemKind.Refused, texts["UploadSignedOut"]);
        }

        var access = await people.Access.CheckAsync(now, operation, account, http.RequestAborted);
        return access.Succeeded ? await files.CheckAsync(access.Value, session, http.RequestAborted) : access.Problem;
    }
}
