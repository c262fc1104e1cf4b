namespace Waybill.Core.Keys.Life;

/// <summary>How far the change from an old key to a new one is.</summary>
public enum RotationState
{
    /// <summary>The new key has not logged in yet: the old one is needed.</summary>
    NewNotUsed,

    /// <summary>Both are used: some program still has the old one.</summary>
    OldStillUsed,

    /// <summary>The new key has logged in, and the old one has not since, or not for a week.</summary>
    CanDropOld,
}
