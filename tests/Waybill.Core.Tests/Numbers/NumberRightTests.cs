using System.Reflection;
using Waybill.Core.Audit;
using Waybill.Core.Logins;
using Waybill.Core.Numbers;

namespace Waybill.Core.Tests.Numbers;

/// <summary>What a login may do with numbers, whatever it asks for.</summary>
public sealed class NumberRightTests
{
    private const string Address = "192.0.2.1";

    private static readonly TargetPeriods Always = TargetPeriods.Parse(TargetPeriods.Always).Get();

    /// <summary>All that can be asked for on somebody's behalf, and the right that it needs. What is new and not here fails.</summary>
    private static readonly Dictionary<string, (NumberRight Needed, Func<NumberService, NumberCaller, PhoneNumber, ValueTask<Problem?>> Ask)> All = new()
    {
        [nameof(NumberService.AllocateAsync)] = (NumberRight.Look, static async (numbers, caller, _) => (await numbers.AllocateAsync(caller, NumberCore.Pattern("01224"))).Problem),
        [nameof(NumberService.ListFreeAsync)] = (NumberRight.Look, static async (numbers, caller, _) => (await numbers.ListFreeAsync(caller, NumberCore.Pattern("01224"), 2)).Problem),
        [nameof(NumberService.FindTenAsync)] = (NumberRight.Look, static async (numbers, caller, _) => (await numbers.FindTenAsync(caller, NumberCore.Pattern("01224"))).Problem),
        [nameof(NumberService.ShowAsync)] = (NumberRight.Look, static async (numbers, caller, number) => (await numbers.ShowAsync(caller, number)).Problem),
        [nameof(NumberService.BlockOfAsync)] = (NumberRight.Look, static async (numbers, caller, number) => (await numbers.BlockOfAsync(caller, number)).Problem),
        [nameof(NumberService.ShowEmergencyAsync)] = (NumberRight.Look, static async (numbers, caller, number) => (await numbers.ShowEmergencyAsync(caller, number)).Problem),
        [nameof(NumberService.ActivateAsync)] = (NumberRight.Change, static async (numbers, caller, _) => (await numbers.ActivateAsync(caller, NumberCore.Of("01224000099"))).Problem),
        [nameof(NumberService.DeactivateAsync)] = (NumberRight.Change, static async (numbers, caller, number) => (await numbers.DeactivateAsync(caller, number)).Problem),
        [nameof(NumberService.ReactivateAsync)] = (NumberRight.Change, static async (numbers, caller, number) => (await numbers.ReactivateAsync(caller, number)).Problem),
        [nameof(NumberService.SetTargetAsync)] = (NumberRight.Change, static async (numbers, caller, number) => (await numbers.SetTargetAsync(caller, number, 1, NumberCore.Target("S:a@b.example"))).Problem),
        [nameof(NumberService.SetTargetsAsync)] = (NumberRight.Change, static async (numbers, caller, number) => (await numbers.SetTargetsAsync(caller, number, [new PlacedTarget(1, null, Always)])).Problem),
        [nameof(NumberService.SetPeriodsAsync)] = (NumberRight.Change, static async (numbers, caller, number) => (await numbers.SetPeriodsAsync(caller, number, 1, Always)).Problem),
        [nameof(NumberService.SetPinAsync)] = (NumberRight.Change, static async (numbers, caller, number) => (await numbers.SetPinAsync(caller, number, "4711")).Problem),
        [nameof(NumberService.SetFeatureAsync)] = (NumberRight.Change, static async (numbers, caller, number) => (await numbers.SetFeatureAsync(caller, number, 'D', isOn: true)).Problem),
        [nameof(NumberService.SetInformationAsync)] = (NumberRight.Change, static async (numbers, caller, number) => (await numbers.SetInformationAsync(caller, number, "a")).Problem),
        [nameof(NumberService.SetInformationAndFeaturesAsync)] = (NumberRight.Change, static async (numbers, caller, number) => (await numbers.SetInformationAndFeaturesAsync(caller, number, "b", static _ => false)).Problem),
        [nameof(NumberService.CreateEmergencyAsync)] = (NumberRight.Change, static async (numbers, caller, number) => (await numbers.CreateEmergencyAsync(caller, number)).Problem),
        [nameof(NumberService.SetEmergencyAsync)] = (NumberRight.Change, static async (numbers, caller, number) => (await numbers.SetEmergencyAsync(caller, number, EmergencyField.Name, "Smith")).Problem),
        [nameof(NumberService.ReplaceEmergencyAsync)] = (NumberRight.Change, static async (numbers, caller, number) => (await numbers.ReplaceEmergencyAsync(caller, number, new Dictionary<EmergencyField, string>())).Problem),
        [nameof(NumberService.ValidateEmergencyAsync)] = (NumberRight.Change, static async (numbers, caller, number) => (await numbers.ValidateEmergencyAsync(caller, number)).Problem),
        [nameof(NumberService.ActivateBlockAsync)] = (NumberRight.Change, static async (numbers, caller, _) => (await numbers.ActivateBlockAsync(caller, NumberCore.Pattern("01999"), 2)).Problem),
        [nameof(NumberService.DeactivateBlockAsync)] = (NumberRight.Change, static async (numbers, caller, number) => (await numbers.DeactivateBlockAsync(caller, number)).Problem),
        [nameof(NumberService.ReactivateBlockAsync)] = (NumberRight.Change, static async (numbers, caller, number) => (await numbers.ReactivateBlockAsync(caller, number)).Problem),
    };

