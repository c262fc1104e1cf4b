using Waybill.Core.Numbers;

namespace Waybill.Core.Tests.Numbers;

/// <summary>What the emergency services are told (domain.md 1.6).</summary>
public sealed class EmergencyRecordTests
{
    /// <summary>The table of domain.md 1.6, byte for byte.</summary>
    [Fact]
    public void The_status_is_told_in_the_words_that_clients_know() => Assert.Equal(
        ["0 Accepted", "1 Info received", "2 Info awaiting further validation", "3 Info submitted", "6 Submitted - awaiting manual processing", "8 Rejected", "9 No record found"],
        Enum.GetValues<EmergencyStatus>().Select(static status => $"{(int)status} {status.Tell()}"));

    [Fact]
    public async Task A_record_is_created_filled_validated_and_answered()
    {
        await using var core = await NumberCore.CreateAsync();
        var number = await core.ActivateAsync();
        (await core.Numbers.ShowEmergencyAsync(core.One, number)).Problem(ProblemKind.NotFound);
        (await core.Numbers.SetEmergencyAsync(core.One, number, EmergencyField.Name, "Example")).Problem(ProblemKind.NotFound);
        Assert.Equal(EmergencyStatus.Received, (await core.Numbers.CreateEmergencyAsync(core.One, number)).Get().Status);
        (await core.Numbers.SetEmergencyAsync(core.One, number, EmergencyField.Name, "Example")).Get();
        Assert.Contains("POSTCODE", (await core.Numbers.ValidateEmergencyAsync(core.One, number)).Problem(ProblemKind.Invalid).Message, StringComparison.Ordinal);
        Assert.Equal("AB10 1AA", (await core.Numbers.SetEmergencyAsync(core.One, number, EmergencyField.Postcode, "ab10 1aa")).Get().Fields[EmergencyField.Postcode]);
        Assert.Equal(EmergencyStatus.Submitted, (await core.Numbers.ValidateEmergencyAsync(core.One, number)).Get().Status);
        (await core.Numbers.ValidateEmergencyAsync(core.One, number)).Get();
        Assert.Single(await core.AuditAsync(NumberActions.EmergencySubmitted));
        Assert.Equal(number.National, Assert.Single((await core.Numbers.ListEmergencyAsync(EmergencyStatus.Submitted)).Items).Number.National);

        (await core.Numbers.AnswerEmergencyAsync(number, EmergencyStatus.Rejected, null, null, TestCore.Operator)).Problem(ProblemKind.Invalid);
        (await core.Numbers.AnswerEmergencyAsync(number, EmergencyStatus.None, null, null, TestCore.Operator)).Problem(ProblemKind.Invalid);
        Assert.Equal("no such street", (await core.Numbers.AnswerEmergencyAsync(number, EmergencyStatus.Rejected, "no such street", null, TestCore.Operator)).Get().Reason);
        var mended = (await core.Numbers.SetEmergencyAsync(core.One, number, EmergencyField.Thoroughfare, "High Street")).Get();
        Assert.Equal((EmergencyStatus.Received, null), (mended.Status, mended.Reason));
        (await core.Numbers.ValidateEmergencyAsync(core.One, number)).Get();
        Assert.Equal(EmergencyStatus.Accepted, (await core.Numbers.AnswerEmergencyAsync(number, EmergencyStatus.Accepted, null, null, TestCore.Operator)).Get().Status);
        (await core.Numbers.SetEmergencyAsync(core.One, number, EmergencyField.Thoroughfare, "High Street")).Get();
        Assert.Equal(EmergencyStatus.Accepted, (await core.Numbers.ShowEmergencyAsync(core.One, number)).Get().Status);
    }

    [Fact]
    public async Task An_answer_counts_for_what_was_passed_on_and_not_for_what_is_written_since()
    {
        await using var core = await NumberCore.CreateAsync();
        var number = await core.ActivateAsync();
        var fields = new Dictionary<EmergencyField, string> { [EmergencyField.Name] = "Example", [EmergencyField.Postcode] = "ab101aa" };
        Assert.Equal("AB10 1AA", (await core.Numbers.ReplaceEmergencyAsync(core.One, number, fields)).Get().Fields[EmergencyField.Postcode]);
        (await core.Numbers.AnswerEmergencyAsync(number, EmergencyStatus.Accepted, null, null, TestCore.Operator)).Problem(ProblemKind.Refused);
        var passedOn = (await core.Numbers.ValidateEmergencyAsync(core.One, number)).Get();
        core.Core.Time.Advance(TimeSpan.FromMinutes(1));
        fields[EmergencyField.Name] = "Another";
        (await core.Numbers.ReplaceEmergencyAsync(core.One, number, fields)).Get();
        (await core.Numbers.ValidateEmergencyAsync(core.One, number)).Get();
        Assert.Contains("was changed after", (await core.Numbers.AnswerEmergencyAsync(number, EmergencyStatus.Accepted, null, passedOn.Updated, TestCore.Operator)).Problem(ProblemKind.Refused).Message, StringComparison.Ordinal);
        var now = Assert.Single((await core.Numbers.ListEmergencyAsync(EmergencyStatus.Submitted)).Items);
        Assert.Equal("Another", now.Fields[EmergencyField.Name]);
        (await core.Numbers.AnswerEmergencyAsync(number, EmergencyStatus.Accepted, null, now.Updated, TestCore.Operator)).Get();
    }

