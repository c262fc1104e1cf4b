using Waybill.Core;
using Waybill.Core.People;
using static Waybill.Portal.Api.ApiEndpoint;

namespace Waybill.Portal.Api;

/// <summary>
/// People of accounts. The provider's own people are not a program's to change: whoever had such a token could make an administrator of themselves.
/// </summary>
internal static class PeopleApi
{
    private const string Read = "people:read";
    private const string Write = "people:write";

    public static IReadOnlyList<ApiEndpoint> Endpoints { get; } =
    [
        Get<Page<PersonView>>("/v1/people", "listPeople", Read, "List people by name.", ListAsync, ApiPaging.With(
            ApiParameter.Text("text", "beginnings of words of the name or the address"), ApiParameter.Text("account", "with a role at this account"))),
        Post<PersonView>("/v1/people", "addPerson", Write, "Add a person with a role at an account; the link to sign up goes to them by mail.", AddAsync, typeof(NewPersonBody)).Creates(),
        Get<PersonView>("/v1/people/{email}", "showPerson", Read, "Show a person.", ShowAsync),
        Post<PersonView>("/v1/people/{email}/invite", "invitePerson", Write, "Mail somebody who has not signed up yet another link.", InviteAsync),
        Post<PersonView>("/v1/people/{email}/reset", "resetPerson", Write, "Take password, codes and passkeys away from a person, who is told by mail and gets a link to choose new ones.", ResetAsync, typeof(NeededReasonBody)) with { Notes = "The person reads the reason." },
        Post<PersonView>("/v1/people/{email}/change", "changePerson", Write, "Change a person's name, telephone, language and time zone; what is left out stays, and an empty text takes telephone or time zone away.", ChangePersonAsync, typeof(PersonChangeBody)),
        Post<PersonView>("/v1/people/{email}/grant", "grantRole", Write, "Give a person a role at an account.", GrantAsync, typeof(RoleBody)),
        Post<PersonView>("/v1/people/{email}/revoke", "revokeRole", Write, "Take a role at an account away.", RevokeAsync, typeof(RoleBody)),
        Post<PersonView>("/v1/people/{email}/suspend", "suspendPerson", Write, "Let a person sign in no more; their sessions end.", SuspendAsync, typeof(ReasonBody)),
        Post<PersonView>("/v1/people/{email}/resume", "resumePerson", Write, "Let a suspended person sign in again.", ResumeAsync),
        Delete("/v1/people/{email}", "removePerson", Write, "Remove a person; what they did stays in the audit.", RemoveAsync),
    ];

    private static async ValueTask<ApiAnswer> ListAsync(ApiCall call) => ApiAnswer.Of(ApiPaging.Of(
        await call.Get<PeopleServices>().People.ListAsync(new PersonQuery { Text = call.Text("text"), Account = call.Text("account"), Size = call.Limit, After = call.After }, call.Cancel), View));

    private static async ValueTask<ApiAnswer> ShowAsync(ApiCall call) => ApiAnswer.Of(await FindAsync(call), View);

    private static async ValueTask<ApiAnswer> AddAsync(ApiCall call)
    {
        var body = call.Body<NewPersonBody>();
        return await call.Get<PeopleServices>().Invitations.AddAsync(
            new NewPerson(body.Email, body.Name) { Phone = body.Phone, Language = body.Language ?? "en", TimeZone = body.TimeZone, Roles = [Grant(body.Role, body.Account, body.Vendor)] },
            handOver: false, call.Actor, call.Cancel) is var added && added.Succeeded ? ApiAnswer.Of(View(added.Value.Person)) : added.Problem;
    }

    private static ValueTask<ApiAnswer> InviteAsync(ApiCall call) => ChangeAsync(call, async (people, email) =>
        await people.Invitations.InviteAsync(email, handOver: false, call.Actor, call.Cancel) is var invited && invited.Succeeded ? invited.Value.Person : invited.Problem!);

    private static ValueTask<ApiAnswer> ResetAsync(ApiCall call) => ChangeAsync(call, async (people, email) =>
        await people.Invitations.ResetAsync(email, call.Body<NeededReasonBody>().Reason, handOver: false, call.Actor, call.Cancel) is var reset && reset.Succeeded ? reset.Value.Person : reset.Problem!);

