namespace Waybill.Core.Numbers;

/// <summary>What can be turned on for a number. The letters are NTSAPI's.</summary>
public static class NumberFeature
{
    /// <summary>A diverted call shows the number that was called, not the caller's.</summary>
    public const char CalledNumber = 'D';

    /// <summary>Calls without a number are turned away.</summary>
    public const char RejectAnonymous = 'J';

    /// <summary>Callers hear the ringing tone of the United Kingdom wherever the call goes.</summary>
    public const char HomeRingtone = 'U';

    /// <summary>All letters, in their order.</summary>
    public const string All = "DJU";

    /// <summary>What is wrong with a letter, or null.</summary>
    internal static Problem? Check(char letter) => All.Contains(letter, StringComparison.Ordinal)
        ? null
        : Problem.Invalid($"There is no feature {Words.Show(letter.ToString())}. There are D (present the called number), J (reject anonymous calls) and U (ringing tone of the United Kingdom).");
}
