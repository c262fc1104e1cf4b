using Waybill.Core;
using Waybill.Core.Audit;
using Waybill.Portal;
using Waybill.Server.Control;

namespace Waybill.Server.Hosting;

/// <summary>This process's sessions, for the portal.</summary>
internal sealed class PortalSessionsView(SessionRegistry sessions, AuditLog audit) : ILiveSessions
{
    public IReadOnlyList<Portal.LiveSession> All => [.. sessions.Views.Select(View)];

    public async ValueTask<Result<Portal.LiveSession>> EndAsync(string id, Actor actor, CancellationToken cancellationToken = default)
    {
        if (sessions.TryKick(id, "an operator ended it") is not { } ended)
        {
            return new Problem(ProblemKind.NotFound, "There is no such session; it may have ended. Look at the list again.");
        }

        var recorded = await audit.AppendAsync(
            new AuditEntry(AuditActions.SessionKicked, actor) { Account = ended.Account, Subject = ended.User, Detail = $"session {ended.Id} from {ended.Source}" }, cancellationToken);
        return recorded.Succeeded ? View(ended) : recorded.Problem;
    }

    private static Portal.LiveSession View(SessionView view) => new(view.Id, view.Protocol, view.User, view.Account, view.Source, view.Client, view.Key, view.Since);
}