    private static ValueTask<ApiAnswer> ChangePersonAsync(ApiCall call)
    {
        var body = call.Body<PersonChangeBody>();
        return ChangeAsync(call, (people, email) => people.People.ChangeAsync(
            email, new PersonChange { Name = body.Name, Phone = body.Phone, Language = body.Language, TimeZone = body.TimeZone }, call.Actor, call.Cancel));
    }

    private static ValueTask<ApiAnswer> GrantAsync(ApiCall call) => ChangeAsync(call, (people, email) => people.People.GrantAsync(email, Grant(call.Body<RoleBody>()), call.Actor, call.Cancel));

    private static ValueTask<ApiAnswer> RevokeAsync(ApiCall call) => ChangeAsync(call, (people, email) => people.People.RevokeAsync(email, Grant(call.Body<RoleBody>()), call.Actor, call.Cancel));

    private static ValueTask<ApiAnswer> SuspendAsync(ApiCall call) =>
        ChangeAsync(call, (people, email) => people.People.SuspendAsync(email, call.Body<ReasonBody>().Reason, call.Actor, call.Cancel));

    private static ValueTask<ApiAnswer> ResumeAsync(ApiCall call) => ChangeAsync(call, (people, email) => people.People.ResumeAsync(email, call.Actor, call.Cancel));

    private static async ValueTask<ApiAnswer> RemoveAsync(ApiCall call)
    {
        var removed = await ChangeAsync(call, (people, email) => people.People.RemoveAsync(email, call.Actor, call.Cancel));
        return removed.Problem is null ? ApiAnswer.Nothing : removed;
    }

    private static async ValueTask<ApiAnswer> ChangeAsync(ApiCall call, Func<PeopleServices, string, ValueTask<Result<Person>>> change)
    {
        var person = await FindAsync(call);
        return !person.Succeeded ? person.Problem
            : person.Value.IsStaff ? new Problem(ProblemKind.Refused, OfStaff(person.Value))
            : ApiAnswer.Of(await change(call.Get<PeopleServices>(), person.Value.Email), View);
    }

    /// <summary>That somebody is not a program's to change.</summary>
    internal static string OfStaff(Person person) => $"{person.Email} has a role at the provider. An administrator changes that in the portal, or with `waybill person`.";

    private static ValueTask<Result<Person>> FindAsync(ApiCall call) => call.Get<PeopleServices>().People.FindAsync(call.Path("email"), call.Cancel);

    private static RoleGrant Grant(RoleBody role) => Grant(role.Role, role.Account, role.Vendor);

    private static RoleGrant Grant(AccountRole role, string account, string? vendor) => new(
        role switch { AccountRole.Owner => PersonRole.Owner, AccountRole.Member => PersonRole.Member, _ => PersonRole.Vendor }, account, vendor);

    private static PersonView View(Person person) => new(
        person.Email, person.Name, person.Phone, person.Language, person.TimeZone, person.Status, person.StatusReason, person.Created, person.LastSignIn, person.SignsIn != SignInMeans.None,
        [.. person.Roles.Select(static role => new RoleView(role.Role, role.Account, role.Vendor))]);

    /// <summary>Roles that a program gives and takes.</summary>
    internal enum AccountRole
    {
        Owner,
        Member,
        Vendor,
    }

    internal sealed record PersonView(
        string Email, string Name, string? Phone, string Language, string? TimeZone, PersonStatus Status, string? StatusReason, DateTimeOffset Created, DateTimeOffset? LastSignIn, bool SignedUp,
        IReadOnlyList<RoleView> Roles);

    internal sealed record RoleView(PersonRole Role, string? Account, string? Vendor);

    internal sealed record NewPersonBody(
        string Email, string Name, string Account, AccountRole Role, string? Vendor = null, string? Phone = null, string? Language = null, string? TimeZone = null);

    internal sealed record PersonChangeBody(string? Name = null, string? Phone = null, string? Language = null, string? TimeZone = null);

    internal sealed record RoleBody(AccountRole Role, string Account, string? Vendor = null);
}
