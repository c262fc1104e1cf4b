namespace Waybill.Ntsapi.Numbers;

/// <summary>
/// The business of numbers, for one login. Numbers and patterns are in national form. What a call did is durable when it returns: the client is told then. Calls are not
/// cancelled with the connection: one that has begun is done and answered, or not done.
/// </summary>
public interface INtsapiNumbers
{
    /// <summary>A free number that fits a pattern (ALLO). It is not kept for anybody; asked again, another one as a rule.</summary>
    /// <param name="pattern">1 to 11 characters, digits and <c>_</c> for any digit; a shorter one is a beginning. Ten digits are that number where it is free, and else a beginning.</param>
    ValueTask<NumberAnswer<string>> FindFreeAsync(string pattern);

    /// <summary>Ten consecutive free numbers (ALTEN), told by the digits that they have in common.</summary>
    ValueTask<NumberAnswer<string>> FindTenAsync(string pattern);

    /// <summary>Free numbers that fit a pattern (ALIST), in no order, none of them kept.</summary>
    /// <param name="pattern">As in <see cref="FindFreeAsync"/>.</param>
    /// <param name="count">How many at most, 1 or more.</param>
    ValueTask<NumberAnswer<IReadOnlyList<string>>> ListFreeAsync(string pattern, int count);

    /// <summary>Makes a free number the account's (ACTI).</summary>
    ValueTask<NumberAnswer> ActivateAsync(string number);

    /// <summary>Gives a number back (DEAC).</summary>
    ValueTask<NumberAnswer> DeactivateAsync(string number);

    /// <summary>Takes a number again that the account gave back and nobody has taken since (REAC).</summary>
    ValueTask<NumberAnswer> ReactivateAsync(string number);

    /// <summary>How a number of the account is (STAT).</summary>
    ValueTask<NumberAnswer<NumberState>> StateAsync(ServiceNumber number);

    /// <summary>Sets a target (SET).</summary>
    /// <param name="number">The number.</param>
    /// <param name="index">1, 2 or 3.</param>
    /// <param name="target">Printable ASCII without blanks and <c>|</c>; null for none.</param>
    ValueTask<NumberAnswer> SetTargetAsync(ServiceNumber number, int index, string? target);

    /// <summary>Sets when a target is used (ORDE).</summary>
    /// <param name="number">The number.</param>
    /// <param name="index">1, 2 or 3.</param>
    /// <param name="periods">As sent, printable ASCII.</param>
    ValueTask<NumberAnswer> SetOrderAsync(ServiceNumber number, int index, string periods);

    /// <summary>Sets the PIN of a number (SPIN).</summary>
    /// <param name="number">The number.</param>
    /// <param name="pin">As sent, printable ASCII; null for none.</param>
    ValueTask<NumberAnswer> SetPinAsync(string number, string? pin);

    /// <summary>The letters of the features that are on (FEAT), in alphabetical order.</summary>
    ValueTask<NumberAnswer<string>> FeaturesAsync(string number);

    /// <summary>Turns a feature on or off (FEAT).</summary>
    /// <param name="number">The number.</param>
    /// <param name="letter">An upper-case letter.</param>
    /// <param name="isOn">Whether it is to be on.</param>
    ValueTask<NumberAnswer> SetFeatureAsync(string number, char letter, bool isOn);

    /// <summary>Keeps a text about the user of a number (INFO GEN).</summary>
    ValueTask<NumberAnswer> SetInformationAsync(string number, string text);

    /// <summary>Begins an emergency record, or begins it anew for another user (INFO 999 CREATE).</summary>
    ValueTask<NumberAnswer> CreateEmergencyAsync(ServiceNumber number);

    /// <summary>Sets a field of the emergency record.</summary>
    /// <param name="number">The number.</param>
    /// <param name="field">One of <see cref="EmergencyFields.All"/>.</param>
    /// <param name="value">Printable ASCII; empty to clear it.</param>
    ValueTask<NumberAnswer> SetEmergencyFieldAsync(ServiceNumber number, string field, string value);

    /// <summary>The fields that are set (INFO 999 DATA); <see cref="NumberResult.NotNow"/> where there is no record.</summary>
    ValueTask<NumberAnswer<IReadOnlyList<EmergencyField>>> EmergencyDataAsync(ServiceNumber number);

    /// <summary>How far the record has come (INFO 999 STATUS).</summary>
    ValueTask<NumberAnswer<EmergencyState>> EmergencyStatusAsync(ServiceNumber number);

    /// <summary>Validates the record and submits it (INFO 999 VALIDATE); <see cref="NumberResult.Invalid"/> says what is wrong with it.</summary>
    ValueTask<NumberAnswer<EmergencyValidation>> ValidateEmergencyAsync(ServiceNumber number);

    /// <summary>Makes a free block the account's (BLKACTI).</summary>
    /// <param name="pattern">As in <see cref="FindFreeAsync"/>.</param>
    /// <param name="count">How many numbers it has, 1 or more; <see cref="NumberResult.Invalid"/> for a single one, which is no block.</param>
    ValueTask<NumberAnswer<NumberBlock>> ActivateBlockAsync(string pattern, int count);

    /// <summary>The block that a number of the account belongs to (BLKINFO).</summary>
    ValueTask<NumberAnswer<NumberBlock>> BlockAsync(string number);

    /// <summary>Gives a block back (BLKDEAC), named by its first number.</summary>
    ValueTask<NumberAnswer> DeactivateBlockAsync(string first);

    /// <summary>Takes a block again (BLKREAC), named by its first number.</summary>
    ValueTask<NumberAnswer> ReactivateBlockAsync(string first);
}
