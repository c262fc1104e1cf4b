namespace Waybill.Core.Numbers;

/// <summary>What the emergency services are told of whoever has a number.</summary>
/// <param name="Number">The number.</param>
/// <param name="Fields">The fields that are given.</param>
/// <param name="Status">How far it is.</param>
/// <param name="Reason">Why it was rejected; else null.</param>
/// <param name="Updated">When it was changed last.</param>
/// <param name="UpdatedBy">By whom.</param>
public sealed record EmergencyRecord(
    PhoneNumber Number, IReadOnlyDictionary<EmergencyField, string> Fields, EmergencyStatus Status, string? Reason, DateTimeOffset Updated, string UpdatedBy)
{
    /// <summary>Characters that a field may have.</summary>
    public static int Longest(EmergencyField field) => field switch
    {
        EmergencyField.Title or EmergencyField.Forename => 20,
        EmergencyField.Name or EmergencyField.BusSuffix => 50,
        EmergencyField.Premises => 60,
        EmergencyField.Thoroughfare => 55,
        EmergencyField.Postcode => 8,
        _ => 30,
    };

    /// <summary>Whether a record without it is not complete.</summary>
    public static bool IsNeeded(EmergencyField field) => field is EmergencyField.Name or EmergencyField.Postcode;

    /// <summary>
    /// A field's value as it is kept, or what is wrong with it. The feed to the emergency services fails records with other characters than printable ASCII; a postcode is
    /// written in capitals with one blank.
    /// </summary>
    public static Result<string> Read(EmergencyField field, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        var text = value.Trim();
        if (text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            return Problem.Invalid($"{Word(field)} has characters that the emergency services cannot take. Use letters without accents, digits and plain punctuation.");
        }

        if (text.Length > Longest(field))
        {
            return Problem.Invalid($"{Word(field)} has {text.Length} characters, and {Longest(field)} are the most. Abbreviate it.");
        }

        if (field != EmergencyField.Postcode || text.Length == 0)
        {
            return text;
        }

        return Porting.Postcode.TryParse(text, out var postcode)
            ? postcode.Text
            : Problem.Invalid($"'{Words.Show(value)}' is no postcode of the United Kingdom. Write it as AB10 1AA.");
    }

    /// <summary>What is missing before it can be sent on; null when it is complete.</summary>
    public Problem? Check()
    {
        var missing = Enum.GetValues<EmergencyField>().Where(field => IsNeeded(field) && !Fields.ContainsKey(field)).Select(Word).ToList();
        return missing.Count == 0 ? null : Problem.Invalid($"The emergency record of {Number} has no {string.Join(" and no ", missing)}. Give it, then validate again.");
    }

    /// <summary>The field's word, as NTSAPI has it.</summary>
    public static string Word(EmergencyField field) => field.ToString().ToUpperInvariant();

    /// <summary>The field of a word; null if there is none.</summary>
    public static EmergencyField? FieldOf(string word) =>
        Enum.GetValues<EmergencyField>().Where(field => Word(field) == word).Select(static field => (EmergencyField?)field).FirstOrDefault();
}