    [Fact]
    public async Task A_record_of_a_number_that_nobody_has_is_not_passed_on()
    {
        await using var core = await NumberCore.CreateAsync();
        var number = await core.ActivateAsync();
        var fields = new Dictionary<EmergencyField, string> { [EmergencyField.Name] = "Example", [EmergencyField.Postcode] = "AB10 1AA" };
        (await core.Numbers.ReplaceEmergencyAsync(core.One, number, fields)).Get();
        (await core.Numbers.ValidateEmergencyAsync(core.One, number)).Get();
        (await core.Numbers.DeactivateAsync(core.One, number)).Get();
        Assert.Empty((await core.Numbers.ListEmergencyAsync(EmergencyStatus.Submitted)).Items);
        (await core.Numbers.ReactivateAsync(core.One, number)).Get();
        Assert.Single((await core.Numbers.ListEmergencyAsync(EmergencyStatus.Submitted)).Items);
        (await core.Numbers.PortOutAsync(number, TestCore.Operator)).Get();
        Assert.Equal(0L, core.Core.Scalar("SELECT count(*) FROM emergency_record"));
    }

    [Theory]
    [InlineData(EmergencyField.Title, 20)]
    [InlineData(EmergencyField.Forename, 20)]
    [InlineData(EmergencyField.Name, 50)]
    [InlineData(EmergencyField.Honours, 30)]
    [InlineData(EmergencyField.BusSuffix, 50)]
    [InlineData(EmergencyField.Premises, 60)]
    [InlineData(EmergencyField.Thoroughfare, 55)]
    [InlineData(EmergencyField.Locality, 30)]
    public void A_field_has_its_length_in_plain_characters(EmergencyField field, int longest)
    {
        Assert.Equal(longest, EmergencyRecord.Read(field, new string('x', longest)).Get().Length);
        EmergencyRecord.Read(field, new string('x', longest + 1)).Problem(ProblemKind.Invalid);
        EmergencyRecord.Read(field, "Café").Problem(ProblemKind.Invalid);
        EmergencyRecord.Read(field, "two\tcells").Problem(ProblemKind.Invalid);
        Assert.Equal(field, EmergencyRecord.FieldOf(EmergencyRecord.Word(field)));
    }

    [Theory]
    [InlineData("AB10 1AA", true)]
    [InlineData("M1 1AE", true)]
    [InlineData("EC1A 1BB", true)]
    [InlineData("GIR 0AA", true)]
    [InlineData("AB101AA", true)]
    [InlineData("AB10  1AA", false)]
    [InlineData("AB10 1CI", false)]
    [InlineData("ABC1 1AA", false)]
    [InlineData("AB10 AA1", false)]
    [InlineData("AB10 1AA\n", true)]
    [InlineData("AB10 1AA 1", false)]
    public void A_postcode_is_one_of_the_united_kingdom(string text, bool isGood) => Assert.Equal(isGood, EmergencyRecord.Read(EmergencyField.Postcode, text).Succeeded);

    [Fact]
    public async Task All_fields_at_once_begin_a_record_and_what_is_not_named_is_cleared()
    {
        await using var core = await NumberCore.CreateAsync();
        var number = await core.ActivateAsync();
        var one = new Dictionary<EmergencyField, string> { [EmergencyField.Name] = "Example", [EmergencyField.Title] = "Dr", [EmergencyField.Honours] = " " };
        Assert.Equal([EmergencyField.Title, EmergencyField.Name], (await core.Numbers.ReplaceEmergencyAsync(core.One, number, one)).Get().Fields.Keys.Order());
        var two = new Dictionary<EmergencyField, string> { [EmergencyField.Name] = "Example", [EmergencyField.Postcode] = "no" };
        (await core.Numbers.ReplaceEmergencyAsync(core.One, number, two)).Problem(ProblemKind.Invalid);
        Assert.Equal("Dr", (await core.Numbers.ShowEmergencyAsync(core.One, number)).Get().Fields[EmergencyField.Title]);
        Assert.Empty((await core.Numbers.CreateEmergencyAsync(core.One, number)).Get().Fields);
        (await core.Numbers.ShowEmergencyAsync(core.Two, number)).Problem(ProblemKind.NotFound);
    }
}