    [Fact]
    public async Task A_login_is_told_of_whatever_it_may_not_and_nothing_is_done()
    {
        await using var core = await NumberCore.CreateAsync();
        var logins = core.Core.Services.Logins;
        var login = (await logins.AddAsync(new NewLogin(LoginKind.Customer) { Account = "10042", UserName = "desk" }, TestCore.Operator)).Get();
        Assert.Equal(NumberRight.Change, login.Numbers);
        var caller = NumberCaller.OfLogin(login, Actor.Login("desk", Address, "c1"));
        var number = await core.ActivateAsync();
        Assert.Equal(
            typeof(NumberService).GetMethods(BindingFlags.Public | BindingFlags.Instance).Where(static method => method.GetParameters() is [{ ParameterType: var first }, ..] && first == typeof(NumberCaller))
                .Select(static method => method.Name).Distinct().Order(),
            All.Keys.Order());
        var before = core.Core.Scalar("SELECT max(sequence) FROM number_change");
        foreach (var right in (NumberRight[])[NumberRight.Look, NumberRight.None])
        {
            Assert.Equal(right, (await logins.SetNumbersAsync("DESK", right, TestCore.Operator)).Get().Numbers);
            Assert.Equal(right, (await logins.FindAsync("desk")).Get().Numbers);
            foreach (var (name, (needed, ask)) in All)
            {
                var problem = await ask(core.Numbers, caller, number);
                Assert.True((problem?.Kind == ProblemKind.Forbidden) == (needed > right), $"{name} with {right}: {problem?.Message}");
            }

            Assert.Equal(before, core.Core.Scalar("SELECT max(sequence) FROM number_change"));
        }

        // Its account's other callers are not concerned, and it works again as soon as it may.
        (await core.Numbers.SetPinAsync(core.One, number, "1234")).Get();
        (await logins.SetNumbersAsync("desk", NumberRight.Change, TestCore.Operator)).Get();
        (await core.Numbers.SetPinAsync(caller, number, "4321")).Get();
        Assert.Equal(["10042 desk change, before none", "10042 desk none, before look", "10042 desk look, before change"], await core.AuditAsync(AuditActions.LoginNumbersSet));

        // Said again it changes nothing; a login that is gone has no right.
        (await logins.SetNumbersAsync("desk", NumberRight.Change, TestCore.Operator)).Get();
        Assert.Equal(3, (await core.AuditAsync(AuditActions.LoginNumbersSet)).Count);
        (await logins.RemoveAsync("desk", TestCore.Operator)).Get();
        (await core.Numbers.ShowAsync(caller, number)).Problem(ProblemKind.Forbidden);
    }

    [Fact]
    public async Task Only_a_customers_own_login_has_numbers()
    {
        await using var core = await NumberCore.CreateAsync(size: 0);
        var logins = core.Core.Services.Logins;
        var vendor = (await logins.AddAsync(new NewLogin(LoginKind.Vendor) { Account = "10042", Vendor = "acme" }, TestCore.Operator)).Get();
        Assert.Null(vendor.Numbers);
        Assert.Contains("10042-acme is a vendor login", (await logins.SetNumbersAsync("10042-acme", NumberRight.Look, TestCore.Operator)).Problem(ProblemKind.Refused).Message, StringComparison.Ordinal);
        (await logins.SetNumbersAsync("nobody", NumberRight.Look, TestCore.Operator)).Problem(ProblemKind.NotFound);
    }
}
